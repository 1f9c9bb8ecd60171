import { ApiError } from "../../base/errors.ts";
import { isObject, type JsonObject } from "../../base/json.ts";
import type { Log } from "../../base/log.ts";
import { codeMeaning } from "./codes.ts";
import { FeishuClock } from "./clock.ts";
import { download, type Downloaded, requestJson } from "./http.ts";
import { Pace } from "./lanes.ts";
import { type Credentials, TenantToken } from "./token.ts";

/** How long an upload of 30 MB may take, in milliseconds. */
const UPLOAD_MS = 180_000;

/** Feishu's code for the limit of a chat or message; all others that name a delay concern the app. */
const TARGET_LIMIT = 230020;
/** The longest, in milliseconds, that one refusal holds all calls back; Feishu counts by the minute. */
const MAX_HOLD_MS = 60_000;

/** What a request carries. */
interface CallOptions {
  readonly data?: JsonObject | FormData;
  /** What it changes, by id: of Feishu's chats, messages and cards each takes 5 requests a second. */
  readonly target?: string;
}

/**
 * Calls of Feishu's REST interface, with a token that is renewed once when it is refused, and never more
 * than 50 in a second, or 5 for one target. Addresses begin behind `/open-apis/`.
 */
export class FeishuClient {
  /** What time it is at Feishu's. */
  readonly clock: FeishuClock;
  readonly #base: string;
  readonly #token: TenantToken;
  readonly #inAll = new Pace(50);
  readonly #perTarget = new Pace(5);

  constructor(credentials: Credentials, log: Log) {
    this.#base = `${credentials.domain}/open-apis/`;
    this.clock = new FeishuClock(log);
    this.#token = new TenantToken(credentials, this.clock);
  }

  /**
   * Fetches a token, which proves the credentials.
   *
   * @throws {UsageError} When they are wrong.
   */
  async checkCredentials(): Promise<void> {
    await this.#token.get();
  }

  /** Makes one call and returns the data of its answer. */
  async call(
    method: string,
    path: string,
    { data, target }: CallOptions,
    signal: AbortSignal,
  ): Promise<JsonObject> {
    const timeout = data instanceof FormData ? { timeout: UPLOAD_MS } : {};
    const request = { method, url: this.#base + path, data, signal, ...timeout };
    const answer = await this.#withToken(
      target,
      signal,
      (headers) => requestJson({ ...request, headers }, this.clock),
    );
    // Old endpoints have it beside `code`.
    return isObject(answer.data) ? answer.data : answer;
  }

  /** Loads a file; see {@linkcode download}. */
  async load(path: string, into: string, signal: AbortSignal): Promise<Downloaded> {
    const request = { url: this.#base + path, signal };
    return await this.#withToken(
      undefined,
      signal,
      (headers) => download({ ...request, headers }, into),
    );
  }

  /** Makes a request as soon as it may leave. A delay that Feishu asks for counts for those to come. */
  async #withToken<T>(
    target: string | undefined,
    signal: AbortSignal,
    attempt: (headers: Record<string, string>) => Promise<T>,
  ): Promise<T> {
    const attemptWith = (token: string) => attempt({ authorization: `Bearer ${token}` });
    const token = await this.#token.get();
    const inAll = () => this.#inAll.turn("app", signal);
    if (target === undefined) await inAll();
    else await this.#perTarget.turn(target, signal, inAll);
    try {
      return await attemptWith(token);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const { code, retryAfterMs } = error;
      if (retryAfterMs !== undefined) {
        if (target !== undefined) this.#perTarget.hold(target, retryAfterMs);
        if (code !== TARGET_LIMIT) this.#inAll.hold("app", Math.min(retryAfterMs, MAX_HOLD_MS));
      }
      if (typeof code !== "number" || codeMeaning(code).reaction !== "renew") throw error;
      this.#token.refused(token);
      return await attemptWith(await this.#token.get());
    }
  }
}
