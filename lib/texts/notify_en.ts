import { duration } from "../base/time/duration.ts";
import type { NotifyWhen } from "../model/settings.ts";

const changed = (files: number) =>
  files === 0 ? "" : `, ${files} file${files === 1 ? "" : "s"} changed`;

const notifyWhen: Readonly<Record<NotifyWhen, string>> = {
  long: "after more than a minute, or when it failed",
  always: "always",
  failed: "when it failed",
  never: "never",
};

/** What announces the end of a turn, in English, and how that is set. */
export const notifyEn = {
  pingDone: (ms: number, files: number) => `✅ Done in ${duration(ms)}${changed(files)}`,
  pingStopped: (ms: number, files: number) => `⚠️ Stopped after ${duration(ms)}${changed(files)}`,
  pingFailed: (ms: number, why: string) =>
    `❌ Failed after ${duration(ms)}${why === "" ? "" : `: ${why}`}`,
  tellWhenDone: "Tell me when done",
  notifyWhen,
  notifyNow: (when: string, isDefault: boolean) =>
    `When a finished turn pings you here: ${when}${
      isDefault ? " (as the bridge's settings say)" : ""
    }.`,
  howToNotify:
    "`/notify long`, `always`, `failed` or `never` changes that here, `/notify default` takes it " +
    "back, and `/notify once` is for the running turn; `/notify buzz` has your phone ring, too.",
  notifiedOnce: "You get a ping when this turn ends, unless somebody stops it.",
};
