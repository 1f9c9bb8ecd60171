import { duration } from "../base/time/duration.ts";
import type { ViewStatus } from "../model/view.ts";
import { asksEn } from "./asks_en.ts";
import { budgetEn } from "./budget_en.ts";
import { chatUpdateEn } from "./chat_update_en.ts";
import { commandsEn } from "./commands_en.ts";
import { groupsEn } from "./groups_en.ts";
import { languageEn } from "./language_en.ts";
import { notifyEn } from "./notify_en.ts";
import { rulesEn } from "./rules_en.ts";
import { schedulesEn } from "./schedules_en.ts";
import { settingsEn } from "./settings_en.ts";
import { statusEn } from "./status_en.ts";
import { sessionsEn } from "./sessions_en.ts";
import { buttonsEn } from "./buttons_en.ts";
import { filesEn } from "./files_en.ts";
import { machinesEn } from "./machines_en.ts";
import { waitsEn } from "./waits_en.ts";
import { worktreesEn } from "./worktrees_en.ts";
import { voiceEn } from "./voice_en.ts";

/** Every sentence that a person reads in the chat. Each is short, and says what to do next. */
export type Texts = typeof en;

/** The header of a message, by the state of what it shows. */
type StatusTexts = Readonly<Record<Exclude<ViewStatus, "plain">, string>>;

const status: StatusTexts = {
  queued: "Queued",
  working: "Working…",
  waiting: "Waiting for you",
  done: "Done",
  failed: "Failed",
  cancelled: "Cancelled",
  interrupted: "Interrupted",
  closed: "Closed",
};

/** The chat's sentences in English. */
export const en = {
  status,
  reasoning: "Thinking",
  earlierTools: (n: number) => `${n} earlier tool call${n === 1 ? "" : "s"}`,
  toolCalls: (n: number, failed: number) =>
    `${n} tool call${n === 1 ? "" : "s"}${failed > 0 ? `, ${failed} failed` : ""}`,
  changedFiles: "Changed files",
  tokens: (n: string) => `${n} tokens`,
  contextUsed: (percent: number) => `context ${percent} %`,
  part: (n: number, of: number) => `(${n}/${of})`,
  answerInFile: "This is the beginning of a long answer. The file below has all of it.",
  earlierText: "… the beginning follows when the answer is complete.",
  middleMissing: (chars: number) =>
    `… ${chars} more characters, which are in the session on the computer. It ends with:`,
  answerBelow: "Feishu did not accept this card. The answer is in the next message.",

  queuedBehind: (n: number) =>
    `${
      n > 1 ? "At most " : ""
    }${n} before this one. /cancel all stops what runs and empties the queue.`,
  asksPermission: (what: string) => `The agent asks for permission: ${what}`,
  asksQuestion: (what: string) => `The agent asks you: ${what}`,
  emptyAnswer: "The model gave an empty answer. Rephrase your message, or try /new.",
  lengthCut: "The model reached its output limit. Send “continue” to go on.",
  compacted: "The conversation was summarised to free up context.",
  joined: "Somebody also wrote to this session in opencode itself. The answer is to both.",
  rejectedStop: "The agent's request was not approved, so it stopped. Tell it how to go on.",
  unansweredStop:
    "The agent's question was not answered, so it stopped. Write the answer to go on.",
  cancelledNote: "Stopped. Send a new message to go on in the same session.",
  cancelledQueued: "Taken out of the queue.",
  interruptedNote: "opencode exited while it worked on this. Send “continue” to go on.",
  clockSetBack:
    "The computer's clock was set back meanwhile, and opencode would have gone on without end, so it was stopped. Send a new message to go on.",
  sessionAhead:
    "The computer's clock was set back, and opencode cannot go on in a session from later than now. This is a fresh one.",
  clockBehind: (ms: number) =>
    `The computer's clock was set back. opencode goes on in this session in ${duration(ms)}, ` +
    "once the clock has caught up. /cancel gives up.",
  sessionLost: "opencode has lost this conversation's session. This is a fresh one.",
  sessionGone:
    "opencode lost this session while it was working. Send the message again: it gets a fresh one.",
  modelError: (message: string) => `The model failed: ${message}`,
  authError: "Check the model's key on the computer: opencode auth login.",
  modelMissing: "Check the model's name: opencode models lists the available ones.",
  agentFailed: (message: string) => `opencode refused: ${message}`,
  agentAway: (message: string) => `opencode does not answer: ${message}. Send the message again.`,
  agentAwayForNow: (message: string) =>
    `opencode does not answer (${message}). Trying again. /cancel gives up.`,
  commandUnseen:
    "The connection broke while opencode took this command. It may run already; this waits for it. /cancel gives up.",
  commandUnclear:
    "It is not known whether opencode ran this command. Look at what it did before you send it again.",
  otherChatRuns:
    "Another chat runs something in this session. This waits for it. /cancel gives up, /new starts fresh.",
  busyElsewhere:
    "Something that was begun elsewhere runs in this session. This waits for it. /cancel gives up.",
  statusUnknownEvents: (names: string) =>
    `Ignored, as opencode is newer than this bridge knows: ${names}`,
  wokeUp: "Something that ran in the background has ended, and the agent goes on by itself.",
  begunByScript: (text: string) => `A script on the bridge's computer asks: “${text}”`,
  begunElsewhere: (text: string) => `Somebody else wrote to this session in opencode: “${text}”`,
  stoppingNote: "Stopping…",
  stopUnconfirmed:
    "opencode has not confirmed that it stopped. The next message gets a fresh session; /resume goes back.",
  promptVanished: "opencode accepted the message but did nothing with it. Send it again.",

  ...asksEn,
  ...sessionsEn,
  ...buttonsEn,
  ...languageEn,
  ...notifyEn,
  ...groupsEn,
  ...settingsEn,
  ...filesEn,
  ...machinesEn,
  ...waitsEn,
  ...budgetEn,
  ...chatUpdateEn,
  ...voiceEn,

  diskTrouble: (message: string) =>
    `The computer cannot save its state (${message}). Make room on its disk, then it goes on.`,
  kvTrouble: (why: string) =>
    `The shared KV cannot be reached (${why}). What you write waits, and goes on by itself once it answers.`,
  notHandledYet: (why: string) =>
    `The computer cannot handle this message yet (${why}). It tries again by itself.`,
  turnBroken: (why: string) =>
    `The answer could not be saved (${why}). It is in the session on the computer.`,
  contentRefused: (why: string) =>
    `Feishu does not accept what this message says (${why}). It is in the session on the computer.`,
  fileAsMessages: (why: string) => `The file cannot be sent (${why}). Its content follows.`,
  restOnComputer: (n: number) =>
    (n === 1 ? "… 1 more message" : `… ${n} more messages`) +
    " would follow. All of it is in the session on the computer.",
  answerFileGone:
    "The file with the whole answer is gone. The answer is in the session on the computer.",
  fileVanished: (name: string) => `${name} is gone, so it was not sent.`,
  fileNotSent: (name: string, why: string) => `${name} cannot be sent: ${why}.`,
  bridgeStopped: "The bridge was stopped. It continues with this when it is started again.",
  turnStopped: "The bridge was stopped. When it is started again, send “continue” to go on.",

  greeting: (directory: string, isGroup: boolean) =>
    [
      `Hello! The coding agent opencode works for you in \`${directory}\`, on the computer behind this bot. ` +
      (isGroup
        ? "Mention me and write what you need, for example:"
        : "Write what you need, for example:"),
      "- What is in this directory?\n- Find out why the tests fail, and propose a change.",
      "It asks before it does what its rules do not allow. /help lists the commands.",
    ].join("\n\n"),
  suggestContinue: "continue",
  stranger: (openId: string) =>
    `You may not use this bot yet. Ask its owner to add your id: ${openId}`,
  unsupported: (type: string) =>
    `Messages of type “${type}” are not supported. Send text, or describe what you need.`,
  emptyMessage: "Write what the agent should do, or send /help for the commands.",
  noticeQuoted: "That is a notice of mine. Write what the agent should do with it.",
  forwardedMessages: (n: number) =>
    n === 0 ? "the forwarded card" : `the forwarded chat (${n} message${n === 1 ? "" : "s"})`,
  quoteUnread: (why: string) => `The quoted message could not be read: ${why}`,
  quoteRecalled: "The quoted message was recalled. Write what it said, if it matters.",
  topicUnread: (why: string) => `What was said before in this topic could not be read: ${why}`,
  forwardUnread: (why: string) => `What you forwarded could not be read: ${why}`,
  lacksScope: (scope: string) =>
    `the app lacks the scope ${scope}. Its owner can add it in Feishu's developer console and publish ` +
    "a version.",
  contentHidden:
    "Feishu does not show the content of a card or chat there. Describe it, or send its text.",
  filesLeftOut: (n: number) =>
    (n === 1 ? "1 more file there was" : `${n} more files there were`) +
    " not loaded. Send what is needed.",
  gotFiles: (names: string) => `Got ${names}. Now write what to do with it.`,
  filesWait: (names: string) => `Kept for your next message: ${names}.`,
  filesTakenOut: (names: string) => `Taken out, as its message was recalled: ${names}.`,
  filesDropped: (names: string) => `Not kept for the new session: ${names}.`,
  fileEmpty: (name: string) => `${name} is empty.`,
  fileTooLarge: (name: string, limit: string) => `${name} exceeds Feishu's limit of ${limit}.`,
  noRoomForFile: (name: string) =>
    `${name} is not taken: prompts still need the files that fill BRIDGE_KEEP_FILES_MB. Send it again later.`,
  fileLate: (name: string, minutes: number) =>
    `${name} does not come from Feishu at the moment. I keep trying for ${minutes} minutes; /cancel ends that.`,
  fileFailed: (name: string, why: string) => `${name} could not be loaded: ${why}. Send it again.`,
  messageTooLong: (kilobytes: number) =>
    `That is ${kilobytes} KB of text. The agent gets its beginning, and a file with all of it.`,
  pairAsk:
    "Send the pairing code that the bridge shows on its computer: in its terminal, or with the command `logs`.",
  pairExpired:
    "That code has expired. The bridge shows a new one on its computer: in its terminal, or with `logs`.",
  pairWrong: (left: number) =>
    `That is not the code. ${left} more ${left === 1 ? "try" : "tries"}.`,
  pairLocked: "Too many wrong codes. Try again in an hour, with a new code.",
  paired: "You may use the bot now. Write what the agent should do, or send /help.",
  openToAll:
    "Everyone who can reach this bot can run programs on the computer behind it. Its owner can change " +
    "that there, with FEISHU_ALLOWED_USERS.",
  everyoneMayUse:
    "Everyone who can reach this bot may use it: see FEISHU_ALLOWED_USERS on the computer.",
  onlyTheFirst: "Only the first user of this bot may see and change who uses it.",
  userLine: (openId: string, ms: number) =>
    `\`${openId}\`${ms > 0 ? `, since ${duration(ms)}` : ""}`,
  howToRemove: "`/users remove` and a number takes somebody out.",
  listInSettings: "The list is in FEISHU_ALLOWED_USERS on the computer, and is changed there.",
  noSuchUser: (name: string) => `${name} is nobody on the list. /users shows it.`,
  notYourself: "You cannot take yourself out here, only on the computer: pair remove.",
  userRemoved: (openId: string) => `${openId} may no longer use the bot.`,
  userGone: (openId: string) =>
    `${openId} may no longer use this bot. What they had asked for here is stopped.`,
  misused: (usage: string, does: string) =>
    `That is not how \`${usage}\` is written, so nothing was done. It ${does}.` +
    " Without the slash, it is a message to the agent.",
  noSuchCommand: (command: string) => `There is no command ${command}. /help lists all.`,
  didYouMean: (command: string) => `Did you mean ${command}? /help lists the commands.`,

  help: "Send a message, and the agent works on it in this conversation's directory.",
  commands: commandsEn,
  helpMore: "opencode's own commands:",
  moreCommands: "More commands",
  commandFailed: (command: string, why: string) =>
    `${command} failed: ${why}. Send it again in a moment.`,
  stopFirst: "Something is running. Send /cancel all first, or wait.",
  nothingYet: "There is nothing in this session yet.",
  noSessions: (directory: string) => `There is no session in ${directory} yet. Send a message.`,
  sessionLine: (title: string, ms: number, current: boolean) =>
    `${title} – ${duration(ms)} ago${current ? " ✓" : ""}`,
  howToResume: "`/resume` and a number goes on in one of them.",
  noSuchSession: (name: string) =>
    `“${name}” does not name exactly one session. /sessions lists them.`,
  resumed: (title: string) => `Going on in “${title}”.`,
  resumedShared: "Another chat is in this session too. What both send runs one after the other.",
  currentChoice: (name: string) => `Now: \`${name}\``,
  howToChoose: (command: string) => `\`${command}\` and a name, or a part of it, changes it.`,
  chosen: (name: string) => `From the next message on: \`${name}\`.`,
  noSuchChoice: (name: string, command: string) =>
    `There is no ${name}. ${command} lists the available ones.`,
  ambiguousChoice: (name: string) => `Several names match ${name}. Write more of the name:`,
  undone: (what: string) => `Undone: “${what}”`,
  redone: (what: string) => `Done again: “${what}”`,
  howToRedo: "/redo does it again, until you send the next message.",
  rewindOpen: (command: string) =>
    `opencode has not confirmed ${command} yet. Send ${command} again to see how it ended: it happens once.`,
  nothingToUndo: "There is nothing to undo.",
  nothingToRedo: "There is nothing to redo.",
  filesToo: (files: string) => `Its changes to files too: ${files}`,
  filesStay: "The files stay as they are: opencode can put them back only in a git repository.",
  nothingChanged: (what: string) => `“${what}” changed no files.`,
  changedBy: (what: string, files: number) =>
    `“${what}” changed ${files} file${files === 1 ? "" : "s"}:`,
  pictureUnreadable: "A picture could not be read. The agent got only its path.",
  newSessionLine: "New session",
  newSession: (directory: string) => `Fresh session in ${directory}.`,
  cwdIs: (directory: string) => `The directory is ${directory}.`,
  cwdChanged: (directory: string) => `Now in ${directory}, with a fresh session.`,
  cwdTurnStays: (directory: string) =>
    `The running turn goes on in ${directory}. /cancel stops it.`,
  cwdQueueMoves: (n: number) =>
    n === 1 ? "The queued message runs here." : `The ${n} queued messages run here.`,
  /** Why a turn did not begin. */
  noPlace: {
    gone: (directory: string) =>
      `The directory ${directory} does not exist any more. Go elsewhere with /cwd, then /retry.`,
    unreadable: (directory: string) =>
      `The bridge may not read the directory ${directory} any more. Allow it or go elsewhere with /cwd, then /retry.`,
  },
  cwdMissing: (path: string) => `There is no directory ${path}. Send /cwd with one that exists.`,
  cwdOutside: (roots: string) => `The directory must lie below one of these: ${roots}`,
  stateIsPrivate: "That is where the bridge keeps its own state. It stays private.",
  cwdBroad: (directory: string) =>
    `${directory} holds much more than one project, and the agent can change all of it.`,
  nothingRuns: "Nothing is running.",
  cancelCameLate: "This came late: what runs now was sent after it, and goes on. " +
    "To stop that, send /cancel again.",
  cancelling: "Stopping the running turn.",
  cancelledAll: (n: number) => `${n} message${n === 1 ? "" : "s"} taken out of the queue.`,

  ...statusEn,
  ...rulesEn,
  ...worktreesEn,
  ...schedulesEn,
};
