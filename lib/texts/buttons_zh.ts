import type { ButtonTexts } from "./buttons_en.ts";

/** The sentences about buttons, and the commands that do the same, in Chinese. */
export const buttonsZh: ButtonTexts = {
  stop: "停止",
  stopAll: "全部停止",
  goOn: "继续",
  tryAgain: "重试",
  pressedBy: (label) => `点击“${label}”的人：`,
  chosenBy: (command) => `选择 ${command} 的人：`,
  pick: "请选择…",
  allNames: (n) => `全部 ${n} 个`,
  trying: "正在重试…",
  goingOn: "正在继续…",
  pressedOver: "这一步已经结束，按钮不再起作用。",
  pressedBefore: "这张卡片上已经选过了。",
  notYourButton: "这个按钮不是给你的。",
  nothingToRetry: "没有可以重试的任务。请直接发消息。",
  nothingToContinue: "没有可以继续的任务。请直接发消息。",
  goOnPrompt: "继续。",
};
