const RULES = [
  /\p{Script=Han}[A-Za-z0-9]/u,
  /[A-Za-z0-9]\p{Script=Han}/u,
  /\p{Script=Han}[,;:!?()]/u,
  /[,;:!?()]\p{Script=Han}/u,
  /[，。；：、？！][ \t]+(?=\p{Script=Han})/u,
  // Words that were used beside the one that all texts use.
  /\bagents?\b|机器人的主人|表情回应|飞书调用|桥(?!接)|斜杠指令/u,
];

/**
 * The first place where a Chinese text breaks the rules that all of ours keep: a space between Chinese and
 * Latin letters, digits or code, full-width punctuation beside Chinese, and one word for one thing.
 * Undefined if there is none.
 */
export function chineseMisprint(text: string): string | undefined {
  const plain = text.replaceAll(/`[^`]*`/g, "X").replaceAll(/\]\([^)]*\)/g, "]");
  for (const rule of RULES) {
    const { index } = rule.exec(plain) ?? {};
    if (index !== undefined) return plain.slice(Math.max(0, index - 10), index + 12);
  }
  return undefined;
}
