import type { SessionTexts } from "./sessions_en.ts";

/** The sentences about naming, copying and publishing sessions, in Chinese. */
export const sessionsZh: SessionTexts = {
  howToRewind: "发送 `/rewind` 加编号可回到那条消息之前，包括对文件的改动。",
  rewound: (what) => `“${what}”以及之后的内容已全部撤销。`,
  noSuchPrompt: (name) => `没有可以回到的消息 ${name}。发送 /rewind 查看列表。`,
  howToRename: (title) => `这个会话的名称是“${title}”。发送 \`/rename\` 加名称可修改。`,
  renamed: (title) => `这个会话现在名为“${title}”。`,
  forked: (title, before) =>
    `已切换到副本：“${title}”。发送 \`/resume ${before}\` 可返回，这里的操作不影响原会话。`,
  exportedPrompt: (time) => `提问，${time}`,
  exportedAnswer: (model) => `回答${model === "" ? "" : `，${model}`}`,
  cannotShare: "opencode 2 不支持公开会话。发送 /export 可得到文件，自行转发。",
  shareTitle: "公开这个会话？",
  shareQuestion: (title) =>
    `“${title}”的全部提问、回答和工具输出，以及之后新增的内容，都会上传到 opencode 的服务器。任何有链接的人都能查看。`,
  shareYes: "公开",
  shareNo: "不公开",
  notPublished: "没有公开。",
  isShared: (address) => `已公开：${address}（发送 /unshare 可撤回）`,
  isNotShared: "这个会话没有公开。",
  unshared: "这个会话已不再公开。",
  noModelYet: "还没有选定模型。请先发一条消息，或用 /model 选择。",
  noEfforts: (model) => `${model} 没有可选的思考强度。`,
  here: (command) =>
    `要在 opencode 自己的终端界面中继续，请在桥接程序所在的电脑上运行：\n${command}\n随时可以回到这里继续。`,
};
