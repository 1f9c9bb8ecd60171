import { list, object } from "../../base/json.ts";
import { trimLines } from "../../base/text.ts";
import { openId, stringOrEmpty } from "./fields.ts";

/** A person or bot that a message mentions, and the key that stands for it in the text. */
export interface Mention {
  readonly key: string;
  readonly openId: string;
  readonly name: string;
}

/** Reads the `mentions` of an event or of a stored message. */
export function readMentions(mentioned: unknown): Mention[] {
  return list(mentioned, (item): Mention => {
    const { key, id, name } = object(item);
    return { key: stringOrEmpty(key), openId: openId(id), name: stringOrEmpty(name) };
  });
}

/**
 * Replaces Feishu's keys (`@_user_1`) by names, and removes the bot's own mention with the blank behind it.
 * The indentation of the first line stays when it is that of code.
 */
export function resolveMentions(raw: string, mentions: readonly Mention[], bot?: string): string {
  return trimMessage(replaceMentions(raw, mentions, bot));
}

/** Like {@linkcode resolveMentions}, for a part of a text: blanks around it stay. */
export function replaceMentions(raw: string, mentions: readonly Mention[], bot?: string): string {
  const byKey = new Map(mentions.map((mention) => [mention.key, mention]));
  return raw.replace(
    /@_(user_\d+|all\b)([^\S\n]*)/g,
    (whole, name: string, space: string) => {
      if (name === "all") return `@all${space}`;
      const mention = byKey.get(`@_${name}`);
      if (mention === undefined) return whole;
      // One blank belongs to the mention, more are the indentation of code.
      const indentation = /^ (?: {4}|\t)/.test(space) ? space.slice(1) : "";
      return mention.openId === bot ? indentation : `@${mention.name || mention.openId}${space}`;
    },
  );
}

/** A text without the blanks around it, except for the indentation of code. */
export function trimMessage(text: string): string {
  const lines = trimLines(text);
  return lines.includes("\n") || /^(?: {2}|\t)/.test(lines) ? lines : lines.trim();
}

/** The text for a mention by `open_id` or by key: `@name`, and nothing for the bot's own. */
export function mentionText(
  id: string,
  written: string,
  mentions: readonly Mention[],
  bot: string | undefined,
): string {
  if (id === "all" || id === "@_all") return "@all";
  const mention = mentions.find((one) => one.key === id || one.openId === id);
  if ((mention?.openId ?? id) === bot) return "";
  return `@${mention?.name || written || id}`;
}
