import type { Language } from "../model/settings.ts";

/**
 * Words that answer a question with yes or no, and a permission also with always; and that go back to the answer
 * before.
 */
export type AnswerWord = "yes" | "always" | "no" | "back";

/** What people type for it, in lower case, by language. */
const ANSWER_WORDS: Readonly<Record<AnswerWord, Readonly<Record<Language, string>>>> = {
  yes: {
    en: "y|yes|yep|yeah|yes please|yes, please|ok|okay|sure|once|allow|approve|go|go ahead|do it",
    zh: "同意|好|好的|可以|行|是|是的|对|嗯|允许|批准|准|确认|同意一次|允许一次",
  },
  always: {
    en: "a|always|allow always|always allow",
    zh: "总是|始终|一直|永远|总是允许|始终允许|一直允许|始终同意|总是同意|都允许",
  },
  back: { en: "back|go back|previous", zh: "返回|上一步|上一个|上一题|退回" },
  no: {
    en: "n|no|nope|nah|no thanks|no, thanks|no way|not now|reject|deny|don't|do not",
    zh: "不|不行|否|不同意|不可以|不要|不允许|不准|别|不是|不好|拒绝|禁止",
  },
};

/**
 * The words of an answer, in all languages: whoever reads English cards may well answer in Chinese. An option
 * takes them as its aliases.
 */
export function answerWords(answer: AnswerWord): readonly string[] {
  return Object.values(ANSWER_WORDS[answer]).flatMap((words) => words.split("|"));
}
