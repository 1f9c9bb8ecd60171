import { abortable, delay } from "@std/async";
import { backoff, type BackoffOptions } from "../../base/backoff.ts";
import { ApiError, describe, NetworkError, UsageError } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import type { ConnectionState } from "../../model/ports.ts";
import { meaningOf } from "../rest/codes.ts";
import type { Credentials } from "../rest/token.ts";
import { askAddress } from "./address.ts";
import { type EventHandlers, EventSocket } from "./event_socket.ts";
import { proxyAgent } from "./proxy_agent.ts";
import { reachable } from "./reachable.ts";

/** What a {@linkcode Connection} needs. */
export interface ConnectionOptions {
  readonly credentials: Credentials;
  readonly handlers: EventHandlers;
  readonly log: Log;
  /** Called each time the connection is up, with the time (ms since 1970) since when it was down. */
  readonly onUp?: (downSince: number) => void;
  /** Called when Feishu takes no connection of this app until the user corrects the settings. */
  readonly onRefused?: (error: UsageError) => void;
  /** Waits between two attempts; from 250 ms to 15 s unless given. */
  readonly retry?: BackoffOptions;
}

/** How long the request for the address and the handshake may take together, in milliseconds. */
const CONNECT_MS = 20_000;
/** Waits between two attempts. */
const RETRY = { firstMs: 250, maxMs: 15_000 };
/** The wait between two attempts that the return of the network does not shorten, in milliseconds. */
const LEAST_WAIT_MS = 2_000;
/** A connection that lasted this many milliseconds was lost for a new reason: the waits begin anew. */
const STABLE_MS = 10_000;
/** Milliseconds between two looks at the clock. */
const TICK_MS = 2_000;
/** A tick that comes this many milliseconds late shows that the machine slept. */
const ASLEEP_MS = 10_000;

/** The long connection over which Feishu sends events: one {@linkcode EventSocket} after the other. */
export class Connection {
  readonly #options: ConnectionOptions;
  #state: ConnectionState = { up: false, since: Date.now() };

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** How the connection is doing now. */
  get state(): ConnectionState {
    return this.#state;
  }

  /** Keeps the connection up until the signal aborts; resolves then. */
  async run(signal: AbortSignal): Promise<void> {
    const { log, retry = RETRY } = this.#options;
    let failures = 0;
    while (!signal.aborted) {
      const began = Date.now();
      try {
        await this.#connect(signal, failures > 0);
      } catch (error) {
        const { up, since } = this.#state;
        if (signal.aborted) {
          this.#state = { up: false, since: up ? Date.now() : since };
          return;
        }
        this.#checkSettings(error);
        if (up && Date.now() - began > STABLE_MS) failures = 0;
        this.#state = { up: false, since: up ? Date.now() : since, lastError: describe(error) };
        const waitMs = backoff(++failures, retry);
        const wait = `${(waitMs / 1000).toFixed(1)} s`;
        log.warn(`Feishu connection lost: ${describe(error)}; trying again in ${wait}`);
        await this.#wait(waitMs, error, signal);
      }
    }
  }

  /** Waits before the next attempt; without an answer from Feishu no longer than the network is away. */
  async #wait(ms: number, error: unknown, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const ends = AbortSignal.any([signal, over.signal]);
    const waits = [delay(ms, { signal: ends })];
    // A gateway that answers is there, and may be overloaded.
    if (error instanceof NetworkError && !(error.cause instanceof ApiError)) {
      const { domain } = this.#options.credentials;
      const least = delay(Math.min(ms, LEAST_WAIT_MS), { signal: ends });
      waits.push(least.then(() => reachable(domain, ends)));
    }
    await Promise.race(waits).catch(() => {});
    over.abort();
  }

  /** One connection from its first request to its end, which is always an error or an abort. */
  async #connect(signal: AbortSignal, isAgain: boolean): Promise<never> {
    const { credentials, handlers, log } = this.#options;
    const ended = Promise.withResolvers<never>();
    // The attempt may fail before anybody waits for `ended`.
    ended.promise.catch(() => {});
    const attempt = new AbortController();
    // After a failure, a connection that is kept for later calls may be dead without anybody knowing.
    const http = isAgain ? Deno.createHttpClient({}) : undefined;
    const end = (why: string) => ended.reject(new Error(why));
    const deadline = setTimeout(() => end("no connection in time"), CONNECT_MS);
    const wakeTimer = onWake(() => end("the machine was asleep"));
    let socket: EventSocket | undefined;
    try {
      const asked = askAddress(credentials, { client: http, signal: attempt.signal });
      const address = await abortable(Promise.race([asked, ended.promise]), signal);
      socket = new EventSocket({
        address,
        agent: proxyAgent(address.url, { signal: attempt.signal, onError: ended.reject }),
        handlers,
        onOpen: () => {
          clearTimeout(deadline);
          this.#up();
        },
        onEnd: ended.reject,
        log,
      });
      return await abortable(ended.promise, signal);
    } finally {
      attempt.abort();
      http?.close();
      clearTimeout(deadline);
      clearInterval(wakeTimer);
      socket?.close(signal.aborted);
    }
  }

  /** Tells of a refusal that no other attempt can change. */
  #checkSettings(error: unknown): void {
    const { credentials: { appId, domain }, onRefused } = this.#options;
    if (meaningOf(error)?.reaction !== "credentials") return;
    onRefused?.(
      new UsageError(
        `FEISHU_APP_ID ${appId} cannot connect to ${domain} (${
          describe(error)
        }): set FEISHU_DOMAIN to ` +
          "https://open.larksuite.com for an app made there (Lark), or to https://open.feishu.cn (Feishu)",
        { exitCode: 1 },
      ),
    );
  }

  #up(): void {
    const { log, onUp } = this.#options;
    const downSince = this.#state.since;
    this.#state = { up: true, since: Date.now() };
    log.info("Feishu connection is up");
    onUp?.(downSince);
  }
}

/** Calls back when the clock jumps: after a sleep of the machine the connection is dead but looks alive. */
function onWake(wake: () => void): ReturnType<typeof setInterval> {
  let last = Date.now();
  return setInterval(() => {
    const now = Date.now();
    if (now - last > TICK_MS + ASLEEP_MS) wake();
    last = now;
  }, TICK_MS);
}
