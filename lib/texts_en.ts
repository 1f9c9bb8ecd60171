import { duration } from "./duration.ts";

/** What the chat reads in English. */
export const en = {
  status: {
    queued: "Queued",
    working: "Working…",
    waiting: "Waiting for you",
    done: "Done",
    failed: "Failed",
    cancelled: "Cancelled",
    interrupted: "Interrupted",
    closed: "Closed",
  },
  reasoning: "Thinking",
  earlierTools: (n: number) => `${n} earlier tool call${n === 1 ? "" : "s"}`,
  toolCalls: (n: number, failed: number) =>
    `${n} tool call${n === 1 ? "" : "s"}${failed > 0 ? `, ${failed} failed` : ""}`,
  changedFiles: "Changed files",
  tokens: (n: string) => `${n} tokens`,
  contextUsed: (percent: number) => `context ${percent} %`,
  part: (n: number, of: number) => `(${n}/${of})`,
  answerInFile: "This is the beginning of a long answer; the file below has all of it.",
  earlierText: "… the beginning follows when the answer is complete.",
  answerBelow: "Feishu did not accept this card; the answer is in the next message.",

  queuedBehind: (n: number) => `${n} before this one. /cancel all empties the queue.`,
  starting: "opencode is starting…",
  retrying: (attempt: number, inMs: number, why: string) =>
    `The model does not answer (${why}); attempt ${attempt + 1} in ${
      duration(inMs)
    }. /cancel stops it.`,
  asks: (what: string) => `The agent asks for permission: ${what}`,
  emptyAnswer: "The model gave an empty answer. Ask again in other words, or try /new.",
  lengthCut: "The model reached its output limit. Send “continue” to go on.",
  compacted: "The conversation was summarised to make room.",
  rejectedStop: "The agent asked and got no yes, so it stopped. Tell it how to go on.",
  cancelledNote: "Stopped. Send a new message to go on in the same session.",
  cancelledQueued: "Taken out of the queue.",
  interruptedNote: "opencode ended while it worked on this. Send “continue” to go on.",
  sessionLost: "opencode has lost this conversation's session; this is a fresh one.",
  sessionGone: "opencode has lost this session in the middle of its work.",
  modelError: (message: string) => `The model failed: ${message}`,
  authError: "Check the model's key on the computer: opencode auth login.",
  modelMissing: "Check the model's name: opencode models lists what there is.",
  agentFailed: (message: string) => `opencode refused: ${message}`,
  agentAway: (message: string) => `opencode does not answer: ${message}. Send the message again.`,
  agentAwayForNow: (message: string) =>
    `opencode does not answer (${message}); trying again. /cancel gives up.`,
  promptVanished: "opencode took the message but did nothing with it. Send it again.",

  howToAnswer: (numbers: string, choice: { multiple?: boolean; custom?: boolean }) =>
    [
      choice.multiple
        ? `Reply with numbers or names (${numbers}), separated by commas`
        : `Press a button, or reply ${numbers} or the name`,
      choice.custom ? ", or answer in your own words." : ".",
    ].join(""),
  wrongAnswer: (numbers: string) => `That is none of the answers. Reply ${numbers}, or a name.`,
  askOver: "This question is over.",
  notYourAsk: "This question is for somebody else.",
  askExpired: "Nobody answered in time.",
  askFailed: (message: string) => `The answer did not get through: ${message}`,
  askReminder: (title: string) => `Still waiting for your answer: ${title}`,
  statusAsk: (title: string) => `Open question: ${title}`,

  permissionTitle: (permission: string) => `Permission: ${permission}`,
  questionTitle: "Question",
  once: "Once",
  always: "Always",
  reject: "Reject",
  allowedOnce: "Allowed once.",
  allowedAlways: "Allowed, now and later.",
  rejected: "Rejected by the user in the chat. Do not try again; ask how to go on.",
  rejectedBySilence: "Nobody answered in time, so it was rejected. Do not try again.",
  answered: (answer: string) => `Answered: ${answer}`,
  answeredElsewhere: "Answered elsewhere.",
  turnOver: "The turn is over.",
  askBelow: "See the question below.",
  tooManyRounds: "The agent has asked many times in a row; write how it should go on.",

  lateTitle: (n: number) => `${n} message${n === 1 ? "" : "s"} came late`,
  lateQuestion: "These were sent a while ago. Run them now?",
  lateItem: (ms: number, text: string) => `${duration(ms)} ago: ${text}`,
  lateRun: "Run",
  lateSkip: "Skip",
  lateRunning: "Running.",
  lateSkipped: "Skipped.",
  diskTrouble: (message: string) =>
    `The computer cannot save its state (${message}). Make room on its disk; then it goes on.`,
  bridgeStopped: "The bridge was stopped. It takes this up again when it is started.",

  stranger: (openId: string) =>
    `You may not use this bot yet. Ask its owner to add your id: ${openId}`,
  unsupported: (type: string) =>
    `Messages of type “${type}” are not supported. Send text, or describe what you need.`,
  emptyMessage: "Write what the agent should do, or /help for the commands.",
  gotFiles: (names: string) => `Got ${names}. Now write what to do with it.`,
  fileEmpty: (name: string) => `${name} is empty.`,
  fileTooLarge: (name: string, limit: string) =>
    `${name} is larger than ${limit}, which is the most that Feishu takes.`,
  fileFailed: (name: string, why: string) => `${name} could not be loaded: ${why}. Send it again.`,
  getWhat: "Write which file: /get <path>.",
  getOutside: (directory: string) => `Only files in ${directory} can be sent.`,
  getNoFile: (path: string) => `There is no file ${path}.`,
  pairAsk: "Send the pairing code that the bridge shows on the computer's terminal.",
  pairWrong: (left: number) =>
    `That is not the code. ${left} more ${left === 1 ? "try" : "tries"}.`,
  pairLocked: "Too many wrong codes. Try again in a quarter of an hour, with a new code.",
  paired: "You may use the bot now. Write what the agent should do, or /help.",
  didYouMean: (command: string) => `Did you mean ${command}? /help lists the commands.`,

  help: [
    "Send a message, and the agent works on it in this conversation's directory.",
    "",
    "- `/new` begins a fresh session",
    "- `/cwd <path>` changes the directory; `/cwd` shows it",
    "- `/get <path>` sends a file of the directory",
    "- `/cancel` or `/stop` ends the running turn; `/cancel all` empties the queue too",
    "- `/status` shows what is going on",
    "- `/help` shows this list",
  ].join("\n"),
  newSession: (directory: string) => `Fresh session in ${directory}.`,
  cwdIs: (directory: string) => `The directory is ${directory}.`,
  cwdChanged: (directory: string) => `Now in ${directory}, with a fresh session.`,
  cwdMissing: (path: string) => `There is no directory ${path}. Send /cwd with one that exists.`,
  cwdWide: (directory: string) =>
    `${directory} holds much more than a project; the agent can change all of it.`,
  nothingRuns: "Nothing is running.",
  cancelling: "Stopping the running turn.",
  cancelledAll: (n: number) => `${n} queued message${n === 1 ? "" : "s"} taken out of the queue.`,

  statusSession: (id: string) => `Session: ${id}`,
  noSession: "Session: none yet",
  statusDirectory: (directory: string) => `Directory: ${directory}`,
  statusModel: (model: string) => `Model: ${model}`,
  statusIdle: "Turn: none",
  statusTurn: (ms: number, what: string) => `Turn: for ${duration(ms)}, ${what}`,
  statusQueue: (n: number) => `Queue: ${n}`,
  statusUndelivered: (n: number, why: string) =>
    `Undelivered: ${n}${why === "" ? "" : ` (${why})`}`,
  statusFeishu: (up: boolean, ms: number) =>
    up ? `Feishu: connected for ${duration(ms)}` : `Feishu: down for ${duration(ms)}`,
  statusOpencode: (state: string) => `opencode: ${state}`,
  statusVersion: (version: string) => `Version: ${version}`,
  statusOpen: "Anyone who can reach this bot may use it: set FEISHU_ALLOWED_USERS.",
  waitsForModel: "the model is answering",
  waitsForTool: (title: string) => `running ${title}`,
  waitsForPermission: "waiting for a permission",
  waitsForRetry: "waiting to ask the model again",
  waitsForServer: "waiting for opencode",
};
