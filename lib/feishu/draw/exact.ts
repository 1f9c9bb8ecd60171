/** What is to be approved, in which nothing is markup. */
import { exactText, visibleEscape } from "../../base/exact_text.ts";
import { fenced } from "../../base/text.ts";
import { MENTION, TAG } from "./literal.ts";

/** An exact text as a block of code, for cards and posts. A mention in it could notify even there. */
export function exactCode(text: string, language?: string): string {
  return fenced(exactText(text).replace(MENTION, visibleEscape), language);
}

/**
 * An exact text for text messages, in which Feishu reads tags and links (its page of message contents). Marks
 * at the beginning of its lines show where it ends.
 */
export function exactPlain(text: string): string {
  return exactText(text).replace(TAG, visibleEscape).replace(/(?<=\])\(/g, visibleEscape)
    .replace(/^/gm, "│ ");
}
