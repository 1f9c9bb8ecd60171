import type { IncomingMessage } from "../../model/message.ts";

/**
 * The mark of a text for the running turn: `!` or `！`, then a letter, a digit, a quote or a mention, perhaps behind
 * blanks. What looks like code does not count: `![image](…)`, `!=`, `!!`, `!(`, `!important`.
 */
const MARK = /^\s*[!！][ \t\u3000]*(?!important\b)(?=[\p{L}\p{N}@"'`“‘「『《])/u;

/** A message without the leading `!` that puts it into the running turn, if it has one. */
export function withoutMark(message: IncomingMessage): IncomingMessage {
  const { text, isNow, heard, pressed, scheduled } = message;
  if (isNow || (heard ?? pressed ?? scheduled) !== undefined || !MARK.test(text)) return message;
  return { ...message, text: text.replace(MARK, ""), isNow: true };
}
