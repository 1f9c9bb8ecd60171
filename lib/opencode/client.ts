import { retry, RetryError } from "@std/async";
import { ApiError, isRetryable, NetworkError } from "../errors.ts";
import type { Log } from "../log.ts";
import { hasType, headers, refusal, unanswered } from "./refusal.ts";
import type { Endpoint } from "./readiness.ts";

/** Finds out where the server listens, and starts it first when it is dead. */
export type EndpointSource = (signal: AbortSignal) => Promise<Endpoint>;

/** What an {@linkcode OpencodeClient} needs. */
export interface ClientOptions {
  /** Awaited before each attempt, without our time limit: a start takes its time. */
  readonly endpoint: EndpointSource;
  readonly log?: Pick<Log, "debug">;
  /** Milliseconds that one attempt may take; 10 s unless given. */
  readonly timeoutMs?: number;
  /** Milliseconds before the second attempt, doubling; 300 unless given. */
  readonly backoffMs?: number;
}

/** One request. */
export interface Call<T> {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Turns the answer's JSON into a value; `undefined` when it is not what was expected. */
  readonly parse: (json: unknown) => T | undefined;
  /** Most attempts; 4 unless given. */
  readonly attempts?: number;
  /** Milliseconds for one attempt instead of the client's; 0 for no limit but the signal. */
  readonly timeoutMs?: number;
  /**
   * What a 404 means when an attempt before it may have come through: the thing was there, and is
   * done with now.
   */
  readonly goneAfterDoubt?: T;
  readonly signal: AbortSignal;
}

const ATTEMPTS = 4;
const TIMEOUT_MS = 10_000;
const BACKOFF_MS = 300;
const MAX_BACKOFF_MS = 10_000;

/** Requests to opencode's HTTP interface, with a time limit, retries and one kind of error for each ill. */
export class OpencodeClient {
  readonly #endpoint: EndpointSource;
  readonly #log: Pick<Log, "debug"> | undefined;
  readonly #timeoutMs: number;
  readonly #backoffMs: number;

  constructor(options: ClientOptions) {
    this.#endpoint = options.endpoint;
    this.#log = options.log;
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.#backoffMs = options.backoffMs ?? BACKOFF_MS;
  }

  /**
   * Makes a call, again after network errors and refusals that may pass.
   *
   * @throws {ApiError} with the HTTP status as code, or `unexpected-answer`.
   * @throws {NetworkError} when the last attempt got no answer.
   * @throws the signal's reason, and whatever the endpoint throws.
   */
  async call<T>(call: Call<T>): Promise<T> {
    const name = `${call.method} ${call.path}`;
    let inDoubt = false;
    try {
      return await retry(async () => {
        try {
          return await this.#attempt(call, name);
        } catch (error) {
          const isGone = error instanceof ApiError && error.code === 404;
          if (isGone && inDoubt && call.goneAfterDoubt !== undefined) return call.goneAfterDoubt;
          inDoubt ||= error instanceof NetworkError;
          if (isRetryable(error)) this.#log?.debug(`${name} failed: ${String(error)}`);
          throw error;
        }
      }, {
        maxAttempts: call.attempts ?? ATTEMPTS,
        minTimeout: this.#backoffMs,
        maxTimeout: MAX_BACKOFF_MS,
        jitter: 0.3,
        isRetriable: isRetryable,
        signal: call.signal,
      });
    } catch (error) {
      throw error instanceof RetryError ? error.cause : error;
    }
  }

  async #attempt<T>(call: Call<T>, name: string): Promise<T> {
    const endpoint = await this.#endpoint(call.signal);
    const timeoutMs = call.timeoutMs ?? this.#timeoutMs;
    const timeout = timeoutMs > 0 ? AbortSignal.timeout(timeoutMs) : undefined;
    try {
      return await send(endpoint, call, name, timeout);
    } catch (error) {
      call.signal.throwIfAborted();
      if (error instanceof ApiError) throw error;
      throw unanswered(timeout?.aborted ? timeout.reason : error, name);
    }
  }
}

async function send<T>(
  endpoint: Endpoint,
  call: Call<T>,
  name: string,
  timeout: AbortSignal | undefined,
): Promise<T> {
  const url = new URL(call.path, endpoint.url);
  for (const [key, value] of Object.entries(call.query ?? {})) url.searchParams.set(key, value);
  const response = await fetch(url, {
    method: call.method,
    headers: { ...headers(endpoint), "content-type": "application/json" },
    body: call.body === undefined ? null : JSON.stringify(call.body),
    signal: timeout ? AbortSignal.any([call.signal, timeout]) : call.signal,
  });
  const isEmpty = response.status === 204;
  if (!response.ok || !(isEmpty || hasType(response, "application/json"))) {
    throw await refusal(response, name);
  }
  const text = await response.text();
  let value: T | undefined;
  try {
    value = call.parse(isEmpty ? undefined : JSON.parse(text));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  if (value !== undefined) return value;
  throw new ApiError("opencode's answer is not what we know", {
    service: "opencode",
    code: "unexpected-answer",
    method: name,
    retryable: false,
  });
}
