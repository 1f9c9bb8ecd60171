import { duration } from "../base/time/duration.ts";

/** The lines of `/status`, and what a turn waits for, in English. */
export const statusEn = {
  statusSession: (id: string) => `Session: ${id}`,
  noSession: "Session: none yet",
  statusDirectory: (directory: string) => `Directory: ${directory}`,
  statusModel: (model: string) => `Model: ${model}`,
  statusAgent: (agent: string) => `Agent: ${agent}`,
  statusLanguage: (isOfSettings: boolean) =>
    `Language: English${isOfSettings ? " (of the settings)" : ""}`,
  statusIdle: "Turn: none",
  statusTurn: (ms: number, what: string) => `Turn: for ${duration(ms)}, ${what}`,
  statusQueue: (n: number) => `Queue: ${n}`,
  statusUndelivered: (n: number, why: string) =>
    `Undelivered: ${n}${why === "" ? "" : ` (${why})`}`,
  statusFeishu: (up: boolean, ms: number) =>
    up ? `Feishu: connected for ${duration(ms)}` : `Feishu: down for ${duration(ms)}`,
  statusGroupsWait: (why: string) =>
    `Messages of groups wait: Feishu does not tell who the bot is (${why}). ` +
    "It is asked again with the next message. On the computer, `doctor` says what to do.",
  statusCalls: (counts: string) => `Feishu calls: ${counts}`,
  callCounts: (month: number, today: number, perMonth: number, usedUpUntil = "") =>
    `${month}${perMonth > 0 ? ` of ${perMonth}` : ""} this month, ${today} today` +
    (usedUpUntil &&
      `. Used up: nothing is sent until ${usedUpUntil}, or until the app's plan allows more`),
  statusOpencode: (state: string) => `opencode: ${state}`,
  opencodeStarts: "starting",
  opencodeAway: (why: string) => `does not answer (${why}). Start it on the computer.`,
  statusVersion: (version: string) => `Version: ${version}`,
  statusState: (size: string, files: string, most: string) =>
    `State: ${size}; files ${files} of at most ${most}`,
  statusOpen: "Anyone who can reach this bot may use it: set FEISHU_ALLOWED_USERS.",
  waitsForModel: "the model is answering",
  waitsForTool: (title: string) => `running ${title}`,
  waitsForPermission: "waiting for a permission",
  waitsForAnswer: "waiting for the answer to a question",
  waitsForRetry: "waiting to ask the model again",
  waitsForServer: "waiting for opencode",
  waitsForOtherChat: "waiting for another chat in this session",
  waitsForElsewhere: "waiting for what was begun elsewhere in this session",
  waitsForClock: "waiting for the computer's clock, which was set back",
  waitsForBudget: "waiting for your answer about the budget",
  waitsForStop: "stopping",
};
