import { delay } from "@std/async";
import { EventSourceParserStream } from "eventsource-parser/stream";
import { ApiError, NetworkError } from "../errors.ts";
import { parseJson } from "../json.ts";
import type { EndpointSource } from "./client.ts";
import { type OpencodeEvent, parseGlobalEvent } from "./event.ts";
import { type Endpoint, request, unanswered } from "./request.ts";

/** What an {@linkcode EventStream} needs. Exceptions of the callbacks count as a failure of the stream. */
export interface EventStreamOptions {
  /** Awaited before each connection; may start the server. */
  readonly endpoint: EndpointSource;
  /** Gets every event that we know, `server.connected` included, in the order of the stream. */
  readonly onEvent: (event: OpencodeEvent) => void;
  /** Called after each `server.connected`: what happened before it must be read from the sessions. */
  readonly onOpen?: () => void;
  /** Called when a connection failed or ended; the next attempt follows by itself. */
  readonly onDown?: (error: Error) => void;
  /** Milliseconds without a byte after which a connection is dead; 30 s unless given. */
  readonly silenceMs?: number;
  /** Milliseconds until a new connection must have said `server.connected`; 10 s unless given. */
  readonly openMs?: number;
  /** Milliseconds before the first reconnect, doubling; 250 unless given. */
  readonly backoffMs?: number;
}

/** Most milliseconds between two attempts. */
const MAX_BACKOFF_MS = 10_000;
/** Characters of one frame beyond which it is skipped: no event that we use is that large. */
const MAX_FRAME = 16 * 1024 * 1024;
/** Characters beyond which waiting for a frame's end would take too much memory. */
const MAX_BUFFER = 4 * MAX_FRAME;
const METHOD = "GET /global/event";

/**
 * The events of all directories through one connection to `/global/event`, which is opened again as often
 * as it takes. The server sends a heartbeat every 10 s and replays nothing (observed on opencode 1.18.33).
 */
export class EventStream {
  readonly #options: EventStreamOptions;
  #open = false;

  constructor(options: EventStreamOptions) {
    this.#options = options;
  }

  /** Whether events come in now. */
  get open(): boolean {
    return this.#open;
  }

  /** Keeps the stream open until the signal aborts; then it resolves. */
  async run(signal: AbortSignal): Promise<void> {
    const { backoffMs = 250, onDown } = this.#options;
    for (
      let backoff = backoffMs;
      !signal.aborted;
      backoff = Math.min(2 * backoff, MAX_BACKOFF_MS)
    ) {
      let error: unknown;
      try {
        await this.#connect(signal);
        const details = { service: "opencode", method: METHOD } as const;
        error = new NetworkError("opencode closed its event stream", details);
      } catch (cause) {
        error = cause;
      }
      if (this.#open) backoff = backoffMs;
      this.#open = false;
      if (signal.aborted) return;
      onDown?.(error instanceof Error ? error : unanswered(error, METHOD));
      await delay(backoff, { signal }).catch(() => {});
    }
  }

  async #connect(signal: AbortSignal): Promise<void> {
    const { silenceMs = 30_000, openMs = 10_000, endpoint, onEvent, onOpen } = this.#options;
    const server = await endpoint(signal);
    const silent = new AbortController();
    const bark = () => silent.abort(new DOMException("no sign of life", "TimeoutError"));
    let timer = setTimeout(bark, openMs);
    const onByte = () => {
      clearTimeout(timer);
      timer = setTimeout(bark, this.#open ? silenceMs : openMs);
    };
    try {
      for await (const data of frames(server, onByte, signal, silent.signal)) {
        const event = data.length > MAX_FRAME ? undefined : parseGlobalEvent(parseJson(data));
        if (event === undefined) continue;
        onEvent(event);
        if (event.type !== "server.connected") continue;
        this.#open = true;
        onByte();
        onOpen?.();
      }
    } finally {
      clearTimeout(timer);
    }
  }
}

/** The data of each frame. What goes wrong with the connection is thrown as one of our errors. */
async function* frames(
  server: Endpoint,
  onByte: () => void,
  signal: AbortSignal,
  silent: AbortSignal,
): AsyncGenerator<string> {
  // Counted before the parser, since a heartbeat may be a comment or half an event too.
  const heartbeat = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform: (chunk, controller) => {
      onByte();
      controller.enqueue(chunk);
    },
  });
  try {
    const url = new URL("/global/event", server.url);
    const init = { signal: AbortSignal.any([signal, silent]) };
    const response = await request(server, METHOD, url, "text/event-stream", init);
    const parsed = response.body
      ?.pipeThrough(heartbeat)
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream({ maxBufferSize: MAX_BUFFER }));
    for await (const { data } of parsed ?? []) yield data;
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw unanswered(silent.aborted ? silent.reason : error, METHOD);
  }
}
