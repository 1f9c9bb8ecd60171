/** Words that answer a question with yes or no, and a permission also with always. */
export type AnswerWord = "yes" | "always" | "no";

/**
 * What people type for it, in lower case, in each language. All are understood in all: whoever reads English
 * cards may well answer in Chinese.
 */
const ANSWER_WORDS: Readonly<Record<AnswerWord, readonly string[]>> = {
  yes: [
    ...[
      "y",
      "yes",
      "yep",
      "yeah",
      "ok",
      "okay",
      "sure",
      "once",
      "allow",
      "approve",
      "go",
      "go ahead",
    ],
    ...[
      "同意",
      "好",
      "好的",
      "可以",
      "行",
      "是",
      "是的",
      "对",
      "嗯",
      "允许",
      "批准",
      "准",
      "确认",
      "同意一次",
      "允许一次",
    ],
  ],
  always: [
    ...["a", "always", "allow always"],
    ...[
      "总是",
      "始终",
      "一直",
      "永远",
      "总是允许",
      "始终允许",
      "一直允许",
      "始终同意",
      "总是同意",
      "都允许",
    ],
  ],
  no: [
    ...["n", "no", "nope", "nah", "reject", "deny", "don't", "do not"],
    ...[
      "不",
      "不行",
      "否",
      "不同意",
      "不可以",
      "不要",
      "不允许",
      "不准",
      "别",
      "不是",
      "不好",
      "拒绝",
      "禁止",
    ],
  ],
};

/** The words of an answer, for the options of an ask. */
export function answerWords(answer: AnswerWord): readonly string[] {
  return ANSWER_WORDS[answer];
}
