import type { AskTexts } from "./asks_en.ts";
import { durationZh as duration } from "./duration_zh.ts";
import { reasonZh } from "./reasons_zh.ts";

/** The sentences about what the bridge asks in the chat, in Chinese. */
export const asksZh: AskTexts = {
  howToAnswer: (numbers, choice) =>
    [
      numbers === ""
        ? "请直接回复你的答案"
        : choice.multiple
        ? `请回复编号或名称（${numbers}），用逗号分隔`
        : choice.canPress
        ? `请点击按钮，或回复编号（${numbers}）或名称`
        : `请回复编号（${numbers}）或名称`,
      choice.custom && numbers !== "" ? "，也可以用自己的话回答。" : "。",
      choice.hint,
    ].join(""),
  turnWaits: "发送 /cancel 可结束任务。",
  whichAsk: (asks) => `有多个问题待回答，你回答的是哪一个？请引用对应的消息来回答：\n${asks}`,
  wrongAnswer: (title, numbers, mayBePrompt) =>
    `“${title}”没有这个选项，这条消息也没有发给智能体。请回复编号（${numbers}）或名称。` +
    (mayBePrompt ? "较长的一句话会作为消息发给智能体。" : "之后再发送下一条消息。"),
  noAnswer: (title) => `这是一条新消息，“${title}”仍在等待回答。`,
  askOver: "这个问题已经结束。",
  clickTaken: "已收到。",
  notYourAsk: "这个问题不是问你的。",
  askExpired: "没有人及时回答。",
  askFailed: (message) => `回答没有送达：${reasonZh(message)}`,
  askReminder: (title) => `仍在等待你的回答：${title}`,
  statusAsk: (title, ms) =>
    `待回答的问题：${title}（${ms === undefined ? "尚未送达" : `${duration(ms)}前提出`}）`,

  permissionTitle: (permission) => `请求授权：${permission}`,
  permissionInput: "参数：",
  permissionHidden: (chars) => `… 中间还有 ${chars} 个字符，结尾是：`,
  permissionLongLine: (chars) => `⚠️ 其中一行有 ${chars} 个字符：请滚动阅读全部内容。`,
  permissionAlways: "“始终允许”将允许：",
  permissionMoves: "移动：",
  permissionTooLong: (file) =>
    `内容太长，此处放不下。全部内容在文件 ${file} 中：请先阅读该文件再决定是否允许。`,
  permissionUnreadable: "参数无法显示，因此不能在此允许。",
  permissionManyPatterns: (n) => `此处不能始终允许：那会允许 ${n} 条规则，无法全部列出。`,
  questionTitle: "提问",
  back: "上一步",
  howToGoBack: "回复“上一步”可更正前一个回答。",
  once: "允许一次",
  always: "始终允许",
  reject: "拒绝",
  allowedOnce: "已允许一次。",
  allowedAlways: "已允许，以后不再询问。",
  rejected: "已拒绝。",
  rejectedBySilence: "没有人及时回答，已拒绝。",
  answered: (answer) => `已回答：${answer}`,
  answeredElsewhere: "已在别处回答。",
  answerUnused: "opencode 已不再等待：这个回答没有生效。",
  outsideOnce: "他人已批准，并非在本聊天中操作。",
  outsideAlways: "他人已允许，以后不再询问，并非在本聊天中操作。",
  outsideMissed:
    "与 opencode 的连接中断期间，他人已处理：可能已批准，以后也可能不再询问，并非在本聊天中操作。",
  outsidePatterns: "以后不再询问：",
  outsideReject: "他人已拒绝，并非在本聊天中操作。",
  outsideAnswer: (answer) => `他人已回答，并非在本聊天中操作：${answer}`,
  outsideDismissed: "他人已关闭，并非在本聊天中操作。",
  outsideRules: "有人更改了本会话无需询问即可执行的操作。",
  outsideAlarm:
    "如果不是你本人在电脑上操作的，那就是智能体运行的某个程序所为：发送 /cancel 可停止任务。",
  turnOver: "任务已结束。",
  askBelow: "请看下面的问题。",
  tooManyRounds: "智能体已连续多次提问，请写明接下来怎么做。",

  lateTitle: (n) => `${n} 条迟到的消息`,
  lateQuestion: "这些消息是一段时间之前发送的。现在执行吗？",
  lateItem: (ms, text) => `${duration(ms)}前：${text}`,
  lateRun: "执行",
  lateSkip: "跳过",
  lateRunning: "开始执行。",
  lateSkipped: "已跳过。",
  lateQuoted: "已随引用它的消息一并处理。",
  formUnknown: "有一个聊天里无法显示的表单，已取消。请在电脑上的 opencode 里填写。",
};
