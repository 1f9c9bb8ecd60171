/**
 * Characters that a reader does not see or takes for others: controls, formats, directions, fillers, joiners,
 * blanks that are no space, halves of surrogate pairs, what no font has, and marks upon marks. Not line
 * breaks, tabs, and the selector of an emoji.
 */
const UNSEEN =
  /(?!\n|\t| |(?<=\p{Extended_Pictographic})\ufe0f)(?:[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800\u{16fe4}\u{1d159}]|(?<=\p{M}{3})\p{M})/gu;

/**
 * A text whose every character can be seen: those that cannot stand as `\u200b` or `\u{e0041}`. Done twice, it
 * changes nothing more.
 */
export function exactText(text: string): string {
  return text.replace(UNSEEN, visibleEscape);
}

/** A text of one line whose every character can be seen. */
export function exactLine(text: string): string {
  return exactText(text).replace(/[\n\t]/g, visibleEscape);
}

/** A character as an escape that JavaScript reads. */
export function visibleEscape(char: string): string {
  const code = (char.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`;
}
