import { type IncomingMessage, targetOf } from "../../model/message.ts";
import { answerWords } from "../../texts/answer_words.ts";
import type { Texts } from "../../texts/texts.ts";
import { type Ask, type AskEnd, ownAskId } from "../asks/ask.ts";
import type { Asks } from "../asks/asks.ts";
import type { Effects } from "../effects.ts";
import type { CommandRequest } from "./command.ts";

/** What {@linkcode confirmation} needs besides the request. */
export interface ConfirmationOptions {
  /** What is asked about, in a word; its id derives from that and the message. */
  readonly about: string;
  readonly title: string;
  readonly question: string;
  readonly yes: {
    readonly label: string;
    /** The words for it besides those for yes. */
    readonly words: readonly string[];
    readonly style: "primary" | "danger";
  };
  /** The other button, and the line on the card when it was pressed. */
  readonly no: { readonly label: string; readonly line: string };
  /** Whether a person, by `open_id`, may answer; if not set: the sender, and whoever may answer in their place. */
  readonly mayAnswer?: (openId: string) => boolean;
  /** Does what was agreed to. */
  readonly run: () => Promise<AskEnd>;
}

/** Asks with yes or no whether a command may do something. A command that runs again after a crash asks the same. */
export function confirmation(
  { message, admission, settings }: CommandRequest,
  { about, title, question, yes, no, mayAnswer, run }: ConfirmationOptions,
): Ask {
  const { label, words, style } = yes;
  return {
    id: ownAskId("ask", `${about}-${message.messageId}`),
    title,
    target: targetOf(message),
    timeoutMs: settings.askTimeoutMs,
    mayAnswer: mayAnswer ?? ((openId) => admission.mayAnswer(openId, message.sender)),
    choices: [{
      question,
      mayBePrompt: true,
      options: [
        { value: "yes", label, aliases: [...words, ...answerWords("yes")], style },
        { value: "no", label: no.label, aliases: answerWords("no") },
      ],
    }],
    submit: async ([answer]) => answer?.[0] === "yes" ? await run() : { line: no.line },
  };
}

/**
 * Opens what the command of a message asks, and closes the card on which it asked that before: a word would answer
 * either.
 */
export async function askAlone(
  ask: Ask,
  { messageId }: IncomingMessage,
  asks: Asks,
  { askOver }: Texts,
): Promise<Effects> {
  const kind = ask.id.slice(0, -messageId.length);
  return await asks.sync([ask], (id) => id.startsWith(kind), askOver);
}
