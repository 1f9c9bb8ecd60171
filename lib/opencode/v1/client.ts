import { retry, RetryError } from "@std/async";
import { ApiError, isRetryable, NetworkError } from "../../base/errors.ts";
import { parseJson } from "../../base/json.ts";
import type { Log } from "../../base/log.ts";
import { type Endpoint, refused, request, unanswered } from "./request.ts";

/** Finds out where the server listens, and starts it first when it is dead. */
export type EndpointSource = (signal: AbortSignal) => Promise<Endpoint>;

/** What an {@linkcode OpencodeClient} needs. */
export interface ClientOptions {
  /** Awaited before each attempt, without our time limit: a start takes its time. */
  readonly endpoint: EndpointSource;
  readonly log?: Pick<Log, "debug">;
  /** Called when an attempt got no answer: something may be wrong with the server. */
  readonly onLost?: (() => void) | undefined;
  /** Milliseconds that one attempt may take; 10 s unless given. */
  readonly timeoutMs?: number;
  /** Milliseconds before the second attempt, doubling; 300 unless given. */
  readonly backoffMs?: number;
}

/** One request. */
export interface Call<T> {
  readonly method?: "GET" | "POST" | "DELETE";
  readonly path: string;
  /** The directory that it is about: opencode keeps a world of its own for each. */
  readonly directory: string;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  /** Turns the answer's JSON into a value; `undefined` when it is not what was expected. */
  readonly parse: (json: unknown) => T | undefined;
  /** Milliseconds for one attempt instead of the client's; 0: one attempt, as long as it takes. */
  readonly timeoutMs?: number;
  /** What a 404 means when an attempt before it may have come through: the thing is done with. */
  readonly goneAfterDoubt?: T;
  readonly signal: AbortSignal;
}

/** Requests to opencode's HTTP interface, with a time limit, retries and one kind of error for each ill. */
export class OpencodeClient {
  readonly #options: ClientOptions;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /**
   * Makes a call, up to four times after network errors and refusals that may pass.
   *
   * @throws {ApiError} with the HTTP status as code, or `unexpected-answer`.
   * @throws {NetworkError} when the last attempt got no answer.
   * @throws the signal's reason, and whatever the endpoint throws.
   */
  async call<T>(call: Call<T>): Promise<T> {
    const { log, onLost, timeoutMs = 10_000, backoffMs = 300 } = this.#options;
    const name = `${call.method ?? "GET"} ${call.path}`;
    const limitMs = call.timeoutMs ?? timeoutMs;
    let inDoubt = false;
    return await patiently(async () => {
      try {
        return await this.#attempt(call, name, limitMs);
      } catch (error) {
        const isGone = error instanceof ApiError && error.code === 404;
        if (isGone && inDoubt && call.goneAfterDoubt !== undefined) return call.goneAfterDoubt;
        if (error instanceof NetworkError) {
          inDoubt = true;
          onLost?.();
        }
        if (isRetryable(error)) log?.debug(`${name} failed: ${String(error)}`);
        throw error;
      }
    }, {
      maxAttempts: limitMs > 0 ? 4 : 1,
      minTimeout: backoffMs,
      maxTimeout: 10_000,
      jitter: 0.3,
      isRetriable: isRetryable,
      signal: call.signal,
    });
  }

  async #attempt<T>(call: Call<T>, name: string, limitMs: number): Promise<T> {
    const { method = "GET", path, directory, query, body, parse } = call;
    const endpoint = await this.#options.endpoint(call.signal);
    const timeout = limitMs > 0 ? [AbortSignal.timeout(limitMs)] : [];
    const signal = AbortSignal.any([call.signal, ...timeout]);
    const url = new URL(path, endpoint.url);
    for (const [key, value] of Object.entries({ ...query, directory })) {
      url.searchParams.set(key, String(value));
    }
    const init = { method, signal, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    let text: string;
    try {
      const response = await request(endpoint, name, url, "application/json", init);
      text = await response.text();
    } catch (error) {
      call.signal.throwIfAborted();
      if (error instanceof ApiError) throw error;
      throw unanswered(signal.aborted ? signal.reason : error, name);
    }
    const value = parse(parseJson(text));
    if (value !== undefined) return value;
    throw refused("opencode's answer is not what we know", "unexpected-answer", name);
  }
}

/** `retry`, which throws the last error itself and not one around it. */
export async function patiently<T>(
  attempt: () => Promise<T>,
  options: Parameters<typeof retry>[1],
): Promise<T> {
  try {
    return await retry(attempt, options);
  } catch (error) {
    throw error instanceof RetryError ? error.cause : error;
  }
}
