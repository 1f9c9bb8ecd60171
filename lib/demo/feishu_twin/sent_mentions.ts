import { object, string } from "../../base/json.ts";
import type { Chats } from "./chats.ts";
import type { TwinMention } from "./twin_message.ts";

/** A mention in a text that an app sends, with or without a name inside. */
const TAG = /<at user_id="([^"]*)">([^<]*)<\/at>/g;

/** A text message of an app as it is stored. */
export interface StoredText {
  readonly content: Readonly<Record<string, unknown>>;
  readonly mentions: readonly TwinMention[];
}

/**
 * Puts placeholders for the people that a text of an app mentions (Feishu docs: message contents, received
 * contents). That somebody who is not in the chat is only named is invented.
 */
export function storedText(sent: unknown, chatId: string, chats: Chats): StoredText {
  const members = chats.chat(chatId)?.members ?? [];
  const mentions: TwinMention[] = [];
  const content = object(sent);
  const text = (string(content.text) ?? "").replaceAll(TAG, (_, id: string, named: string) => {
    if (id === "all") return "@_all";
    const { openId = "", name = named } = chats.user(id) ?? {};
    if (!members.includes(openId)) return `@${name}`;
    const key = `@_user_${mentions.length + 1}`;
    mentions.push({ key, openId, name });
    return key;
  });
  return { content: { ...content, text }, mentions };
}
