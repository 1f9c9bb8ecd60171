import {
  ApiError,
  GATEWAY_STATUSES,
  isGone,
  isRetryable,
  NetworkError,
} from "../../base/errors.ts";
import { parseJson } from "../../base/json.ts";
import type { Log } from "../../base/log.ts";
import { type Endpoint, type EndpointSource, urlOf } from "./endpoint.ts";
import { NO_ROUTE, refused, request, unanswered } from "./request.ts";
import { withRetries } from "../../base/waiting/with_retries.ts";

/** What an {@linkcode OpencodeClient} needs. */
export interface ClientOptions {
  /** Awaited before each attempt; its time does not count against the attempt's limit. */
  readonly endpoint: EndpointSource;
  readonly log?: Pick<Log, "debug">;
  /** Called when an attempt got no answer, so that the server can be checked. */
  readonly onLost?: () => void;
  /** Milliseconds that one attempt may take; 10 s unless given. */
  readonly timeoutMs?: number;
  /** Milliseconds before the second attempt, doubling; 300 unless given. */
  readonly backoffMs?: number;
}

/** One request, and what its answer has to be. */
export interface ClientRequest<T> {
  readonly method?: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  /**
   * Turns the answer's JSON into a value; `undefined` when it is not what was expected. The second argument is
   * when it was sent, by the clock of the server or of a proxy before it: ms since 1970, cut to whole seconds; NaN if
   * neither says.
   */
  readonly parse: (json: unknown, sentAt: number) => T | undefined;
  /** Milliseconds for one attempt instead of the client's; 0: one attempt without a limit. */
  readonly timeoutMs?: number;
  /** How many attempts are made; 4 unless given. With `timeoutMs` 0 there is only one. */
  readonly attempts?: number;
  /**
   * Aborts when the request is no longer wanted. It ends the wait before an attempt. An attempt that has
   * been sent is awaited, because only its answer tells whether it took effect.
   */
  readonly cancelled?: AbortSignal | undefined;
  /**
   * The value for a 404 after an attempt without an answer, which had taken effect then. A server that was
   * started meanwhile never knew what the request is about, so its 404 says nothing.
   */
  readonly goneAfterDoubt?: T;
  readonly signal: AbortSignal;
}

/** With these a gateway says that opencode did not answer it: what became of the request is not known. */
const GATEWAY: ReadonlySet<unknown> = new Set([...GATEWAY_STATUSES, NO_ROUTE]);

/**
 * Whether something else may have answered in opencode's place, such as the gateway before it while it is started
 * again: our password is refused, or it is not the answer that was asked for.
 */
function isStrange(error: ApiError): boolean {
  return isUnknown(error) || error.code === 401 || error.code === 403;
}

/** Whether the answer came and is none that we know: a page, half of one, a redirect, or something of another's. */
function isUnknown({ code }: ApiError): boolean {
  return (typeof code === "number" && code < 400) || code === "unexpected-answer";
}

/** Whether an attempt may succeed when it is made again; what only reads does no harm. */
function isWorthAgain({ method = "GET" }: ClientRequest<unknown>, error: unknown): boolean {
  return isRetryable(error) || (method === "GET" && error instanceof ApiError && isUnknown(error));
}

/** JSON requests to an opencode server, with time limits and retries. */
export class OpencodeClient {
  readonly #options: ClientOptions;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /**
   * Makes a request, up to `attempts` times after network errors and refusals that may pass; and after an
   * answer that is none, if it only reads.
   *
   * @throws {ApiError} with the HTTP status as code, or `unexpected-answer`.
   * @throws {NetworkError} when the last attempt got no answer.
   * @throws the reason of `signal` or `cancelled`, and whatever the endpoint source throws.
   */
  async call<T>(wanted: ClientRequest<T>): Promise<T> {
    const { log, onLost, timeoutMs = 10_000, backoffMs = 300 } = this.#options;
    const name = `${wanted.method ?? "GET"} ${wanted.path}`;
    const limitMs = wanted.timeoutMs ?? timeoutMs;
    const before = AbortSignal.any([wanted.signal, wanted.cancelled ?? wanted.signal]);
    /** Where the server listens that may have taken an attempt, as long as it is the same. */
    let doubted: string | undefined;
    return await withRetries(async () => {
      const endpoint = await this.#options.endpoint(before);
      before.throwIfAborted();
      try {
        return await this.#attempt(wanted, endpoint, name, limitMs);
      } catch (error) {
        if (error instanceof ApiError && isStrange(error)) {
          onLost?.();
          // Throws an error that may pass if it is not opencode that answers.
          await this.#options.endpoint(before);
        }
        const isTaken = isGone(error) && doubted === endpoint.url;
        if (isTaken && wanted.goneAfterDoubt !== undefined) return wanted.goneAfterDoubt;
        if (error instanceof NetworkError) {
          // Where nobody listens, no server runs.
          doubted = error.isUnsent ? undefined : endpoint.url;
          onLost?.();
        }
        if (isRetryable(error)) log?.debug(`${name} failed: ${String(error)}`);
        throw error;
      }
    }, {
      maxAttempts: limitMs > 0 ? wanted.attempts ?? 4 : 1,
      minTimeout: backoffMs,
      maxTimeout: 10_000,
      jitter: 0.3,
      isRetriable: (error) => isWorthAgain(wanted, error),
      signal: wanted.signal,
    });
  }

  async #attempt<T>(
    wanted: ClientRequest<T>,
    endpoint: Endpoint,
    name: string,
    limitMs: number,
  ): Promise<T> {
    const { method = "GET", path, query = {}, body, parse, signal: ended } = wanted;
    const timeout = limitMs > 0 ? [AbortSignal.timeout(limitMs)] : [];
    const signal = AbortSignal.any([ended, ...timeout]);
    const url = urlOf(endpoint, path);
    for (const [key, value] of Object.entries(query)) url.searchParams.set(key, String(value));
    const init = { method, signal, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    let text: string;
    let sentAt: number;
    try {
      const response = await request(endpoint, name, url, "application/json", init);
      text = await response.text();
      sentAt = Date.parse(response.headers.get("date") ?? "");
    } catch (error) {
      ended.throwIfAborted();
      if (error instanceof ApiError && !GATEWAY.has(error.code)) throw error;
      throw unanswered(signal.aborted ? signal.reason : error, name);
    }
    const value = parse(parseJson(text), sentAt);
    if (value !== undefined) return value;
    throw refused("opencode's answer is not what we know", "unexpected-answer", name);
  }
}
