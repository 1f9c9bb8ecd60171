import { durationZh as duration } from "./duration_zh.ts";
import type { notifyEn } from "./notify_en.ts";

const changed = (files: number) => files === 0 ? "" : `，改动 ${files} 个文件`;

/** What announces the end of a turn, in Chinese, and how that is set. */
export const notifyZh: typeof notifyEn = {
  pingDone: (ms, files) => `✅ 已完成，用时 ${duration(ms)}${changed(files)}`,
  pingStopped: (ms, files) => `⚠️ 已停下，用时 ${duration(ms)}${changed(files)}`,
  pingFailed: (ms, why) => `❌ 失败，用时 ${duration(ms)}${why === "" ? "" : `：${why}`}`,
  tellWhenDone: "完成时提醒我",
  notifyWhen: {
    long: "任务超过一分钟或失败时",
    always: "每次任务结束时",
    failed: "任务失败时",
    never: "从不",
  },
  notifyNow: (when, isDefault) => `结束提醒：${when}${isDefault ? "（按桥接程序的设置）" : ""}。`,
  howToNotify:
    "发送 `/notify long`、`always`、`failed` 或 `never` 可更改，`/notify default` 恢复默认，`/notify once` 只提醒当前任务，`/notify buzz` 同时加急。",
  notifiedOnce: "这个任务结束时会提醒你，除非有人停止它。",
};
