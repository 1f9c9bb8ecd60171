import { ANSI } from "../../base/ansi.ts";
import { clipLine } from "../../base/text.ts";

const COMMAND = new RegExp(ANSI, "gu");
const CONTROL = /(?![\n\t])\p{Cc}/gu;
/** Marks of writing direction, which would also turn around the text behind their own. */
const DIRECTIONS = /[\u202a-\u202e\u2066-\u2069]/g;

/** Feishu removes it itself, and what then stands side by side could be a tag. */
const ZERO_WIDTH_SPACE = /\u200b/g;

/** Whether a text shows nothing. Feishu refuses such contents. */
export function isBlank(text: string): boolean {
  return /^[\s\p{Cf}\u115f\u1160\u2800\u3164]*$/u.test(text);
}

/** A text without terminal escapes, control characters, and halves of surrogate pairs. */
export function plainText(text: string): string {
  return text.replaceAll(/\r\n?/g, "\n").replace(COMMAND, "").replace(CONTROL, "")
    .replace(DIRECTIONS, "").replace(ZERO_WIDTH_SPACE, "").toWellFormed();
}

/** The beginning of a text as one plain line of at most `max` characters. */
export function oneLine(text: string, max: number): string {
  // Longer texts are cut first: what comes so much later hardly gets into the line.
  return clipLine(plainText(text.slice(0, max * 10)), max);
}
