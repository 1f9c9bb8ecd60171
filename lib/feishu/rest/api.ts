import { basename } from "@std/path";
import { isRetryable } from "../../base/errors.ts";
import { knownSecrets } from "../../base/known_secrets.ts";
import { visible } from "../../base/visible.ts";
import { list, object, string } from "../../base/json.ts";
import type { Attachment } from "../../model/message.ts";
import type { Place, Target } from "../../model/place.ts";
import type { Rendered } from "../draw/rendered.ts";
import type { CardChange, ShownCard } from "./cardkit.ts";
import { FeishuClient } from "./client.ts";
import { meaningOf } from "./codes.ts";
import { type DownloadBounds, type Downloaded, returned } from "./http.ts";

/** The largest image that Feishu takes, in bytes (its page of image upload). */
const IMAGE_BYTES = 10 * 1024 * 1024;
/** The largest file that Feishu takes, in bytes (its page of file upload). */
export const FILE_BYTES = 30 * 1024 * 1024;

/** The most messages on one page of a history (its page of message list). */
const PAGE_SIZE = 50;
/** How many pages {@linkcode FeishuApi.history} reads at most. */
const MAX_PAGES = 200;

/** Has cards returned as they were sent; without it Feishu returns a placeholder (seen in practice). */
const WHOLE_CARDS = { card_msg_content_type: "user_card_content" };

/** A chat, or a topic in it. */
type HistoryOf = Pick<Place, "chatId" | "threadId">;

/** A message that Feishu has created. */
export interface SentMessage {
  readonly messageId: string;
  /** In milliseconds since 1970 on Feishu's clock. */
  readonly createdAt: number | undefined;
}

/**
 * Feishu's REST interface, as far as this program uses it.
 *
 * Each method makes one attempt (two when the token has to be renewed) within the platform's rates, and
 * fails with an `ApiError`, a `NetworkError`, or the signal's reason. Trying again is the caller's
 * decision: it knows whether there is something newer to say.
 */
export class FeishuApi extends FeishuClient {
  /** The bot's `open_id`, by which its mentions are recognised, and its name. */
  async botInfo(signal: AbortSignal): Promise<{ openId: string; name: string }> {
    const { bot } = await this.call("GET", "bot/v3/info", {}, signal);
    const info = object(bot);
    return { openId: returned(info, "open_id"), name: string(info.app_name) ?? "" };
  }

  /**
   * Creates a message.
   *
   * @param uuid At most 50 characters. Sends with the same one within an hour make one message.
   */
  async send(
    { chatId, replyTo, threadId }: Target,
    message: { readonly type: Rendered["type"] | "system"; readonly content: string },
    uuid: string,
    signal: AbortSignal,
  ): Promise<SentMessage> {
    const body = { msg_type: message.type, content: message.content, uuid };
    const [path, data] = replyTo === undefined
      ? ["im/v1/messages?receive_id_type=chat_id", { ...body, receive_id: chatId }]
      : [`${pathOf(replyTo)}/reply`, { ...body, ...(threadId && { reply_in_thread: true }) }];
    const answer = await this.call("POST", path, { data, target: chatId }, signal);
    const createdAt = Number(answer.create_time);
    return {
      messageId: returned(answer, "message_id"),
      createdAt: createdAt > 0 ? createdAt : undefined,
    };
  }

  /** Replaces the content of a message of ours: cards are patched, posts and texts edited. */
  async edit(messageId: string, { type, content }: Rendered, signal: AbortSignal): Promise<void> {
    const [method, data] = type === "interactive"
      ? ["PATCH", { content }]
      : ["PUT", { msg_type: type, content }];
    await this.call(method, pathOf(messageId), { data, target: messageId }, signal);
  }

  /**
   * Makes a card of a card's JSON, which a message can show by its id, and returns that. It cannot be made
   * twice by mistake: nobody sees it until it is sent.
   */
  async createCard(content: string, signal: AbortSignal): Promise<string> {
    const data = { type: "card_json", data: content };
    return returned(await this.call("POST", "cardkit/v1/cards", { data }, signal), "card_id");
  }

  /**
   * Changes a card through CardKit.
   *
   * @param sequence An int32 that is higher than any before on this card.
   */
  async changeCard(
    { id, messageId }: ShownCard,
    { method, path, data }: CardChange,
    sequence: number,
    signal: AbortSignal,
  ): Promise<void> {
    // A click is on the message, and one message shows the card.
    const options = { data: { ...data, sequence }, target: messageId ?? id };
    const url = `cardkit/v1/cards/${encodeURIComponent(id)}${path}`;
    await this.call(method, url, options, signal);
  }

  /** Adds a reaction to a message and returns its id; `emoji` is a name of Feishu's page of emoji types. */
  async react(messageId: string, emoji: string, signal: AbortSignal): Promise<string> {
    const data = { reaction_type: { emoji_type: emoji } };
    const answer = await this.call("POST", `${pathOf(messageId)}/reactions`, { data }, signal);
    return string(answer.reaction_id) ?? "";
  }

  /** Removes a reaction of the bot. */
  async unreact(messageId: string, reactionId: string, signal: AbortSignal): Promise<void> {
    const path = `${pathOf(messageId)}/reactions/${encodeURIComponent(reactionId)}`;
    await this.call("DELETE", path, {}, signal);
  }

  /** A stored message; if it forwards others, those too. Cards come as they were sent. */
  async messages(messageId: string, signal: AbortSignal): Promise<unknown[]> {
    const { items } = await this.call(
      "GET",
      `${pathOf(messageId)}?${new URLSearchParams(WHOLE_CARDS)}`,
      {},
      signal,
    );
    return list(items, (item) => item);
  }

  /**
   * Loads an attachment of a message into a path.
   *
   * @throws {RangeError} When it is too large.
   */
  async download(
    messageId: string,
    { kind, key, name = "" }: Attachment,
    path: string,
    mayWrite: DownloadBounds["mayWrite"],
    signal: AbortSignal,
  ): Promise<Downloaded> {
    const resource = `resources/${encodeURIComponent(key)}?type=${kind}`;
    const mayBePage = /\.(?:html?|json)$/i.test(name);
    return await this.load(
      `${pathOf(messageId)}/${resource}`,
      path,
      { mayWrite, mayBePage },
      signal,
    );
  }

  /**
   * Uploads a file of this machine, without our own secrets, and returns the message that shows it. What
   * Feishu does not take as an image goes as a file. Its name in the chat is that of the path unless one is given.
   *
   * @throws {RangeError} When it is larger than Feishu takes: it may have grown since somebody asked for it.
   */
  async upload(path: string, signal: AbortSignal, fileName = basename(path)): Promise<Rendered> {
    const { size } = await Deno.stat(path);
    if (size > FILE_BYTES) {
      throw new RangeError(`it has ${size} bytes, and Feishu takes ${FILE_BYTES}`);
    }
    const bytes = knownSecrets.hideBytes(await Deno.readFile(path));
    // A sign that turns the direction of text would hide the name's ending.
    const name = visible(knownSecrets.hide(fileName));
    const isImage = /\.(png|jpe?g|gif|webp|bmp)$/i.test(name) && bytes.length <= IMAGE_BYTES;
    if (isImage) {
      try {
        return await this.#uploadAs("image", name, bytes, signal);
      } catch (error) {
        // Too many pixels, or no image whatever its name says: a file takes anything.
        if (isRetryable(error) || meaningOf(error)?.reaction !== "degrade") throw error;
      }
    }
    return await this.#uploadAs("file", name, bytes, signal);
  }

  async #uploadAs(
    type: "image" | "file",
    name: string,
    bytes: Uint8Array<ArrayBuffer>,
    signal: AbortSignal,
  ): Promise<Rendered> {
    const data = new FormData();
    data.set(`${type}_type`, type === "image" ? "message" : "stream");
    if (type === "file") data.set("file_name", name);
    data.set(type, new Blob([bytes]), name);
    const key = `${type}_key`;
    const answer = await this.call("POST", `im/v1/${type}s`, { data }, signal);
    return { type, content: JSON.stringify({ [key]: returned(answer, key) }) };
  }

  /**
   * One page of the history of a chat or topic, newest first. Of a topic, the history of its chat holds
   * only the first message.
   *
   * @param token The page; the newest without it.
   * @param from The first and last second (`to`), since 1970 on Feishu's clock; not for topics.
   * @returns The messages, and the token of the next page if there is one.
   */
  async historyPage(
    { chatId, threadId }: HistoryOf,
    { token, from, to, hasCards }: {
      readonly token?: string | undefined;
      /** Whether cards come as they were sent, and not as a placeholder. */
      readonly hasCards?: boolean;
      readonly from?: number;
      readonly to?: number;
    },
    signal: AbortSignal,
  ): Promise<{ readonly items: readonly unknown[]; readonly next?: string }> {
    const query = new URLSearchParams({
      container_id_type: threadId === undefined ? "chat" : "thread",
      container_id: threadId ?? chatId,
      // A token is only good for the order in which it was given.
      sort_type: "ByCreateTimeDesc",
      page_size: String(PAGE_SIZE),
      ...(token && { page_token: token }),
      ...(from !== undefined && { start_time: String(from) }),
      ...(to !== undefined && { end_time: String(to) }),
      ...(hasCards && WHOLE_CARDS),
    });
    const data = await this.call("GET", `im/v1/messages?${query}`, {}, signal);
    const next = data.has_more === true ? string(data.page_token) : undefined;
    return { items: list(data.items, (item) => item), ...(next && { next }) };
  }

  /**
   * What was written in a chat or topic between two times (ms since 1970, this machine's clock), oldest
   * first.
   */
  async history(
    place: HistoryOf,
    since: number,
    until: number,
    signal: AbortSignal,
  ): Promise<unknown[]> {
    const [from, to] = [this.clock.theirs(since), this.clock.theirs(until)] as const;
    const times = place.threadId === undefined
      ? { from: Math.floor(from / 1000), to: Math.ceil(to / 1000) }
      : {};
    const found: unknown[] = [];
    let token: string | undefined;
    for (let pages = 0; pages < MAX_PAGES; pages++) {
      const { items, next } = await this.historyPage(place, { token, ...times }, signal);
      found.push(...items.filter((item) => !(createdAt(item) < from || createdAt(item) > to)));
      token = next;
      if (token === undefined || items.some((item) => createdAt(item) < from)) break;
    }
    return found.reverse();
  }

  /** The ids of the last messages of a topic that were not recalled, newest first. */
  async lastInTopic(threadId: string, signal: AbortSignal): Promise<string[]> {
    const query = new URLSearchParams({
      container_id_type: "thread",
      container_id: threadId,
      sort_type: "ByCreateTimeDesc",
      page_size: "20",
    });
    const { items } = await this.call("GET", `im/v1/messages?${query}`, {}, signal);
    return list(items, (item) => {
      const { deleted, message_id: id } = object(item);
      return deleted === true ? undefined : string(id);
    });
  }

  /**
   * The bot's messages in a chat or topic that were made between two times (ms since 1970), without
   * the dividers between them, and without those of other bots.
   */
  async ownMessages(
    place: HistoryOf,
    from: number,
    to: number,
    signal: AbortSignal,
  ): Promise<{ readonly id: string; readonly isFile: boolean }[]> {
    return list(await this.history(place, from, to, signal), (item) => {
      const { sender, message_id, msg_type: type } = object(item);
      const { sender_type: kind, id_type: idType, id: senderId } = object(sender);
      const isOther = kind !== "app" || (idType === "app_id" && senderId !== this.appId);
      const id = isOther || type === "system" ? undefined : string(message_id);
      return id === undefined ? id : { id, isFile: type === "file" || type === "image" };
    });
  }
}

/** When an entry of a history was sent, in milliseconds since 1970 on Feishu's clock; or `NaN`. */
export function createdAt(item: unknown): number {
  return Number(object(item).create_time);
}

function pathOf(messageId: string): string {
  return `im/v1/messages/${encodeURIComponent(messageId)}`;
}
