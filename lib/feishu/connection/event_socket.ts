import { Buffer } from "node:buffer";
// @ts-types="npm:@types/ws@^8.18.0"
import { type RawData, WebSocket } from "ws";
import { describe } from "../../base/errors.ts";
import { object, parseJson, string } from "../../base/json.ts";
import type { Log } from "../../base/log.ts";
import { type Address, pingMs } from "./address.ts";
import { answerFrame, type Frame, METHODS, pingFrame, readFrame } from "./frame.ts";
import { Parts } from "./parts.ts";
import type { Agent } from "./proxy_agent.ts";

/**
 * Takes an event. The event is acknowledged when the promise resolves, so a handler only writes it down:
 * Feishu sends again what is not acknowledged within 3 seconds, or when the promise rejects. What a card
 * click resolves with (a toast, a card) goes back to the person who clicked.
 */
export type EventHandler = (event: unknown) => Promise<unknown>;

/** Handlers by event type, for example `im.message.receive_v1`. */
export type EventHandlers = Readonly<Record<string, EventHandler>>;

/** What an {@linkcode EventSocket} needs. */
export interface EventSocketOptions {
  readonly address: Address;
  /** The way through a proxy, if there is one. */
  readonly agent: Agent | undefined;
  readonly handlers: EventHandlers;
  readonly onOpen: () => void;
  /** Called when the connection has ended, or was never made. */
  readonly onEnd: (error: Error) => void;
  readonly log: Log;
}

/** How long the handshake may take, in milliseconds. */
const HANDSHAKE_MS = 10_000;
/**
 * The most milliseconds between two pings. Feishu proposes two minutes, in which a half-open connection
 * would swallow messages unnoticed.
 */
const MAX_PING_MS = 5_000;
/** The fewest milliseconds between two pings. */
const MIN_PING_MS = 1_000;
/** How long a ping may be without an answer, in milliseconds; whatever comes is one. */
const SILENT_MS = 10_000;

/**
 * One WebSocket on which Feishu sends events. It speaks what the official SDKs speak: frames of protobuf, a ping of our
 * own that Feishu answers, and an answer to each event with the fields of its frame (as SDK for Node 1.74, which is
 * not used here because it loads for longer than all the rest of the start takes).
 */
export class EventSocket {
  readonly #options: EventSocketOptions;
  readonly #socket: WebSocket;
  readonly #parts = new Parts();
  #pingMs: number;
  #pingTimer: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;

  /** Connects. */
  constructor(options: EventSocketOptions) {
    this.#options = options;
    const { address, agent, onOpen, onEnd, log } = options;
    this.#pingMs = clamped(address.pingMs);
    this.#socket = new WebSocket(address.url, {
      handshakeTimeout: HANDSHAKE_MS,
      ...(agent && { agent }),
    });
    let isOpen = false;
    this.#socket.on("open", () => {
      isOpen = true;
      this.#ping();
      onOpen();
    });
    this.#socket.on("message", (data) => this.#receive(bytesOf(data)));
    // It may report more than one, and one that nobody hears would end the program.
    this.#socket.on("error", ({ message }) => {
      log.debug(`the WebSocket reports: ${message}`);
      onEnd(new Error(isOpen ? "the connection broke" : closedTo(address.url)));
    });
    this.#socket.on("close", () => {
      this.#stop();
      onEnd(new Error("the connection was closed"));
    });
  }

  /**
   * Ends the connection.
   *
   * @param isFriendly Whether Feishu is told, so that it sends nothing more into it. That would wait half a minute for
   * a peer that may be gone.
   */
  close(isFriendly: boolean): void {
    this.#stop();
    this.#socket.removeAllListeners("message");
    if (isFriendly) this.#socket.close();
    else this.#socket.terminate();
  }

  #stop(): void {
    clearTimeout(this.#pingTimer);
    this.#heard();
  }

  #ping(): void {
    this.#send(pingFrame(this.#options.address.service));
    // From the first ping without an answer: each would start the time anew, and short intervals never reach it.
    this.#silence ??= setTimeout(() => {
      this.#options.onEnd(new Error("no answer to a ping in time"));
    }, SILENT_MS);
    this.#pingTimer = setTimeout(() => this.#ping(), this.#pingMs);
  }

  #heard(): void {
    clearTimeout(this.#silence);
    this.#silence = undefined;
  }

  #send(bytes: Uint8Array): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#socket.send(bytes, (error) => {
      if (error) this.#options.log.debug(`cannot send into the connection: ${error.message}`);
    });
  }

  #receive(bytes: Uint8Array<ArrayBuffer>): void {
    this.#heard();
    try {
      const frame = readFrame(bytes);
      if (frame.method === METHODS.control) this.#control(frame);
      else if (frame.method === METHODS.data) this.#data(frame);
    } catch (error) {
      // Feishu sends again what is not acknowledged.
      this.#options.log.debug(`a frame that cannot be read: ${describe(error)}`);
    }
  }

  /** The answer to a ping may bring another interval. */
  #control({ headers, payload }: Frame): void {
    if (headers.get("type") !== "pong") return;
    const settings = object(parseJson(new TextDecoder().decode(payload)));
    this.#pingMs = clamped(pingMs(settings.PingInterval) ?? this.#pingMs);
  }

  #data(frame: Frame): void {
    // Clicks come as either.
    if (!["event", "card"].includes(frame.headers.get("type") ?? "")) return;
    const whole = this.#parts.add(frame.headers, frame.payload);
    if (whole === undefined) return;
    const text = new TextDecoder().decode(whole);
    const event = parseJson(text);
    if (event === undefined) throw new RangeError("an event that is no JSON");
    void this.#handle(frame, event);
  }

  /** Hands an event over, and acknowledges it when that is done. Events reach their handlers in the order they came. */
  async #handle(frame: Frame, event: unknown): Promise<void> {
    const { handlers, log } = this.#options;
    const began = Date.now();
    const { type, fields } = flat(event);
    let answer: { code: number; data?: string };
    try {
      const handler = handlers[type];
      if (handler === undefined) log.debug(`no handler for the event ${type}`);
      const result = await handler?.(fields);
      answer = { code: 200, ...(result ? { data: base64(JSON.stringify(result)) } : {}) };
    } catch (error) {
      log.debug(`the event ${type} was not taken: ${describe(error)}`);
      answer = { code: 500 };
    }
    this.#send(answerFrame(frame, answer, Date.now() - began));
  }
}

/** Why there is no connection although Feishu has told where to connect. */
function closedTo(address: string): string {
  const host = URL.parse(address)?.host;
  return `the WebSocket to ${host} does not open: a proxy or firewall on the way may not let it through`;
}

function clamped(pingMs = MAX_PING_MS): number {
  return Math.min(Math.max(pingMs, MIN_PING_MS), MAX_PING_MS);
}

/** An event with the fields of its envelope, as the SDKs hand it over: of version 2 with a `header`, or of version 1. */
function flat(envelope: unknown): { type: string; fields: unknown } {
  const { header, event, ...rest } = object(envelope);
  const isV2 = "schema" in rest;
  const fields = isV2
    ? { ...rest, ...object(header), ...object(event) }
    : { ...object(event), ...rest };
  const type = isV2 ? object(header).event_type : object(event).type;
  return { type: string(type) ?? "", fields };
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

function bytesOf(data: RawData): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Array.isArray(data) ? Buffer.concat(data) : data);
}
