import { duration } from "../base/time/duration.ts";

/** The sentences about what the bridge asks in the chat. */
export type AskTexts = typeof asksEn;

/** What may be an answer to a choice, and a sentence that follows. */
interface HowToAnswer {
  readonly multiple?: boolean;
  readonly custom?: boolean;
  readonly hint?: string;
  /** Whether there are buttons. */
  readonly canPress?: boolean;
}

/** The sentences about what the bridge asks in the chat, in English. */
export const asksEn = {
  howToAnswer: (numbers: string, choice: HowToAnswer) =>
    [
      numbers === ""
        ? "Reply with your answer"
        : choice.multiple
        ? `Reply with numbers or names (${numbers}), separated by commas`
        : choice.canPress
        ? `Press a button, or reply ${numbers} or the name`
        : `Reply ${numbers} or the name`,
      choice.custom && numbers !== "" ? ", or answer in your own words." : ".",
      choice.hint && ` ${choice.hint}`,
    ].join(""),
  turnWaits: "/cancel ends the turn.",
  whichAsk: (asks: string) =>
    `Several questions are open. Which one do you answer? Quote it, and reply to that:\n${asks}`,
  wrongAnswer: (title: string, numbers: string, mayBePrompt?: boolean) =>
    `That is none of the answers to “${title}”, and was not sent to the agent. ` +
    `Reply ${numbers}, or a name. ` +
    (mayBePrompt ? "A text of several words is a prompt." : "Then send your next prompt."),
  noAnswer: (title: string) => `This is a prompt. “${title}” still waits for its own answer.`,
  askOver: "This question is over.",
  clickTaken: "Got it.",
  notYourAsk: "This question is for somebody else.",
  askExpired: "Nobody answered in time.",
  askFailed: (message: string) => `The answer did not get through: ${message}`,
  askReminder: (title: string) => `Still waiting for your answer: ${title}`,
  statusAsk: (title: string, ms: number | undefined) =>
    `Open question: ${title}, ` +
    (ms === undefined ? "not delivered yet" : `asked ${duration(ms)} ago`),

  permissionTitle: (permission: string) => `Permission: ${permission}`,
  permissionInput: "Arguments:",
  permissionHidden: (chars: number) => `… ${chars} more characters. It ends with:`,
  permissionLongLine: (chars: number) =>
    `⚠️ A line has ${chars} characters: scroll to read all of it.`,
  permissionAlways: "Always would allow:",
  permissionMoves: "Moved:",
  permissionTooLong: (file: string) =>
    `Not all of it fits here. All of it comes as the file ${file}: read that before you allow it.`,
  permissionUnreadable: "Its arguments cannot be shown, so it cannot be allowed here.",
  permissionManyPatterns: (n: number) =>
    `It cannot be allowed for always here: that would allow ${n} patterns, which do not fit.`,
  questionTitle: "Question",
  back: "Back",
  howToGoBack: "“back” corrects the answer before.",
  once: "Once",
  always: "Always",
  reject: "Reject",
  allowedOnce: "Allowed once.",
  allowedAlways: "Allowed, now and later.",
  rejected: "Rejected.",
  rejectedBySilence: "Nobody answered in time: rejected.",
  answered: (answer: string) => `Answered: ${answer}`,
  answeredElsewhere: "Answered elsewhere.",
  answerUnused: "opencode no longer waited for this: the answer had no effect.",
  outsideOnce: "Approved by somebody else, not in this chat.",
  outsideAlways: "Allowed, now and later, by somebody else, not in this chat.",
  outsideMissed:
    "Answered by somebody else while opencode could not be heard: probably approved, perhaps for later too.",
  outsidePatterns: "Not asked about any more:",
  outsideReject: "Rejected by somebody else, not in this chat.",
  outsideAnswer: (answer: string) => `Answered by somebody else, not in this chat: ${answer}`,
  outsideDismissed: "Dismissed by somebody else, not in this chat.",
  outsideRules: "Somebody else has changed what this session does without asking.",
  outsideAlarm:
    "If that was not you at the computer, a program that the agent runs did it: /cancel stops the turn.",
  turnOver: "The turn is over.",
  askBelow: "See the question below.",
  tooManyRounds: "The agent has asked many times in a row. Write how it should go on.",

  lateTitle: (n: number) => `${n} message${n === 1 ? "" : "s"} came late`,
  lateQuestion: "These were sent a while ago. Run them now?",
  lateItem: (ms: number, text: string) => `${duration(ms)} ago: ${text}`,
  lateRun: "Run",
  lateSkip: "Skip",
  lateRunning: "Running.",
  lateSkipped: "Skipped.",
  lateQuoted: "It went with the message that quotes it.",
  formUnknown:
    "A form was asked for that a chat cannot show, so it was cancelled. Answer it in opencode itself, on the computer.",
};
