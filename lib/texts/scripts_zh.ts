import { durationZh as duration } from "./duration_zh.ts";
import type { scriptsEn } from "./scripts_en.ts";

/** What `send`, `ask` and `chats` say on the terminal, in Chinese. */
export const scriptsZh: typeof scriptsEn = {
  scriptNoBridge: "没有桥接程序在运行，什么也没有做：请先启动它，或用 --state-dir 指定其状态目录",
  scriptAway: "桥接程序已断开，正在等待它恢复…",
  scriptLost: "桥接程序已断开，但可能已收到请求。请用相同的 --id 重试：它只会执行一次",
  scriptSilent: (why) =>
    `桥接程序正在运行，但它的套接字没有应答（${why}），什么也没有做：请查看 logs`,
  chatAmbiguous: (n) => `有 ${n} 个聊天是这个名称，请用 ID 指定：`,
  chatUnknown: (nearest) =>
    `没有这个名称或 ID 的聊天${
      nearest === undefined ? "" : `，是否指 ${nearest}？`
    }（chats 可列出全部；个人要先给机器人发过消息）`,
  chatUnnamed: "（无名称）",
  chatKinds: { direct: "个人", group: "群", topic: "话题" },
  noChats: "还没有聊天：请先给机器人发消息，或把它加入群",
  namesMissing: (scopes) =>
    `缺少部分名称，因为应用没有权限 ${scopes}：请在开发者后台添加，或使用 ID`,
  scriptRefused: {
    "other id": () => "这个 --id 已用于别的请求：请换一个",
    "nobody": () => "那个聊天里没有人可以使用机器人，因此没有人能回答智能体",
    "no topic": () => "那个话题里没有可以回复的消息",
    "no room": () => "没有空间存放文件：请释放空间，或调大 BRIDGE_KEEP_FILES_MB",
    "no answer": () => "回答已不再保留：请在聊天中查看",
    "failed": (why) => `桥接程序无法完成：${why}`,
  },
  accepted: (chat) => `已接受，将发送到 ${chat}`,
  acceptedBefore: (chat) => `之前已接受，没有重复发送到 ${chat}`,
  textEmpty: "文本为空",
  textBinary: "标准输入不是 UTF-8 文本：请使用 send --file",
  textTooLong: (mb) => `文本超过 ${mb} MB：请使用 send --file`,
  fileUnreadable: (path) => `无法读取文件 ${path}`,
  fileEmpty: (path) => `${path} 是空文件，飞书不接受空文件`,
  fileTooLarge: (path, mb) => `${path} 超过 ${mb} MB，这是飞书的上限`,
  chatIsAsked: (title) => `智能体在聊天中提问：${title}。正在等待回答…`,
  askTimedOut: (ms, id) =>
    `${
      duration(ms)
    }后仍没有回答。任务会在聊天中继续；用 --id ${id} 和相同的文本再次 ask 可等待其结果`,
  askInterrupted: (id) =>
    `任务会在聊天中继续，可在那里停止；用 --id ${id} 和相同的文本再次 ask 可等待其结果`,
  askCancelled: "任务已在聊天中取消",
  askUnanswered: "没有人回答智能体的提问，任务已结束",
  askFailed: "任务失败：原因见聊天",
  askBroken: "opencode 已退出，任务中断：在聊天中发送 /continue 可接着做",
};
