import { duration } from "../base/time/duration.ts";
import { localTime } from "../base/time/local_time.ts";
import { roughly } from "./roughly.ts";

/** The sentences about a model that cannot be asked for a while, in English. Times are ms since 1970. */
export const waitsEn = {
  retrying: (attempt: number, inMs: number, why: string) =>
    `The model does not answer (${why}). Attempt ${attempt + 1} in ${duration(inMs)}.` +
    " /cancel stops it.",
  limitReached: (until: number, now: number, why: string) =>
    `The model takes no more requests for now (${why}). This goes on by itself at ${
      when(until, now)
    }. ` +
    "/cancel stops it.",
  limitOutlived: (until: number, now: number, why: string) =>
    `opencode exited while it waited for the model (${why}). This goes on by itself at ` +
    `${when(until, now)}. /cancel stops it.`,
  limitMissed: (until: number, now: number, why: string) =>
    `It waited for the model until ${localTime(until, now)} (${why}), and nothing ran then.`,
  waitsForLimit: (until: number, now: number, why: string) =>
    `waiting for the model until ${when(until, now)}: ${why}`,
};

/** `15:04 (UTC+8), in about 2 h` */
function when(until: number, now: number): string {
  const ms = roughly(until - now);
  return `${localTime(until, now)}${
    ms === undefined ? "" : `, in about ${duration(ms).replace(/ 0 (?:min|s)$/, "")}`
  }`;
}
