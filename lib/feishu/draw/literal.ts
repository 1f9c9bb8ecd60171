/** Text that Feishu shows as it is, although it reads its messages as Markdown. */

/**
 * Whose Markdown is written. Cards take entities for characters that would be markup (Feishu's page of the
 * rich-text component). For posts no page promises them, and they would be unreadable there, so a backslash
 * stands before such a character, and other signs for those that could begin code, a picture or a tag.
 */
export type Form = "card" | "post";

/** Entities that models write for characters that Markdown would take for markup. */
const ENTITIES: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&amp;": "&",
  "&quot;": '"',
  "&#39;": "'",
  "&nbsp;": " ",
};

/**
 * Characters that a card would take for markup in plain text: of tags, entities, emphasis, code, table
 * cells, links, pictures, and emojis by name.
 */
const CARD_MARKUP =
  /[<>|*`~]|&(?=#?\w+;)|!(?=\[)|\](?=\()|\\(?=[!-/:-@[-`{-~])|:(?=[A-Z]\w*:)|(?<![\p{L}\p{N}_])_|_(?![\p{L}\p{N}_])/gu;
/** The same for a post, which has no entities. A sign with spaces around it is not markup. */
const POST_MARKUP =
  /^\||(?<!\s)[*~]|[*~](?!\s)|`|!(?=\[)|\](?=\()|\\(?=[!-/:-@[-`{-~])|(?<![\p{L}\p{N}_\s])_|(?<![\p{L}\p{N}_])_(?!\s)|(?<!\s)_(?![\p{L}\p{N}_])/gmu;

/** For who does not know the backslash: a backtick would begin code, and an exclamation mark a picture. */
const LOOKALIKES: Readonly<Record<string, string>> = { "`": "'", "!": "！" };

/** Escapes a text so that Feishu shows it as it is. */
export function literal(text: string, form: Form): string {
  const plain = text
    .replaceAll(/&(?:lt|gt|amp|quot|nbsp|#39);/g, (entity) => ENTITIES[entity] ?? entity);
  return form === "card"
    ? plain.replaceAll(CARD_MARKUP, (sign) => escaped(sign, form))
    : withoutTags(plain).replaceAll(POST_MARKUP, (sign) => escaped(sign, form));
}

/** A sign, escaped so that it is never markup. */
export function escaped(sign: string, form: Form): string {
  if (form === "card") return `&#${sign.charCodeAt(0)};`;
  return LOOKALIKES[sign] ?? `\\${sign}`;
}

/** The beginnings of tags. What follows the end of a text may be a letter. */
export const TAG = /<(?=[A-Za-z/!?]|$)/g;
/** The beginnings of mentions. */
export const MENTION = /<(?=(?:at|person)[\s/]+[\w-]+\s*=)/gi;

/** A text without the beginnings of tags, for messages that know no other way to show one. */
export function withoutTags(text: string): string {
  return text.replaceAll(TAG, "‹");
}

/**
 * A text without mentions, which might be read even in code and in summaries. Only they are changed, so that
 * code can be copied.
 */
export function withoutMentions(text: string): string {
  return text.replaceAll(MENTION, "‹");
}
