import type { HttpInstance, WSClient } from "@larksuiteoapi/node-sdk";
import { abortable, delay } from "@std/async";
import type { WebSocket } from "ws";
import { describe } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import { requestJson } from "../rest/http.ts";
import type { Credentials } from "../rest/token.ts";

/**
 * What to do with an event. It is acknowledged when the promise resolves, so this only writes it down:
 * Feishu sends again what is not acknowledged within 3 seconds, or when the promise rejects.
 * What a card click resolves with (a toast, a card) goes back to the person who clicked.
 */
export type EventHandler = (event: unknown) => Promise<unknown>;

/** What a {@linkcode Gateway} needs. */
export interface GatewayOptions {
  readonly credentials: Credentials;
  /** By event type, for example `im.message.receive_v1`. */
  readonly handlers: Readonly<Record<string, EventHandler>>;
  readonly log: Log;
  /** Called each time the connection is up, with the time (ms since 1970) since when it was not. */
  readonly onUp?: (downSince: number) => void;
}

/** How the long connection is doing. */
export interface GatewayState {
  readonly up: boolean;
  /** Since when, in milliseconds since 1970. */
  readonly since: number;
  /** Why it is down. */
  readonly lastError?: string;
}

/** Milliseconds that endpoint, handshake and first ping may take together. */
const CONNECT_MS = 20_000;
/** The most milliseconds between two attempts. */
const MAX_BACKOFF_MS = 15_000;
/**
 * The most milliseconds between two pings. Feishu proposes two minutes, in which a half-open
 * connection would swallow messages unnoticed.
 */
const PING_MS = 5_000;
/** The least. */
const MIN_PING_MS = 1_000;
/** Milliseconds between two looks at the clock. */
const TICK_MS = 2_000;
/** A tick that comes this many milliseconds late tells that the machine slept. */
const ASLEEP_MS = 10_000;
/** Seconds for the answer to a ping. */
const PING_TIMEOUT_S = 10;

/** What we use of the `ws` library's socket. */
type Socket = Pick<WebSocket, "once" | "pause" | "resume">;

/** What we use of the SDK's inside; it has no public way to these. */
interface WsInside {
  handleEventData(frame: { headers: { key: string; value: string }[] }): Promise<void>;
  armLiveness(): void;
  readonly livenessTimer?: unknown;
  readonly wsConfig: {
    updateWs(settings: { pingInterval?: number }): void;
    setWSInstance(socket: Socket | null): void;
    getWSInstance(): Socket | null;
  };
}

/** The long connection to Feishu: the SDK makes one, we decide when to make the next. */
export class Gateway {
  readonly #options: GatewayOptions;
  #state: GatewayState = { up: false, since: Date.now() };

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  /** How the connection is doing now. */
  get state(): GatewayState {
    return this.#state;
  }

  /** Keeps the connection up until the signal aborts; resolves then. */
  async run(signal: AbortSignal): Promise<void> {
    const { log } = this.#options;
    let backoffMs = 250;
    while (!signal.aborted) {
      const began = Date.now();
      try {
        await this.#connection(signal);
      } catch (error) {
        if (signal.aborted) return;
        const { up, since } = this.#state;
        // A connection that held for a while is lost for another reason than the one before.
        if (up && Date.now() - began > 30_000) backoffMs = 250;
        this.#state = { up: false, since: up ? Date.now() : since, lastError: describe(error) };
        const waitMs = backoffMs * (0.75 + Math.random() / 2);
        backoffMs = Math.min(backoffMs * 2, MAX_BACKOFF_MS);
        const wait = `${(waitMs / 1000).toFixed(1)} s`;
        log.warn(`Feishu connection lost: ${describe(error)}; trying again in ${wait}`);
        await delay(waitMs, { signal }).catch(() => {});
      }
    }
  }

  /** One connection from the first request to its end, which is always an error or an abort. */
  async #connection(signal: AbortSignal): Promise<never> {
    const { credentials, handlers, log, onUp } = this.#options;
    const sdk = await import("@larksuiteoapi/node-sdk");
    const ended = Promise.withResolvers<never>();
    // The attempt may fail before anybody waits for `ended`.
    ended.promise.catch(() => {});
    const end = (why: string) => ended.reject(new Error(why));
    const deadline = setTimeout(() => end("no connection in time"), CONNECT_MS);
    const wake = onWake(() => end("the machine was asleep"));
    const logging = { logger: sdkLogger(log), loggerLevel: sdk.LoggerLevel.error };
    const client: WSClient = new sdk.WSClient({
      ...credentials,
      // The SDK retries on its own terms, minutes apart, and stops for good at some answers.
      autoReconnect: false,
      handshakeTimeoutMs: 10_000,
      wsConfig: { pingTimeout: PING_TIMEOUT_S },
      ...logging,
      // A long connection makes but one kind of request (SDK 1.74), and swallows why it failed.
      httpInstance: {
        request: ({ url = "", ...request }) =>
          requestJson({ ...request, url }).catch((error) => {
            ended.reject(error);
            throw error;
          }),
      } as HttpInstance,
      onReady: () => {
        clearTimeout(deadline);
        const socket = inside.wsConfig.getWSInstance();
        socket?.once("close", () => end("the connection was closed"));
        socket?.resume();
        const downSince = this.#state.since;
        this.#state = { up: true, since: Date.now() };
        log.info("Feishu connection is up");
        onUp?.(downSince);
      },
      onError: ended.reject,
    });
    const inside = client as unknown as WsInside;
    tune(inside);
    try {
      const eventDispatcher = new sdk.EventDispatcher(logging).register({ ...handlers });
      client.start({ eventDispatcher }).catch(ended.reject);
      return await abortable(ended.promise, signal);
    } finally {
      clearTimeout(deadline);
      clearInterval(wake);
      // At the end of the program Feishu is told, so that it sends nothing more into this connection.
      // Otherwise a friendly close would wait half a minute for a peer that may be gone.
      client.close({ force: !signal.aborted });
    }
  }
}

/** The SDK writes to its own console otherwise; its lines can hold whole requests, so they go to debug. */
function sdkLogger(log: Log) {
  const write = (...parts: unknown[]) => {
    const words = parts.flat().map((part) => part instanceof Error ? part.message : String(part));
    log.debug(`sdk: ${words.join(" ")}`);
  };
  return { error: write, warn: write, info: write, debug: write, trace: write };
}

/** Calls back when the clock jumps: a machine that slept has a connection that is dead, and looks alive. */
function onWake(wake: () => void): ReturnType<typeof setInterval> {
  let last = Date.now();
  return setInterval(() => {
    const now = Date.now();
    if (now - last > TICK_MS + ASLEEP_MS) wake();
    last = now;
  }, TICK_MS);
}

/**
 * Shortens the ping interval, holds back what arrives before anybody listens, and lets frames through
 * that the SDK would drop.
 */
function tune(inside: WsInside): void {
  const setWSInstance = inside.wsConfig.setWSInstance.bind(inside.wsConfig);
  // A frame that comes along with the handshake's answer would find no listener yet (SDK 1.74).
  inside.wsConfig.setWSInstance = (socket) => {
    socket?.pause();
    setWSInstance(socket);
  };
  const updateWs = inside.wsConfig.updateWs.bind(inside.wsConfig);
  inside.wsConfig.updateWs = (settings) => {
    const pingInterval = Math.min(settings.pingInterval || PING_MS, PING_MS);
    updateWs({ ...settings, pingInterval: Math.max(pingInterval, MIN_PING_MS) });
  };
  const armLiveness = inside.armLiveness.bind(inside);
  // Each ping would put off the end (SDK 1.74), and with short intervals there would be none: it counts
  // from the first ping that nothing followed.
  inside.armLiveness = () => {
    if (inside.livenessTimer === undefined) armLiveness();
  };
  const handleEventData = inside.handleEventData.bind(inside);
  // The SDK drops clicks that come as type `card`, though they have the same content as those of type
  // `event`, and frames that do not say which part of how many they are.
  inside.handleEventData = (frame) => {
    const whole = [{ key: "sum", value: "1" }, { key: "seq", value: "0" }];
    const headers = frame.headers.map((header) =>
      header.key === "type" && header.value === "card" ? { ...header, value: "event" } : header
    );
    const missing = whole.filter(({ key }) => !headers.some((header) => header.key === key));
    return handleEventData({ ...frame, headers: [...headers, ...missing] });
  };
}
