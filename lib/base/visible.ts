import { visibleEscape } from "./exact_text.ts";

const CONTROLS = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/**
 * Writes the characters that control a terminal, or turn the direction of text, as `\u001b` and the like.
 * JSON keeps its meaning. Ordinary text stays as it is, in every script.
 *
 * @param keep Control characters that stay, such as `"\n\t"`.
 */
export function visible(text: string, keep = ""): string {
  return text.replace(CONTROLS, (char) => keep.includes(char) ? char : visibleEscape(char));
}
