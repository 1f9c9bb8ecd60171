import { basename } from "@std/path";
import { isRetryable } from "../../base/errors.ts";
import { isPictureName } from "../../base/picture_name.ts";
import { knownSecrets } from "../../base/secrets/known_secrets.ts";
import { visible } from "../../base/visible.ts";
import { object, string } from "../../base/json.ts";
import type { Attachment } from "../../model/message.ts";
import type { Target } from "../../model/place.ts";
import type { Rendered } from "../draw/rendered.ts";
import { messageTime } from "../message_time.ts";
import type { CardChange, ShownCard } from "./cardkit.ts";
import { meaningOf } from "./codes.ts";
import { FeishuHistories, messagePath } from "./histories.ts";
import { type DownloadBounds, type Downloaded, returned } from "./http.ts";

/** The largest image that Feishu takes, in bytes (its page of image upload). */
export const IMAGE_BYTES = 10 * 1024 * 1024;
/** The largest file that Feishu takes, in bytes (its page of file upload). */
export const FILE_BYTES = 30 * 1024 * 1024;

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
export class FeishuApi extends FeishuHistories {
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
      : [`${messagePath(replyTo)}/reply`, { ...body, ...(threadId && { reply_in_thread: true }) }];
    const answer = await this.call("POST", path, { data, target: chatId }, signal);
    this.topics.learn(threadId, answer.thread_id);
    const createdAt = messageTime(answer.create_time);
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
    await this.call(method, messagePath(messageId), { data, target: messageId }, signal);
  }

  /** Recalls a message of ours (Feishu's page of message delete), as long as the company's limit of time allows. */
  async recall(messageId: string, signal: AbortSignal): Promise<void> {
    await this.call("DELETE", messagePath(messageId), {}, signal);
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
    const answer = await this.call("POST", `${messagePath(messageId)}/reactions`, { data }, signal);
    return string(answer.reaction_id) ?? "";
  }

  /** Removes a reaction of the bot. */
  async unreact(messageId: string, reactionId: string, signal: AbortSignal): Promise<void> {
    const path = `${messagePath(messageId)}/reactions/${encodeURIComponent(reactionId)}`;
    await this.call("DELETE", path, {}, signal);
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
    // Feishu's page of message resources: everything but a picture is a file.
    const type = kind === "image" ? kind : "file";
    const resource = `resources/${encodeURIComponent(key)}?type=${type}`;
    const mayBePage = /\.(?:html?|json)$/i.test(name);
    return await this.load(
      `${messagePath(messageId)}/${resource}`,
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
    const isImage = isPictureName(name) && bytes.length <= IMAGE_BYTES;
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
}
