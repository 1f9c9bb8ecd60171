import { list, object, string } from "../../base/json.ts";
import type { Place } from "../../model/place.ts";
import { messageTime } from "../message_time.ts";
import { Topics } from "../topics.ts";
import { FeishuClient } from "./client.ts";

/** The most messages on one page of a history (its page of message list). */
const PAGE_SIZE = 50;
/** How many pages {@linkcode FeishuApi.history} reads at most. */
const MAX_PAGES = 200;

/** Asks for cards as they were sent; without it Feishu returns a placeholder (seen in practice). */
const WHOLE_CARDS = { card_msg_content_type: "user_card_content" };

/** A chat, or a topic in it. */
type HistoryOf = Pick<Place, "chatId" | "threadId">;

/**
 * What was written before: single messages, and the histories of chats and topics. Each method fails like those
 * of `FeishuApi`.
 */
export class FeishuHistories extends FeishuClient {
  /** The ids of the topics that the bridge has opened. */
  readonly topics = new Topics((messageId, signal) => this.messages(messageId, signal));

  /** A stored message; if it forwards others, those too. Cards come as they were sent. */
  async messages(messageId: string, signal: AbortSignal): Promise<unknown[]> {
    const { items } = await this.call(
      "GET",
      `${messagePath(messageId)}?${new URLSearchParams(WHOLE_CARDS)}`,
      {},
      signal,
    );
    return list(items, (item) => item);
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
    const topic = threadId && await this.topics.idOf(threadId, signal);
    // It is not open yet.
    if (threadId !== undefined && !topic) return { items: [] };
    const query = new URLSearchParams({
      container_id_type: topic === undefined ? "chat" : "thread",
      container_id: topic ?? chatId,
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
  async lastInTopic(topic: Required<HistoryOf>, signal: AbortSignal): Promise<string[]> {
    const { items } = await this.historyPage(topic, {}, signal);
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
  return messageTime(object(item).create_time);
}

/** The path of a message. */
export function messagePath(messageId: string): string {
  return `im/v1/messages/${encodeURIComponent(messageId)}`;
}
