import { describe, isRetryable, NetworkError, retryAfter } from "../../base/errors.ts";
import { type JsonObject, object } from "../../base/json.ts";
import type { Log } from "../../base/log.ts";
import { Wakeup } from "../../base/waiting/wakeup.ts";
import { FeishuClock } from "./clock.ts";
import { meaningOf } from "./codes.ts";
import { download, type DownloadBounds, type Downloaded, requestJson } from "./http.ts";
import { Lanes, type Limit } from "./lanes.ts";
import { limitsOf } from "./limits.ts";
import { type CallMeter, UNMETERED } from "./monthly_calls.ts";
import { Outage } from "./outage.ts";
import { type Credentials, TenantToken } from "./token.ts";

/** How errors name the request for a token. */
const TOKEN_CALL = "POST auth/v3/tenant_access_token/internal";
/** How long an upload of 30 MB may take, in milliseconds. */
const UPLOAD_MS = 180_000;

/** How long a clicked card stays locked after the answer, in milliseconds, with a margin (seen in practice). */
const LOCK_MS = 1_000;

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
  /** Notifies when what had no answer may have one now: whoever waits to try it again need not. */
  readonly back: Wakeup;
  readonly #base: string;
  readonly #token: TenantToken;
  readonly #lanes = new Lanes();
  readonly #meter: CallMeter;
  readonly #outage: Outage;

  /** @param meter Counts the calls of the month. */
  constructor(
    credentials: Credentials,
    log: Log,
    meter: CallMeter = UNMETERED,
    back: Wakeup = new Wakeup(),
  ) {
    this.#meter = meter;
    this.back = back;
    this.#outage = new Outage(() => back.notify());
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

  /**
   * Holds back changes of a message from a click on its card until the answer is on its way and the card is
   * no longer locked: until then Feishu refuses changes, or takes them back.
   */
  clicked(messageId: string, answered: Promise<unknown>): void {
    this.#lanes.holdWhile(messageId, answered, LOCK_MS);
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
      limitsOf(method, path, target, this.#meter.machines),
      signal,
      (headers) => requestJson({ ...request, headers }, this.clock),
    );
    // Old endpoints have it beside `code`, even where there is an empty `data`.
    return { ...answer, ...object(answer.data) };
  }

  /** Loads a file into a path of this machine; see {@linkcode download}. */
  async load(
    path: string,
    into: string,
    bounds: Pick<DownloadBounds, "mayWrite" | "mayBePage">,
    signal: AbortSignal,
  ): Promise<Downloaded> {
    const request = { url: this.#base + path, signal };
    return await this.#withToken(
      limitsOf("GET", path, undefined, this.#meter.machines),
      signal,
      (headers) => download({ ...request, headers }, into, bounds),
    );
  }

  /** Makes a request as soon as it may leave, and once more if the token has to be renewed. */
  #withToken<T>(
    limits: readonly Limit[],
    signal: AbortSignal,
    attempt: (headers: Record<string, string>) => Promise<T>,
  ): Promise<T> {
    return this.#outage.watch(() => this.#try(limits, signal, attempt));
  }

  async #try<T>(
    limits: readonly Limit[],
    signal: AbortSignal,
    attempt: (headers: Record<string, string>) => Promise<T>,
  ): Promise<T> {
    const attemptWith = (token: string) =>
      this.#meter.run(() => attempt({ authorization: `Bearer ${token}` }));
    const token = await this.#tokenOfCall();
    await this.#lanes.turn(limits, signal);
    try {
      return await attemptWith(token);
    } catch (error) {
      this.#holdBack(limits, error);
      if (meaningOf(error)?.reaction !== "renew") throw error;
      this.#token.refused(token);
      return await attemptWith(await this.#tokenOfCall());
    }
  }

  /**
   * The token of one call. Why there is none says nothing about what the call carries: that can be sent once the app
   * is enabled again, or the bridge runs with its new secret.
   */
  #tokenOfCall(): Promise<string> {
    return this.#token.get().catch((error) => {
      if (isRetryable(error)) throw error;
      const call = { service: "feishu", method: TOKEN_CALL } as const;
      throw new NetworkError(describe(error), { ...call, cause: error, isUnsent: true });
    });
  }

  /** Holds back the next requests that share a limit with one that Feishu wants to have later. */
  #holdBack(limits: readonly Limit[], error: unknown): void {
    const waitMs = retryAfter(error);
    if (waitMs === undefined) return;
    const meaning = meaningOf(error);
    // That is the meter's to hold back.
    if (meaning?.reaction === "used-up") return;
    const isTarget = meaning?.limits === "target";
    for (const [i, { key }] of limits.entries()) {
      // The last one is the API's.
      if (i < limits.length - 1 || !isTarget) this.#lanes.hold(key, waitMs);
    }
  }
}
