import { answerWords } from "../../texts/answer_words.ts";
import type { OpenAsk } from "./open_ask.ts";

/** The value of the button that goes back to the previous answer, in place of an option's. */
export const BACK = "..back..";

/** The values that answer a choice, or {@linkcode BACK}. */
export type Values = readonly string[] | typeof BACK;

/** Whether an ask has an answer to go back to. */
export function mayGoBack({ answers }: OpenAsk): boolean {
  return answers.length > 0;
}

/** Whether a text asks to correct the previous answer. */
export function isBackWord(text: string): boolean {
  const word = text.trim().toLowerCase().replace(/[.!。！]$/, "");
  return answerWords("back").includes(word);
}
