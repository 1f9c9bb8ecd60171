import { abortable } from "@std/async";
import { ApiError } from "../base/errors.ts";
import { object } from "../base/json.ts";
import type { Log } from "../base/log.ts";
import type { IncomingMessage } from "../model/message.ts";
import type { PastMessage } from "../model/past_message.ts";
import type { Place } from "../model/place.ts";
import type { TopicReading } from "../model/ports.ts";
import { type BotId, toldInTime } from "./bot_identity.ts";
import { isDeleted } from "./connection/events.ts";
import { readPast } from "./connection/read_past.ts";
import { Names } from "./names.ts";
import type { FeishuApi } from "./rest/api.ts";
import { createdAt } from "./rest/histories.ts";
import { meaningOf } from "./rest/codes.ts";
import { lacksScope } from "./rest/lacks_scope.ts";

/** What {@linkcode PastMessages} need. */
export interface PastMessagesOptions {
  readonly api: Pick<FeishuApi, "messages" | "historyPage" | "call" | "clock" | "appId">;
  readonly bot: BotId;
  readonly log: Log;
}

/** Reads the messages that others refer to. Each method makes one attempt. */
export class PastMessages {
  readonly #options: PastMessagesOptions;
  readonly #names: Names;

  constructor(options: PastMessagesOptions) {
    this.#options = options;
    this.#names = new Names(options);
  }

  /** Reads a message, with the messages that it forwards. */
  async read(messageId: string, signal: AbortSignal): Promise<PastMessage> {
    const messages = await this.#read(await this.#items(messageId, signal), signal);
    const message = messages.find((one) => one.messageId === messageId) ?? messages[0];
    if (message !== undefined) return message;
    const details = {
      service: "feishu",
      method: "GET im/v1/messages/:id",
      retryable: false,
    } as const;
    throw new ApiError("Feishu returned no message", { ...details, code: "no message" });
  }

  /** Reads the beginning of a message's topic, and the last messages in it before that message. */
  async readTopic(message: IncomingMessage, signal: AbortSignal): Promise<TopicReading> {
    const { api } = this.#options;
    const { messageId, rootId } = message;
    const { items, next } = await api.historyPage(message, { hasCards: true }, signal);
    const until = api.clock.theirs(message.createdAt);
    const before = items.filter((item) =>
      object(item).message_id !== messageId && !(createdAt(item) > until)
    );
    const hasRoot = before.some((item) => object(item).message_id === rootId);
    const root = hasRoot || rootId === undefined ? [] : await this.#items(rootId, signal);
    const messages = await this.#read([...root, ...before.toReversed()], signal);
    return { messages, hasGap: next !== undefined };
  }

  /** Whether a message was recalled. */
  async isRecalled(messageId: string, signal: AbortSignal): Promise<boolean> {
    return isDeleted(await this.#items(messageId, signal));
  }

  /** The scope that is missing, if an error says so, for messages of a place. */
  missingScope(error: unknown, { chatType }: Pick<Place, "chatType">): string | undefined {
    const meaning = meaningOf(error);
    if (meaning?.scope !== undefined) return chatType === "group" ? meaning.scope : undefined;
    return lacksScope(error) ? /\b[a-z]+:[\w.]+(?::[\w.]+)*/.exec(error.message)?.[0] : undefined;
  }

  /** A stored message, and those that it forwards. Feishu keeps some recalled ones without their content. */
  async #items(messageId: string, signal: AbortSignal): Promise<readonly unknown[]> {
    return await this.#options.api.messages(messageId, signal).catch((error) => {
      if (meaningOf(error)?.reaction !== "gone") throw error;
      return [{ message_id: messageId, deleted: true }];
    });
  }

  async #read(items: readonly unknown[], signal: AbortSignal): Promise<PastMessage[]> {
    const { api, bot } = this.#options;
    const ours = (time: number) => api.clock.ours(time);
    // Without it, a mention of the bot reads like anybody's.
    const botId = await abortable(toldInTime(bot).catch(() => undefined), signal);
    const messages = readPast(items, { bot: botId, appId: api.appId, ours });
    return await this.#names.fill(messages, signal);
  }
}
