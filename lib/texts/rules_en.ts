import { duration } from "../base/time/duration.ts";

/** The sentences about what is allowed without asking. */
export type RulesTexts = typeof rulesEn;

/** The sentences about what is allowed without asking, in English. */
export const rulesEn = {
  noRules: (directory: string) =>
    `Nobody has allowed anything with “Always” in ${directory}, as far as this bridge knows.`,
  rulesIn: (directory: string) => `Allowed in ${directory} without asking, because of “Always”:`,
  /** @param by Who allowed it, by `open_id`; empty: the reader. */
  ruleLine: (rule: string, ms: number | undefined, by: string | undefined) =>
    [
      rule,
      ms !== undefined && `for ${duration(ms)}`,
      by !== undefined && `by ${by === "" ? "you" : `\`${by}\``}`,
    ].filter((part) => part).join(", "),
  rulesListed: "opencode keeps these for the whole project, also over a restart.",
  rulesInMemory:
    "opencode 1 keeps these in its memory, for the whole directory, until it restarts.",
  rulesUnsure:
    "opencode 1 keeps these in its memory until it restarts. Somebody else runs it, so some may be gone already.",
  howToRemoveRule: (isListed: boolean) =>
    isListed
      ? "`/rules remove` and a number takes one back. How often each was used, opencode does not tell."
      : "`/rules remove` and a number takes it back, and all others of this directory with it. How often " +
        "each was used, opencode does not tell.",
  pickRule: (isListed: boolean): string => isListed ? "Take back…" : "Take all back…",
  noSuchRule: (name: string) => `There is no rule ${name}. /rules lists them.`,
  rulesBusy:
    "Something runs in this directory, and opencode 1 can take rules back only when nothing does. " +
    "Nothing was taken back: wait, or send /cancel, then try again.",
  rulesRemoved: (n: number) =>
    `Taken back: opencode 1 has forgotten ${
      n === 1 ? "this rule" : `all ${n} rules`
    } of this directory, and asks again.`,
  ruleRemoved: (rule: string) => `Taken back: ${rule}. opencode asks again.`,
  ruleStays: (rule: string) => `opencode still has ${rule}. Send /rules to try again.`,
  /** @param by Whose turns, by `open_id`; empty: the reader's. */
  autoOn: (ms: number, until: string, by: string) =>
    `For ${
      duration(ms)
    } more, until ${until} on the bridge's computer, the agent may read and edit ordinary ` +
    `files in this directory without asking, in ${
      by === "" ? "your turns" : `the turns of \`${by}\``
    }. ` +
    "Everything else is asked. `/auto off` ends it.",
  autoOff: "`/auto` is off: opencode asks as its rules say.",
  howToAuto:
    "`/auto 30m` lets reads and edits of ordinary files in this directory through for a while, at most `8h`: " +
    "never shell commands, links to outside, hidden files like `.env` and `.git`, or what configures the agent.",
  autoTooLong: "Write a time of at most 8 hours, like `/auto 30m` or `/auto 2h`.",
  autoBroad: (directory: string) =>
    `${directory} holds much more than one project. Send /cwd with a project, then /auto.`,
  autoElsewhere:
    "This bridge uses an opencode that somebody else runs, perhaps on another computer, so it cannot tell which " +
    "files a request is about. Everything is asked.",
  autoAllowed: (n: number, last: string) =>
    n === 1 ? `Allowed by /auto: ${last}` : `Allowed by /auto: ${n} times, last ${last}`,
  autoOver: "The time of `/auto` is over: opencode asks again. `/auto 30m` goes on.",
};
