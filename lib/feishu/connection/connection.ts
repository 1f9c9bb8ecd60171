import type { HttpInstance, WSClient } from "@larksuiteoapi/node-sdk";
import { abortable, deadline, delay } from "@std/async";
import { backoff, type BackoffOptions } from "../../base/waiting/backoff.ts";
import { ApiError, describe, NetworkError, UsageError } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import { LOOK_MS, SleepWatch } from "../../base/time/sleep_watch.ts";
import type { ConnectionState } from "../../model/chat_events.ts";
import { meaningOf } from "../rest/codes.ts";
import type { Credentials } from "../rest/token.ts";
import { addressRequest, askAddress } from "./address.ts";
import { type Socket, tuneClient } from "./client_tuning.ts";
import { acceptOldCallbacks } from "./old_callback.ts";
import { reachable } from "./reachable.ts";

/**
 * Takes an event. The event is acknowledged when the promise resolves, so a handler only writes it down:
 * Feishu sends again what is not acknowledged within 3 seconds, or when the promise rejects. What a card
 * click resolves with (a toast, a card) goes back to the person who clicked.
 */
export type EventHandler = (event: unknown) => Promise<unknown>;

/** Handlers by event type, for example `im.message.receive_v1`. */
export type EventHandlers = Readonly<Record<string, EventHandler>>;

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
  /** How long the first request for the address may take, in milliseconds; a later one twice as long. */
  readonly addressMs?: number;
}

/**
 * The app's id as the SDK (1.74) is told it: it connects only for 16 hexadecimal digits, though Feishu's own page of
 * `tenant_access_token/internal` has another. It needs the id for nothing but the request that is made in its place.
 */
const SDK_APP_ID = "cli_0000000000000000";
/** How long the request for the address, the handshake and the first ping may take together, in milliseconds. */
const CONNECT_MS = 30_000;
/** How long the first request for the address may take, in milliseconds. */
const ADDRESS_MS = 8_000;
/** How long the handshake alone may take, in milliseconds. */
const HANDSHAKE_MS = 10_000;
/** How long the answer to a ping may take, in seconds. */
const PING_TIMEOUT_S = 10;
/** How long the other end may take to close a connection, in milliseconds. */
const CLOSE_MS = 500;
/** For how many milliseconds after the request an address is used: its ticket may be short-lived. */
const AHEAD_MS = 10_000;
/** Waits between two attempts. */
const RETRY = { firstMs: 250, maxMs: 15_000 };
/** The wait between two attempts that the return of the network does not shorten, in milliseconds. */
const LEAST_WAIT_MS = 2_000;
/** A connection that lasted this many milliseconds was lost for a new reason: the waits begin anew. */
const STABLE_MS = 2_000;

/** What Feishu says of where to connect. */
type Address = Awaited<ReturnType<typeof askAddress>>;

/**
 * The long connection over which Feishu sends events. The SDK makes each connection; this class decides when
 * to make the next.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  #state: ConnectionState = { up: false, since: Date.now() };
  /** The answer that was asked for ahead, for the first attempt. */
  #ahead: { readonly answer: Promise<Address>; readonly until: number } | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** How the connection is doing now. */
  get state(): ConnectionState {
    return this.#state;
  }

  /** Asks for the address of the first connection while what `run` has to wait for is asked, too. */
  askAhead(signal: AbortSignal): void {
    const { credentials, addressMs = ADDRESS_MS } = this.#options;
    const answer = askAddress({ ...addressRequest(credentials), signal }, addressMs);
    this.#ahead = { answer, until: Date.now() + AHEAD_MS };
    // If it fails, it is asked for again when it is needed.
    answer.catch(() => {});
  }

  /** Keeps the connection up until the signal aborts; resolves then. */
  async run(signal: AbortSignal): Promise<void> {
    const { log, retry = RETRY } = this.#options;
    let failures = 0;
    while (!signal.aborted) {
      try {
        await this.#connect(signal, failures > 0);
      } catch (error) {
        const { up, since } = this.#state;
        if (signal.aborted) {
          this.#state = { up: false, since: up ? Date.now() : since };
          return;
        }
        this.#checkSettings(error);
        if (up && Date.now() - since > STABLE_MS) failures = 0;
        this.#state = { up: false, since: up ? Date.now() : since, lastError: describe(error) };
        const waitMs = backoff(++failures, retry);
        const wait = `${(waitMs / 1000).toFixed(1)} s`;
        log.warn(`Feishu connection lost: ${describe(error)}; trying again in ${wait}`);
        await this.wait(waitMs, error, signal);
      }
    }
  }

  /**
   * Waits so many milliseconds before the next attempt to reach Feishu; if the last one failed without an answer, no
   * longer than the network is away. Never rejects.
   */
  readonly wait = async (ms: number, error: unknown, signal: AbortSignal): Promise<void> => {
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
  };

  /** One connection from its first request to its end, which is always an error or an abort. */
  async #connect(signal: AbortSignal, isAgain: boolean): Promise<never> {
    const { credentials, handlers, log } = this.#options;
    const sdk = await import("../sdk.ts");
    const ended = Promise.withResolvers<never>();
    // The attempt may fail before anybody waits for `ended`.
    ended.promise.catch(() => {});
    const attempt = new AbortController();
    // After a failure, a connection that is kept for later calls may be dead without anybody knowing.
    const http = isAgain ? Deno.createHttpClient({}) : undefined;
    const ask = this.#addressAsker(isAgain, http);
    const end = (why: string) => ended.reject(new Error(why));
    /** The host of the connection's address, once Feishu has told it. */
    let host: string | undefined;
    const connectTimer = setTimeout(() => end("no connection in time"), CONNECT_MS);
    const wakeTimer = onWake(() => end("the machine was asleep"));
    const logging = { logger: sdkLogger(log), loggerLevel: sdk.LoggerLevel.error };
    const client: WSClient = new sdk.WSClient({
      ...credentials,
      appId: SDK_APP_ID,
      // The SDK's own attempts are minutes apart, and some answers stop them for good.
      autoReconnect: false,
      handshakeTimeoutMs: HANDSHAKE_MS,
      wsConfig: { pingTimeout: PING_TIMEOUT_S },
      ...logging,
      httpInstance: httpInstance(
        ask,
        ended.reject,
        (address) => host = URL.parse(address)?.host,
      ),
      onReady: () => {
        clearTimeout(connectTimer);
        socket()?.once("close", () => end("the connection was closed"));
        socket()?.resume();
        this.#up();
      },
      // With the address known, only the handshake can have failed. Its error stays inside the SDK.
      onError: (error) => host === undefined ? ended.reject(error) : end(closedTo(host)),
    });
    const socket = tuneClient(client, { signal: attempt.signal, onError: ended.reject });
    try {
      const eventDispatcher = new sdk.EventDispatcher(logging).register({ ...handlers });
      acceptOldCallbacks(eventDispatcher);
      client.start({ eventDispatcher }).catch(ended.reject);
      return await abortable(ended.promise, signal);
    } finally {
      attempt.abort();
      http?.close();
      clearTimeout(connectTimer);
      clearInterval(wakeTimer);
      // When the program ends, Feishu is told, so that it sends nothing more into this connection. In all
      // other cases the other end may be gone.
      const open = socket();
      client.close({ force: !signal.aborted });
      if (open) await closed(open);
    }
  }

  /** What asks for the address of one connection; an answer that was asked for ahead counts once. */
  #addressAsker(isAgain: boolean, client: Deno.HttpClient | undefined): () => Promise<Address> {
    const { credentials, addressMs = ADDRESS_MS } = this.#options;
    const { answer, until = 0 } = this.#ahead ?? {};
    this.#ahead = undefined;
    const ahead = until > Date.now() ? answer : undefined;
    // A server that was too slow once is so again.
    const timeout = isAgain || ahead !== undefined ? 2 * addressMs : addressMs;
    const ask = () => askAddress({ ...addressRequest(credentials), client }, timeout);
    return () => ahead?.catch(ask) ?? ask();
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

/** Resolves when a socket that was told to close has closed. If the other end is silent, it is cut. */
async function closed(socket: Socket): Promise<void> {
  if (socket.readyState === socket.CLOSED) return;
  const gone = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  await deadline(gone, CLOSE_MS).catch(() => socket.terminate());
  await deadline(gone, CLOSE_MS).catch(() => {});
}

/** Why there is no connection although Feishu has told where to connect. */
function closedTo(host: string): string {
  return `the WebSocket to ${host} does not open: a proxy or firewall on the way may not let it through`;
}

/**
 * Makes the SDK's only request, for the connection's address (SDK 1.74), and tells that, or why it failed.
 *
 * @param ask Makes it.
 */
function httpInstance(
  ask: () => Promise<Address>,
  onError: (error: unknown) => void,
  onAddress: (address: string) => void,
): HttpInstance {
  return {
    request: () =>
      ask()
        .then((answer) => {
          onAddress(answer.data.URL);
          return answer;
        })
        .catch((error) => {
          onError(error);
          throw error;
        }),
  } as unknown as HttpInstance;
}

/** Takes the place of the SDK's own console. Its lines can contain whole requests, so they go to debug. */
function sdkLogger(log: Log) {
  const write = (...values: unknown[]) => {
    const words = values.flat()
      .map((value) => value instanceof Error ? value.message : String(value));
    log.debug(`sdk: ${words.join(" ")}`);
  };
  return { error: write, warn: write, info: write, debug: write, trace: write };
}

/** Calls back when the machine has slept: then the connection is dead but looks alive. */
function onWake(wake: () => void): ReturnType<typeof setInterval> {
  const sleep = new SleepWatch();
  return setInterval(() => {
    if (sleep.look()) wake();
  }, LOOK_MS);
}
