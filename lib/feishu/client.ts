import type { Client, HttpInstance, LoggerLevel } from "@larksuiteoapi/node-sdk";
import { ApiError } from "../errors.ts";
import type { Log } from "../log.ts";
import { codeMeaning } from "./codes.ts";
import { FeishuClock } from "./feishu_clock.ts";
import { download, type Downloaded, type HttpRequest, requestJson } from "./http.ts";
import { Pace } from "./pace.ts";
import { type Credentials, TenantToken } from "./token.ts";

/** The SDK's module; loading it takes about a quarter of a second, so it is handed in when it is there. */
export type Sdk = typeof import("@larksuiteoapi/node-sdk");

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
export function sdkHttp(clock?: FeishuClock): HttpInstance {
  const request = <R>(options: HttpRequest) => requestJson(options, clock) as Promise<R>;
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

/** How long an upload of 30 MB may take, in milliseconds. */
const UPLOAD_MS = 180_000;

/** Feishu's code for the limit of a chat or message; all others that name a delay concern the app. */
const TARGET_LIMIT = 230020;
/** The longest, in milliseconds, that one refusal holds all calls back; Feishu counts by the minute. */
const MAX_HOLD_MS = 60_000;

/** What a {@linkcode FeishuClient} needs. */
export interface FeishuClientOptions {
  readonly credentials: Credentials;
  readonly sdk: Promise<Sdk>;
  readonly log: Log;
}

/** What a request carries. */
export interface CallOptions {
  readonly params?: Record<string, string>;
  readonly data?: Record<string, unknown> | FormData;
  /** What it changes, by id: of Feishu's chats, messages and cards each takes 5 requests a second. */
  readonly target?: string;
}

/**
 * Calls of Feishu's REST interface over the SDK's `Client`, with a token that is renewed once when it is
 * refused, and never more than 50 in a second, or 5 for one target.
 */
export class FeishuClient {
  /** What time it is at Feishu's. */
  readonly clock: FeishuClock;
  readonly #domain: string;
  readonly #token: TenantToken;
  readonly #client: Promise<Client>;
  readonly #sdk: Promise<Sdk>;
  readonly #inAll = new Pace(50);
  readonly #perTarget = new Pace(5);

  constructor(options: FeishuClientOptions) {
    this.#domain = options.credentials.domain;
    this.clock = new FeishuClock(options.log);
    this.#token = new TenantToken(options.credentials, this.clock);
    this.#sdk = options.sdk;
    this.#client = options.sdk.then((sdk) =>
      new sdk.Client({
        ...options.credentials,
        httpInstance: sdkHttp(this.clock),
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

  /** Makes one call and returns the JSON of its answer. */
  async call(
    method: string,
    url: string,
    { params, data, target }: CallOptions,
    signal: AbortSignal,
  ): Promise<Record<string, unknown>> {
    const [client, sdk] = await Promise.all([this.#client, this.#sdk]);
    return await this.#withToken(target, signal, (token) => {
      // The SDK would take a form for an object with fields.
      if (data instanceof FormData) {
        const headers = { authorization: `Bearer ${token}` };
        const timeout = UPLOAD_MS;
        return requestJson({ method, url: this.#domain + url, headers, data, signal, timeout });
      }
      const request = {
        method,
        url,
        signal,
        ...(params ? { params } : {}),
        ...(data ? { data } : {}),
      };
      return client.request(request, sdk.withTenantToken(token));
    });
  }

  /** Loads a file into `path`; see {@linkcode download}. */
  async download(
    url: string,
    path: string,
    maxBytes: number,
    signal: AbortSignal,
  ): Promise<Downloaded> {
    return await this.#withToken(undefined, signal, (token) => {
      const headers = { authorization: `Bearer ${token}` };
      return download({ url: this.#domain + url, headers, signal }, path, maxBytes);
    });
  }

  async #withToken<T>(
    target: string | undefined,
    signal: AbortSignal,
    attempt: (token: string) => Promise<T>,
  ): Promise<T> {
    const token = await this.#token.get();
    try {
      return await this.#inTurn(target, signal, () => attempt(token));
    } catch (error) {
      const renew = error instanceof ApiError && typeof error.code === "number" &&
        codeMeaning(error.code).reaction === "renew";
      if (!renew) throw error;
      this.#token.refused(token);
      return await attempt(await this.#token.get());
    }
  }

  /** Makes a request as soon as it may leave. A delay that Feishu asks for counts for those to come. */
  async #inTurn<T>(
    target: string | undefined,
    signal: AbortSignal,
    request: () => Promise<T>,
  ): Promise<T> {
    const inAll = () => this.#inAll.turn("app", signal);
    if (target === undefined) await inAll();
    else await this.#perTarget.turn(target, signal, inAll);
    try {
      return await request();
    } catch (error) {
      if (error instanceof ApiError && error.retryAfterMs !== undefined) {
        const { code, retryAfterMs } = error;
        if (target !== undefined) this.#perTarget.hold(target, retryAfterMs);
        if (code !== TARGET_LIMIT) this.#inAll.hold("app", Math.min(retryAfterMs, MAX_HOLD_MS));
      }
      throw error;
    }
  }
}
