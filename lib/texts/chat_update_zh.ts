import type { ChatUpdateTexts } from "./chat_update_en.ts";
import { reasonZh } from "./reasons_zh.ts";

/** The sentences about new versions of this program in the chat, in Chinese. */
export const chatUpdateZh: ChatUpdateTexts = {
  chatUpdateFirstOnly: "只有此机器人的第一个用户可以更新它。",
  chatUpdateNewest: (own) => `${own} 已是最新版本。`,
  chatUpdateRefused: (why) => `不能在这里安装。${reasonZh(why)}`,
  chatUpdateTitle: (to) => `版本 ${to}`,
  chatUpdateAsk: (to, own) => `桥接程序有新版本 ${to}，当前是 ${own}。安装并重启桥接程序吗？`,
  chatUpdateInterrupts: (n) => `⚠️ 有 ${n} 个任务会中断。`,
  chatUpdateYes: "更新",
  chatUpdateNo: "暂不",
  chatUpdateBegun: (to) => `正在安装版本 ${to}，结果会在这里告知。`,
  chatUpdateLater: "没有更新。",
  chatUpdated: (to) => `已更新：现在是版本 ${to}。`,
  chatUpdateBack: (to, own) => `版本 ${to} 没有启用，正在运行的是 ${own}。原因见桥接程序的日志。`,
  chatUpdateFailed: (to, why) => `版本 ${to} 没有安装：${reasonZh(why)}`,
  chatUpdateByHand: (to) => `版本 ${to} 已安装。请在电脑上重新启动桥接程序以使用它。`,
};
