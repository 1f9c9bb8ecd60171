import { basename } from "@std/path";
import { ApiError } from "../errors.ts";
import { type JsonObject, list, object, string } from "../json.ts";
import type { FeishuClient } from "./client.ts";
import type { Downloaded } from "./http.ts";
import type { Attachment } from "./content.ts";
import type { Rendered } from "./view.ts";

/** Where a message goes. */
export interface Receiver {
  readonly chatId: string;
  readonly replyTo?: string;
  /** The topic, in which a reply stays. */
  readonly threadId?: string;
}

/** The bot as Feishu knows it. */
export interface BotInfo {
  /** The bot's `open_id`, by which its mentions are recognised. */
  readonly openId: string;
  readonly name: string;
}

/** The largest image, in bytes, that Feishu takes (its page of image upload). */
const IMAGE_BYTES = 10 * 1024 * 1024;
/** The largest file, in bytes, that Feishu takes (its page of file upload). */
export const FILE_BYTES = 30 * 1024 * 1024;
/** The largest attachment, in bytes, that Feishu gives out (its page of message resources). */
export const ATTACHMENT_BYTES = 100 * 1024 * 1024;

/** Messages that are read of a chat's history at the most. */
const HISTORY = 1_000;

/**
 * Feishu's REST interface, as far as this program uses it, over the SDK's `Client`.
 *
 * Each method makes one attempt (two when the token has to be renewed) within the platform's rates,
 * and fails with an `ApiError`, a `NetworkError`, or the signal's reason. Trying again is the
 * caller's decision: it knows whether there is something newer to say.
 */
export class FeishuApi {
  readonly #client: FeishuClient;

  constructor(client: FeishuClient) {
    this.#client = client;
  }

  /** Who the bot is. */
  async botInfo(signal: AbortSignal): Promise<BotInfo> {
    const answer = await this.#client.call("GET", "bot/v3/info", {}, signal);
    // This old endpoint has its answer beside `code`, not in `data`.
    const { open_id: openId, app_name: name } = object(answer["bot"]);
    return { openId: string(openId) ?? "", name: string(name) ?? "" };
  }

  /**
   * Creates a message and returns its id.
   *
   * @param uuid Sends with the same one within an hour make one message; at most 50 characters.
   */
  async send(
    receiver: Receiver,
    message: Rendered,
    uuid: string,
    signal: AbortSignal,
  ): Promise<string> {
    const body = { msg_type: message.type, content: message.content, uuid };
    const target = receiver.chatId;
    const answer = receiver.replyTo === undefined
      ? await this.#client.call("POST", "im/v1/messages", {
        params: { receive_id_type: "chat_id" },
        data: { receive_id: receiver.chatId, ...body },
        target,
      }, signal)
      : await this.#client.call(
        "POST",
        `im/v1/messages/${encodeURIComponent(receiver.replyTo)}/reply`,
        {
          data: { ...body, ...(receiver.threadId === undefined ? {} : { reply_in_thread: true }) },
          target,
        },
        signal,
      );
    return returned(answer, "message_id");
  }

  /** Replaces the content of a message of ours: cards are patched, posts and texts edited. */
  async edit(messageId: string, message: Rendered, signal: AbortSignal): Promise<void> {
    const target = messageId;
    const url = `im/v1/messages/${encodeURIComponent(messageId)}`;
    if (message.type === "interactive") {
      await this.#client.call("PATCH", url, { data: { content: message.content }, target }, signal);
    } else {
      const data = { msg_type: message.type, content: message.content };
      await this.#client.call("PUT", url, { data, target }, signal);
    }
  }

  /** Puts a reaction on a message; `emoji` is one of Feishu's names, in its spelling. */
  async react(messageId: string, emoji: string, signal: AbortSignal): Promise<void> {
    const url = `im/v1/messages/${encodeURIComponent(messageId)}/reactions`;
    const data = { reaction_type: { emoji_type: emoji } };
    await this.#client.call("POST", url, { data }, signal);
  }

  /** A message as it is stored; a merged and forwarded one with the messages inside. */
  async messages(messageId: string, signal: AbortSignal): Promise<unknown[]> {
    const url = `im/v1/messages/${encodeURIComponent(messageId)}`;
    const answer = await this.#client.call("GET", url, {}, signal);
    return list(object(answer["data"])["items"], (item) => item);
  }

  /**
   * Loads an attachment of a message into a path.
   *
   * @throws {RangeError} When it is larger than {@linkcode ATTACHMENT_BYTES}.
   */
  async download(
    messageId: string,
    { kind, key }: Attachment,
    path: string,
    signal: AbortSignal,
  ): Promise<Downloaded> {
    const url = `im/v1/messages/${encodeURIComponent(messageId)}` +
      `/resources/${encodeURIComponent(key)}?type=${kind}`;
    return await this.#client.download(url, path, ATTACHMENT_BYTES, signal);
  }

  /** Uploads a file of this machine; resolves with the message that shows it. */
  async upload(path: string, signal: AbortSignal): Promise<Rendered> {
    const bytes = await Deno.readFile(path);
    const form = new FormData();
    if (/\.(png|jpe?g|gif|webp|bmp)$/i.test(path) && bytes.length <= IMAGE_BYTES) {
      form.set("image_type", "message");
      form.set("image", new Blob([bytes]), basename(path));
      const url = "im/v1/images";
      const answer = await this.#client.call("POST", url, { data: form }, signal);
      const content = JSON.stringify({ image_key: returned(answer, "image_key") });
      return { type: "image", content };
    }
    form.set("file_type", "stream");
    form.set("file_name", basename(path));
    form.set("file", new Blob([bytes]), basename(path));
    const url = "im/v1/files";
    const answer = await this.#client.call("POST", url, { data: form }, signal);
    return { type: "file", content: JSON.stringify({ file_key: returned(answer, "file_key") }) };
  }

  /**
   * What was written in a chat, or in a topic, between two times (ms since 1970, this machine's clock),
   * oldest first.
   */
  async history(
    place: Receiver,
    since: number,
    until: number,
    signal: AbortSignal,
  ): Promise<unknown[]> {
    const { chatId, threadId } = place;
    const { clock } = this.#client;
    const [from, to] = [clock.feishus(since), clock.feishus(until)] as const;
    const items: unknown[] = [];
    let page: string | undefined;
    do {
      const answer = await this.#client.call("GET", "im/v1/messages", {
        params: {
          container_id_type: threadId === undefined ? "chat" : "thread",
          container_id: threadId ?? chatId,
          // Topics take no times (Feishu's page of message list), so they are filtered below.
          ...(threadId === undefined
            ? {
              start_time: String(Math.floor(from / 1000)),
              end_time: String(Math.ceil(to / 1000)),
            }
            : {}),
          sort_type: "ByCreateTimeAsc",
          page_size: "50",
          ...(page === undefined ? {} : { page_token: page }),
        },
      }, signal);
      const data = object(answer["data"]);
      items.push(...list(data["items"], (item) => item));
      page = data["has_more"] === true ? string(data["page_token"]) || undefined : undefined;
    } while (page !== undefined && items.length < HISTORY);
    return items.filter((item) => {
      const created = Number(object(item)["create_time"]);
      return !(created < from || created > to);
    });
  }

  /** The bot's own messages in a chat or topic that were made between two times (ms since 1970). */
  async ownMessages(
    place: Receiver,
    from: number,
    to: number,
    signal: AbortSignal,
  ): Promise<string[]> {
    const items = await this.history(place, from, to, signal);
    return list(items, (item) => {
      const { sender, message_id: id } = object(item);
      return object(sender)["sender_type"] === "app" ? string(id) : undefined;
    });
  }
}

/** The id or key that a call was made for. Without it the call has to be made again. */
export function returned(answer: JsonObject, name: string): string {
  const value = string(object(answer["data"])[name]);
  if (value) return value;
  throw new ApiError(`Feishu returned no ${name}`, {
    service: "feishu",
    code: `no ${name}`,
    method: name,
    retryable: true,
  });
}
