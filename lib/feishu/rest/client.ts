import { ApiError } from "../../base/errors.ts";
import { isObject, type JsonObject } from "../../base/json.ts";
import type { Log } from "../../base/log.ts";
import { FeishuClock } from "./clock.ts";
import { meaningOf } from "./codes.ts";
import { download, type DownloadBounds, type Downloaded, requestJson } from "./http.ts";
import { Lanes } from "./lanes.ts";
import { type Credentials, TenantToken } from "./token.ts";

/** How long an upload of 30 MB may take, in milliseconds. */
const UPLOAD_MS = 180_000;

/** Requests of the app that Feishu takes within a second. */
const APP_RATE = 50;
/** Requests within a second that change the same chat, message or card. */
const TARGET_RATE = 5;
/** The longest, in milliseconds, that one refusal holds back all calls; Feishu counts by the minute. */
const MAX_HOLD_MS = 60_000;

/** What a request carries. */
interface CallOptions {
  readonly data?: JsonObject | FormData;
  /** The id of the chat, message or card that it changes, each of which has a rate limit of its own. */
  readonly target?: string;
}

/**
 * Calls Feishu's REST interface within its rate limits, with a token that is renewed once when it is
 * refused. Paths begin behind `/open-apis/`.
 */
export class FeishuClient {
  /** Translates between this machine's time and Feishu's. */
  readonly clock: FeishuClock;
  /** The app's id, which stands as the author of its messages. */
  readonly appId: string;
  readonly #base: string;
  readonly #token: TenantToken;
  readonly #app = new Lanes(APP_RATE);
  readonly #targets = new Lanes(TARGET_RATE);

  constructor(credentials: Credentials, log: Log) {
    this.#base = `${credentials.domain}/open-apis/`;
    this.appId = credentials.appId;
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

  /** Loads a file into a path of this machine; see {@linkcode download}. */
  async load(
    path: string,
    into: string,
    mayWrite: DownloadBounds["mayWrite"],
    signal: AbortSignal,
  ): Promise<Downloaded> {
    const request = { url: this.#base + path, signal };
    return await this.#withToken(
      undefined,
      signal,
      (headers) => download({ ...request, headers }, into, { mayWrite }),
    );
  }

  /** Makes a request as soon as it may leave. A delay that Feishu asks for also holds back the next ones. */
  async #withToken<T>(
    target: string | undefined,
    signal: AbortSignal,
    attempt: (headers: Record<string, string>) => Promise<T>,
  ): Promise<T> {
    const attemptWith = (token: string) => attempt({ authorization: `Bearer ${token}` });
    const token = await this.#token.get();
    const appTurn = () => this.#app.turn("app", signal);
    if (target === undefined) await appTurn();
    else await this.#targets.turn(target, signal, appTurn);
    try {
      return await attemptWith(token);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const { retryAfterMs } = error;
      const meaning = meaningOf(error);
      if (retryAfterMs !== undefined) {
        if (target !== undefined) this.#targets.hold(target, retryAfterMs);
        if (meaning?.limits !== "target") {
          this.#app.hold("app", Math.min(retryAfterMs, MAX_HOLD_MS));
        }
      }
      if (meaning?.reaction !== "renew") throw error;
      this.#token.refused(token);
      return await attemptWith(await this.#token.get());
    }
  }
}
