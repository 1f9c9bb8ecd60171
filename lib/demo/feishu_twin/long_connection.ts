import type { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
// @ts-types="npm:@types/ws@^8.18.0"
import { type WebSocket, WebSocketServer } from "ws";
import type { TwinChanges } from "./twin_changes.ts";
import { wallNow } from "../../base/time/clock.ts";
import type { TwinClock } from "./clock.ts";
import { decodeFrame, encodeFrame, type Frame, headerOf } from "./frames.ts";
import { feishuId } from "./feishu_id.ts";
import { object, parseJson, string } from "../../base/json.ts";
import { type AckRecord, MAX_RECORDS } from "./records.ts";
import { isForLoopback, requestTarget } from "./request_target.ts";

/** How the server tells a client to keep the connection, in seconds as on the wire. */
export interface ClientConfig {
  readonly PingInterval: number;
  readonly ReconnectInterval: number;
  readonly ReconnectNonce: number;
  /** Negative for no limit. */
  readonly ReconnectCount: number;
}

/** The timing of the long connection. */
export interface LongConnectionOptions {
  /** The settings that are sent to the client, if any are. */
  readonly clientConfig: ClientConfig | undefined;
  /** Milliseconds of twin time within which an event must be acknowledged. */
  readonly ackMs: number;
  /** Milliseconds of twin time from each failed delivery to the next one. */
  readonly ladderMs: readonly number[];
}

/** An event on its way to the app. */
export interface TwinEvent {
  readonly eventId: string;
  readonly eventType: string;
  /** The message it is about. */
  readonly messageId?: string;
  /** The whole envelope: `schema`, `header`, `event`. */
  readonly envelope: unknown;
  /** The frame's `type` header. */
  readonly frameType: "event" | "card";
}

/** The acknowledgement of a delivery; `undefined` when none came in time. */
type Answer = { readonly code: number; readonly data: unknown } | undefined;

interface Link {
  readonly ws: WebSocket;
  readonly socket: Duplex;
  frozen: boolean;
}

interface Pending {
  readonly event: TwinEvent;
  readonly attempt: number;
  readonly sentAt: number;
  readonly settle: (answer: Answer) => void;
}

/** How many connections one app may have (Feishu docs: long connection). */
const MAX_CONNECTIONS = 50;

/**
 * The server's side of the long connections: frames, pings, acknowledgements and redelivery. Each event
 * goes to one random connection.
 */
export class LongConnection {
  /** Faults of the next frames, acknowledgements and connections. */
  readonly faults = { splitBytes: 0, acksToLose: 0, freezeNew: false };
  /** Acknowledgements, oldest first. */
  readonly acks: AckRecord[] = [];

  readonly #options: LongConnectionOptions;
  readonly #clock: TwinClock;
  readonly #changes: TwinChanges;
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #links = new Set<Link>();
  readonly #tickets = new Set<string>();
  readonly #pending = new Map<string, Pending>();

  constructor(options: LongConnectionOptions, clock: TwinClock, changes: TwinChanges) {
    this.#options = options;
    this.#clock = clock;
    this.#changes = changes;
  }

  /** How many connections the server believes to be open. */
  get count(): number {
    return this.#links.size;
  }

  /** The `data` of the endpoint's answer. The URL is valid for one connection. */
  endpoint(host: string): { URL: string; ClientConfig?: ClientConfig } {
    const ticket = feishuId("");
    this.#tickets.add(ticket);
    const query = new URLSearchParams({
      device_id: feishuId(""),
      service_id: "33554678",
      ticket,
    });
    const { clientConfig } = this.#options;
    const URL = `ws://${host}/ws/v2?${query}`;
    return { URL, ...(clientConfig && { ClientConfig: clientConfig }) };
  }

  /** Accepts or refuses an upgrade. A refusal carries the platform's `Handshake-*` headers. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, refuse: boolean): void {
    socket.on("error", () => {});
    const query = isForLoopback(request) ? requestTarget(request)?.searchParams : undefined;
    const known = this.#tickets.delete(query?.get("ticket") ?? "");
    if (refuse || !known) return this.#deny(socket, 403, "forbidden", 0);
    if (this.#links.size >= MAX_CONNECTIONS) {
      return this.#deny(socket, 514, "exceed conn limit", 1000040350);
    }
    this.#server.handleUpgrade(request, socket, head, (ws) => {
      const link: Link = { ws, socket, frozen: this.faults.freezeNew };
      this.#links.add(link);
      ws.on("error", () => {});
      ws.on("close", () => {
        this.#links.delete(link);
        this.#changed();
      });
      ws.on("message", (data) => this.#onMessage(link, data));
      if (link.frozen) ws.pause();
      this.#changed();
    });
  }

  #deny(socket: Duplex, status: number, reason: string, authError: number): void {
    socket.end(
      `HTTP/1.1 403 Forbidden\r\nHandshake-Status: ${status}\r\nHandshake-Msg: ${reason}\r\n` +
        `Handshake-Autherrcode: ${authError}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
    );
  }

  #changed(): void {
    this.#changes.emit({ kind: "connections", count: this.count });
  }

  /** Delivers an event, and delivers it again until it is acknowledged with 200. */
  publish(event: TwinEvent, attempt = 1): void {
    this.#send(event, attempt, (answer) => {
      const delay = this.#options.ladderMs[attempt - 1];
      if (answer?.code === 200 || delay === undefined) return;
      this.#clock.after(delay, () => this.publish(event, attempt + 1));
    });
  }

  /** Delivers a callback once and resolves with the answer, or `undefined` when none came in time. */
  call(event: TwinEvent): Promise<Answer> {
    return new Promise((resolve) => this.#send(event, 1, resolve));
  }

  /** Sends bytes as one message. Returns `false` when there is no connection. */
  sendBytes(bytes: Uint8Array): boolean {
    const link = this.#randomLink();
    if (link === undefined) return false;
    if (!link.frozen) link.ws.send(bytes);
    return true;
  }

  #randomLink(): Link | undefined {
    const links = [...this.#links];
    return links[Math.floor(Math.random() * links.length)];
  }

  #send(event: TwinEvent, attempt: number, done: (answer: Answer) => void): void {
    const link = this.#randomLink();
    const { eventType } = event;
    const sent = link !== undefined && !link.frozen;
    this.#changes.emit({ kind: "frame", eventType, attempt, sent });
    // Without a connection the delivery fails at once, and the next one follows as usual.
    if (link === undefined) return done(undefined);
    const messageId = feishuId("");
    const stop = this.#clock.after(this.#options.ackMs, () => settle(undefined));
    const settle = (answer: Answer) => {
      stop();
      // The entry stays in #pending, because a late acknowledgement is still recorded.
      done(answer);
    };
    this.#pending.set(messageId, { event, attempt, sentAt: wallNow(), settle: once(settle) });
    if (link.frozen) return;
    for (const frame of this.#frames(event, messageId)) link.ws.send(encodeFrame(frame));
  }

  #frames(event: TwinEvent, messageId: string): Frame[] {
    const payload = new TextEncoder().encode(JSON.stringify(event.envelope));
    const size = this.faults.splitBytes > 0 ? this.faults.splitBytes : payload.length;
    const sum = Math.max(1, Math.ceil(payload.length / size));
    return Array.from({ length: sum }, (_, seq) => ({
      SeqID: 0,
      LogID: 0,
      service: 33554678,
      method: 1,
      headers: Object.entries({
        type: event.frameType,
        message_id: messageId,
        sum: String(sum),
        seq: String(seq),
        trace_id: feishuId(""),
        timestamp: String(this.#clock.now()),
      }).map(([key, value]) => ({ key, value })),
      payload: payload.subarray(seq * size, (seq + 1) * size),
    }));
  }

  #onMessage(link: Link, data: unknown): void {
    if (link.frozen || !(data instanceof Uint8Array)) return;
    let frame: Frame;
    try {
      frame = decodeFrame(data);
    } catch {
      return;
    }
    if (frame.method === 0 && headerOf(frame, "type") === "ping") {
      const { clientConfig } = this.#options;
      const payload = new TextEncoder().encode(clientConfig && JSON.stringify(clientConfig));
      const headers = [{ key: "type", value: "pong" }];
      link.ws.send(encodeFrame({ ...frame, headers, payload }));
    } else if (frame.method === 1) this.#onAck(frame);
  }

  #onAck(frame: Frame): void {
    const id = headerOf(frame, "message_id") ?? "";
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    if (this.faults.acksToLose > 0) {
      this.faults.acksToLose -= 1;
      return;
    }
    this.#pending.delete(id);
    const payload = object(parseJson(new TextDecoder().decode(frame.payload)));
    const code = typeof payload.code === "number" ? payload.code : 0;
    const data = decodeData(payload.data);
    const receivedAt = wallNow();
    const { event, attempt, sentAt } = pending;
    const ack: AckRecord = {
      eventId: event.eventId,
      eventType: event.eventType,
      attempt,
      receivedAt,
      ackMs: receivedAt - sentAt,
      code,
      ...(event.messageId === undefined ? {} : { messageId: event.messageId }),
      ...(data === undefined ? {} : { data }),
    };
    if (this.acks.push(ack) > MAX_RECORDS) this.acks.shift();
    pending.settle({ code, data });
    this.#changes.emit({ kind: "ack", ack });
  }

  /** Ends all connections, cleanly or with a TCP reset. */
  closeAll(how: "clean" | "reset"): void {
    for (const { ws, socket } of this.#links) {
      if (how === "clean") ws.close(1001, "going away");
      else if ("resetAndDestroy" in socket && typeof socket.resetAndDestroy === "function") {
        socket.resetAndDestroy();
      } else socket.destroy();
    }
  }

  /** Freezes the open connections, which stay up but read and send nothing, or thaws them. */
  freeze(on: boolean): void {
    for (const link of this.#links) {
      link.frozen = on;
      if (on) link.ws.pause();
      else link.ws.resume();
    }
  }

  /** Cuts all connections and forgets the pending deliveries. */
  close(): void {
    for (const { ws } of this.#links) ws.terminate();
    this.#links.clear();
    this.#pending.clear();
    this.#server.close();
  }
}

function once(run: (answer: Answer) => void): (answer: Answer) => void {
  let ran = false;
  return (answer) => {
    if (ran) return;
    ran = true;
    run(answer);
  };
}

function decodeData(data: unknown): unknown {
  const text = string(data);
  if (text === undefined) return undefined;
  try {
    const decoded = new TextDecoder().decode(Uint8Array.fromBase64(text));
    return parseJson(decoded) ?? decoded;
  } catch {
    return text;
  }
}
