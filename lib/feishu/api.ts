import type { Client, HttpInstance, LoggerLevel } from "@larksuiteoapi/node-sdk";
import { ApiError } from "../errors.ts";
import type { Log } from "../log.ts";
import { codeMeaning } from "./codes.ts";
import { type HttpRequest, requestJson } from "./http.ts";
import { Pace } from "./pace.ts";
import { type Credentials, TenantToken } from "./token.ts";
import type { Rendered } from "./view.ts";

/** The SDK's module; loading it takes about a quarter of a second, so it is handed in when it is there. */
export type Sdk = typeof import("@larksuiteoapi/node-sdk");

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

/** Messages that are read of a chat's history at the most. */
const HISTORY = 1_000;

/** The SDK's log level for errors (`LoggerLevel.error`), by value so that the SDK can load late. */
const SDK_ERRORS_ONLY: LoggerLevel = 1;

/** The SDK writes to its own console otherwise; its lines can hold whole requests, so they go to debug. */
export function sdkLogger(
  log: Log,
): Record<"error" | "warn" | "info" | "debug" | "trace", (...parts: unknown[]) => void> {
  const write = (...parts: unknown[]) =>
    log.debug(
      `sdk: ${
        parts.flat().map((part) => part instanceof Error ? part.message : String(part)).join(" ")
      }`,
    );
  return { error: write, warn: write, info: write, debug: write, trace: write };
}

/** The SDK's HTTP layer, played by {@linkcode requestJson}. */
export function sdkHttp(): HttpInstance {
  const request = <R>(options: HttpRequest) => requestJson(options) as Promise<R>;
  const bare = (method: string) => <R>(url: string, options: HttpRequest = {}) =>
    request<R>({ ...options, url, method });
  const withBody =
    (method: string) => <R>(url: string, data?: unknown, options: HttpRequest = {}) =>
      request<R>({ ...options, url, method, data });
  return {
    request,
    get: bare("GET"),
    delete: bare("DELETE"),
    head: bare("HEAD"),
    options: bare("OPTIONS"),
    post: withBody("POST"),
    put: withBody("PUT"),
    patch: withBody("PATCH"),
  };
}

/** What a {@linkcode FeishuApi} needs. */
export interface FeishuApiOptions {
  readonly credentials: Credentials;
  readonly sdk: Promise<Sdk>;
  readonly log: Log;
}

/**
 * Feishu's REST interface, as far as this program uses it, over the SDK's `Client`.
 *
 * Each method makes one attempt (two when the token has to be renewed) within the platform's rates,
 * and fails with an `ApiError`, a `NetworkError`, or the signal's reason. Trying again is the
 * caller's decision: it knows whether there is something newer to say.
 */
export class FeishuApi {
  readonly #token: TenantToken;
  readonly #client: Promise<Client>;
  readonly #sdk: Promise<Sdk>;
  // Feishu's limits: 5/s for one chat, 5/s for one message, 50/s for the app.
  readonly #perTarget = new Pace(5);
  readonly #inAll = new Pace(50);

  constructor(options: FeishuApiOptions) {
    this.#token = new TenantToken(options.credentials);
    this.#sdk = options.sdk;
    this.#client = options.sdk.then((sdk) =>
      new sdk.Client({
        ...options.credentials,
        httpInstance: sdkHttp(),
        logger: sdkLogger(options.log),
        loggerLevel: SDK_ERRORS_ONLY,
        disableTokenCache: true,
      })
    );
    // Who calls first sees the failure; without a caller there is nobody to tell.
    this.#client.catch(() => {});
  }

  /**
   * Fetches a token, which proves the credentials.
   *
   * @throws {UsageError} When they are wrong.
   */
  async checkCredentials(): Promise<void> {
    await this.#token.get();
  }

  /** Who the bot is. */
  async botInfo(signal: AbortSignal): Promise<BotInfo> {
    const answer = await this.#call("GET", "/open-apis/bot/v3/info", {}, signal);
    // This old endpoint has its answer beside `code`, not in `data`.
    const bot = object(answer["bot"]);
    return { openId: string(bot["open_id"]), name: string(bot["app_name"]) };
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
    await this.#perTarget.turn(receiver.chatId, signal);
    const answer = receiver.replyTo === undefined
      ? await this.#call("POST", "/open-apis/im/v1/messages", {
        params: { receive_id_type: "chat_id" },
        data: { receive_id: receiver.chatId, ...body },
      }, signal)
      : await this.#call(
        "POST",
        `/open-apis/im/v1/messages/${encodeURIComponent(receiver.replyTo)}/reply`,
        {
          data: { ...body, ...(receiver.threadId === undefined ? {} : { reply_in_thread: true }) },
        },
        signal,
      );
    const id = string(object(answer["data"])["message_id"]);
    if (id === "") {
      throw new ApiError("Feishu returned no message id", {
        service: "feishu",
        code: "no message id",
        method: "POST im/v1/messages",
        retryable: true,
      });
    }
    return id;
  }

  /** Replaces the content of a message of ours: cards are patched, posts and texts edited. */
  async edit(messageId: string, message: Rendered, signal: AbortSignal): Promise<void> {
    await this.#perTarget.turn(messageId, signal);
    const url = `/open-apis/im/v1/messages/${encodeURIComponent(messageId)}`;
    if (message.type === "interactive") {
      await this.#call("PATCH", url, { data: { content: message.content } }, signal);
    } else {
      const data = { msg_type: message.type, content: message.content };
      await this.#call("PUT", url, { data }, signal);
    }
  }

  /** What was written in a chat, or in a topic, between two times (ms since 1970), oldest first. */
  async history(
    place: Receiver,
    from: number,
    to: number,
    signal: AbortSignal,
  ): Promise<unknown[]> {
    const { chatId, threadId } = place;
    const items: unknown[] = [];
    let page: string | undefined;
    do {
      const answer = await this.#call("GET", "/open-apis/im/v1/messages", {
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
      if (Array.isArray(data["items"])) items.push(...data["items"]);
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
    return items.map(object)
      .filter((item) => object(item["sender"])["sender_type"] === "app")
      .map((item) => string(item["message_id"]));
  }

  async #call(
    method: string,
    url: string,
    request: { params?: Record<string, string>; data?: Record<string, unknown> },
    signal: AbortSignal,
  ): Promise<Record<string, unknown>> {
    await this.#inAll.turn("app", signal);
    const [client, sdk] = await Promise.all([this.#client, this.#sdk]);
    const attempt = async (token: string): Promise<Record<string, unknown>> =>
      await client.request({ method, url, signal, ...request }, sdk.withTenantToken(token));
    const token = await this.#token.get();
    try {
      return await attempt(token);
    } catch (error) {
      const renew = error instanceof ApiError && typeof error.code === "number" &&
        codeMeaning(error.code).reaction === "renew";
      if (!renew) throw error;
      this.#token.refused(token);
      return await attempt(await this.#token.get());
    }
  }
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
}

function string(value: unknown): string {
  return typeof value === "string" ? value : "";
}
