import type { groupsEn } from "./groups_en.ts";

/** The sentences about what counts in a group, in Chinese. */
export const groupsZh: typeof groupsEn = {
  groupModes: {
    mention: "仅 @ 我的消息",
    topic: "@ 我的消息，以及我所在话题里的所有消息",
    all: "除 @所有人 外的所有消息",
  },
  groupReplies: { inline: "直接在群里", topic: "在新开的话题里" },
  groupNow: (what, isDefault) =>
    `本群中我会处理：${what}${isDefault ? "（按桥接程序的设置）" : ""}。`,
  howToGroup:
    "发送 `/group mention`、`topic` 或 `all` 可为全群更改，`/group default` 恢复默认。话题里只 @ 了别人的消息不算。`/group context off`：任务不再附带之前的聊天内容。",
  replyNow: (where, isDefault) =>
    `本群任务的回复位置：${where}${
      isDefault ? "（按桥接程序的设置）" : ""
    }。发送 \`/group reply inline\`、\`topic\` 或 \`default\` 可更改。`,
  repliesInTopics: "本群的任务在各自的话题里运行，请到对应话题里发送。",
  contextOn: "本群中，智能体还会读到上一个任务之后的聊天内容。发送 `/group context off` 可关闭。",
  contextOff: "本群中，智能体不会读取之前的聊天内容。发送 `/group context on` 可开启。",
  groupUnheard: "但我现在只能收到 @ 我的消息。",
  noGroup: "这是单聊，你发的消息我都会处理。请在群里发送 `/group`。",
};
