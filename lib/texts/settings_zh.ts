import type { settingsEn } from "./settings_en.ts";

/** The sentences about what a conversation is set to, in Chinese. */
export const settingsZh: typeof settingsEn = {
  settingsHere: "此聊天或话题中的设置（–：与桥接程序和 opencode 的设置相同）：",
  settingsOfBridge: "桥接程序的设置，需在电脑上更改",
  howToSet: "发送 `/settings notify always` 可更改其中一项，与 `/notify always` 相同。",
  asBridge: "按桥接程序的设置",
  thinkNow: (isShown) => isShown ? "这里会显示模型的思考过程。" : "这里不显示模型的思考过程。",
  howToThink:
    "发送 `/think on` 显示，`/think off` 隐藏。这不会改变模型如何思考，那由 `/effort` 决定。",
  renderings: { card: "卡片", post: "富文本", text: "纯文本" },
  renderNow: (form) => form === undefined ? "消息样式按桥接程序的设置。" : `消息样式：${form}。`,
  howToRender:
    "发送 `/render card`、`post` 或 `text` 可更改，`/render default` 恢复默认。只有卡片带按钮。",
};
