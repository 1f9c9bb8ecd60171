import { localTime } from "../base/time/local_time.ts";
import { durationZh as duration } from "./duration_zh.ts";
import { roughly } from "./roughly.ts";
import type { waitsEn } from "./waits_en.ts";

/** The sentences about a model that cannot be asked for a while, in Chinese. Times are ms since 1970. */
export const waitsZh: typeof waitsEn = {
  retrying: (attempt, inMs, why) =>
    `模型没有响应（${why}），${duration(inMs)}后进行第 ${
      attempt + 1
    } 次尝试。发送 /cancel 可停止。`,
  limitReached: (until, now, why) =>
    `模型暂时不接受请求（${why}）。自动继续时间：${when(until, now)}。发送 /cancel 可停止。`,
  limitOutlived: (until, now, why) =>
    `opencode 在等待模型时退出了（${why}）。自动继续时间：${
      when(until, now)
    }。发送 /cancel 可停止。`,
  limitMissed: (until, now, why) =>
    `它在等待模型，直到 ${localTime(until, now)}（${why}），而那时没有程序在运行。`,
  waitsForLimit: (until, now, why) => `等待模型至 ${when(until, now)}：${why}`,
};

/** `15:04 (UTC+8)，约 2 小时后`, without the last part when that is far away. */
function when(until: number, now: number): string {
  const ms = roughly(until - now);
  return `${localTime(until, now)}${
    ms === undefined ? "" : `，约 ${duration(ms).replace(/ 0 [分秒]$/, "")}后`
  }`;
}
