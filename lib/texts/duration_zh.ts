import { duration } from "../base/time/duration.ts";

/** A duration with Chinese units: `42 秒`, `3 分 5 秒`, `2 小时 4 分`. */
export function durationZh(ms: number): string {
  return duration(ms, { hours: " 小时", minutes: " 分", seconds: " 秒" });
}
