import type { IncomingMessage } from "../../model/message.ts";
import type { Texts } from "../../texts/texts.ts";
import type { Effects } from "../effects.ts";
import { askLine, possibleNumbers } from "./ask_view.ts";
import { BACK, isBackWord, mayGoBack, type Values } from "./back.ts";
import { isAgentRequest } from "./ask.ts";
import { asTyped, type Choice, isLabel, parseAnswer } from "./choice.ts";
import type { OpenAsk } from "./open_ask.ts";

/** A typed text that answers an ask. */
export interface TypedAnswer {
  /** The id of the ask. */
  readonly ask: string;
  /** Submits the answer. */
  readonly submit: () => Promise<Effects>;
}

/** What is known of a message besides its text, for `Asks.matchAnswer`. */
export interface AnswerHints {
  /** The ask that an earlier run of the program knew it to be the answer to. */
  readonly onlyAsk?: string | undefined;
  /** The word, if its text is one that ends a turn. It is an answer only where an option is called so. */
  readonly stopWord?: string | undefined;
}

/** The asks of a conversation. */
export interface KnownAsks {
  readonly open: readonly OpenAsk[];
  /** Those that are over. */
  readonly over: readonly OpenAsk[];
}

/** An open ask and the values that answer it. */
export interface Match {
  readonly open: OpenAsk;
  readonly values: Values;
}

/**
 * Matches a message with the ask that it answers.
 *
 * @returns The ask and the values; a hint for the writer if the answer is wrong, comes to the wrong ask, or
 * could be for several; `undefined` if the message is unrelated.
 */
export function matchMessage(
  message: IncomingMessage,
  { onlyAsk, stopWord }: AnswerHints,
  { open, over }: KnownAsks,
  texts: Pick<Texts, "whichAsk" | "wrongAnswer" | "notYourAsk" | "askOver">,
): Match | string | undefined {
  const asked = open.filter(({ ask }) =>
    ask.id === (onlyAsk ?? ask.id) && ask.mayAnswer(message.sender) &&
    // What somebody has said is for the agent.
    (message.heard === undefined || ask.memo !== undefined || isAgentRequest(ask.id))
  );
  const others = open.filter((one) => !asked.includes(one));
  const inVain = answerInVain(message, others, over, texts);
  if (inVain !== undefined && onlyAsk === undefined && stopWord === undefined) return inVain;
  const meant = onlyAsk === undefined ? asksMeantBy(message, asked) : asked;
  if (stopWord !== undefined && !isOffered(stopWord, meant)) return undefined;
  // After a crash all is asked again from the beginning: there is nothing to go back to.
  const isInVain = onlyAsk !== undefined && isBackWord(message.text) && !meant.some(mayGoBack);
  if (isInVain) return undefined;
  const isQuoting = message.parentId !== undefined;
  const match = matchAnswer(stopWord ?? message.text, isQuoting, meant, texts);
  if (match !== undefined || stopWord !== undefined || onlyAsk !== undefined) return match;
  return over.some((one) => wasOpenFor(message, one) && isAnswer(message, one))
    ? texts.askOver
    : undefined;
}

/** Whether an ask that is over was open when a message was written: then an answer to it is no prompt. */
function wasOpenFor(message: IncomingMessage, { ask, card, endedAt = 0 }: OpenAsk): boolean {
  const isAboutIt = message.parentId === undefined && ask.mayAnswer(message.sender);
  return isAboutIt && card.isOlderThan(message) && message.createdAt <= endedAt;
}

/**
 * The open asks that a message may answer: the one whose card it quotes, or those whose cards its writer
 * may have seen. What quotes another message is about that.
 */
function asksMeantBy(
  message: IncomingMessage,
  asked: readonly OpenAsk[],
): readonly OpenAsk[] {
  if (message.parentId !== undefined) return asked.filter(({ card }) => card.isQuotedBy(message));
  return asked.filter(({ card }) => card.isOlderThan(message));
}

/** Whether a word is the label of an option of one of the asks. */
function isOffered(word: string, asks: readonly OpenAsk[]): boolean {
  return asks.some(({ choice }) => choice !== undefined && isLabel(word, choice));
}

/** What to tell somebody who answers the card of another person, or of an ask that is over, by quoting it. */
function answerInVain(
  message: IncomingMessage,
  others: readonly OpenAsk[],
  over: readonly OpenAsk[],
  texts: Pick<Texts, "notYourAsk" | "askOver">,
): string | undefined {
  if (isAnswerTo(message, others)) return texts.notYourAsk;
  return isAnswerTo(message, over) ? texts.askOver : undefined;
}

/** Whether a message quotes the card of one of the asks, and is an answer rather than a prompt. */
function isAnswerTo(message: IncomingMessage, asks: readonly OpenAsk[]): boolean {
  const quoted = asks.find(({ card }) => card.isQuotedBy(message));
  return quoted !== undefined && isAnswer(message, quoted);
}

/** Whether a text is an answer to what an ask asks or asked last. */
function isAnswer({ text }: IncomingMessage, { ask, answers }: OpenAsk): boolean {
  const choice = ask.choices.at(answers.length) ?? ask.choices.at(-1);
  // A text that quotes a question in free words may well be a prompt.
  return choice !== undefined &&
    parseAnswer(text, { ...choice, custom: false, mayBePrompt: true }) !== "unrelated";
}

/** Parses a text as an answer; a word that goes back is no answer in free words. */
function parse(
  text: string,
  open: OpenAsk,
  choice: Choice,
): ReturnType<typeof parseAnswer> | typeof BACK {
  const isBack = mayGoBack(open) && isBackWord(text) &&
    typeof parseAnswer(text, { ...choice, custom: false }) === "string";
  return isBack ? BACK : parseAnswer(text, choice);
}

/**
 * Parses a text as the answer to one of the asks that it may answer.
 *
 * @returns The ask and the values; a hint for the writer if the answer is wrong, or if it is not clear
 * which ask is meant; `undefined` if the text is unrelated.
 */
function matchAnswer(
  text: string,
  isQuoting: boolean,
  asks: readonly OpenAsk[],
  texts: Pick<Texts, "whichAsk" | "wrongAnswer">,
): Match | string | undefined {
  const answers = asks.flatMap((open) => {
    const choice = open.choice && asTyped(open.choice, isQuoting);
    const values = choice === undefined ? "unrelated" : parse(text, open, choice);
    return choice === undefined || values === "unrelated" ? [] : [{ open, choice, values }];
  });
  const [answer] = answers;
  if (answer === undefined) return undefined;
  if (asks.length > 1) {
    return texts.whichAsk(asks.map(({ ask }, i) => `${i + 1}. ${askLine(ask)}`).join("\n"));
  }
  const { open, choice, values } = answer;
  if (values !== "wrong") return { open, values };
  return texts.wrongAnswer(open.ask.title, possibleNumbers(choice), choice.mayBePrompt);
}
