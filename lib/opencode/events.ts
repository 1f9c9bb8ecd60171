import { delay } from "@std/async";
import { EventSourceParserStream } from "eventsource-parser/stream";
import { ApiError, NetworkError } from "../errors.ts";
import type { EndpointSource } from "./client.ts";
import { parseGlobalEvent } from "./parse_event.ts";
import { hasType, headers, refusal, unanswered } from "./refusal.ts";
import type { Endpoint } from "./readiness.ts";
import type { OpencodeEvent } from "./types.ts";

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
  /** Most milliseconds between two attempts; 10 s unless given. */
  readonly maxBackoffMs?: number;
}

/** How the stream is doing. Times are milliseconds since 1970. */
export interface StreamState {
  open: boolean;
  /** When it was opened or lost; when it was begun at first. */
  since: number;
  lastEventAt?: number | undefined;
  /** Connections tried since it was open last. */
  attempts: number;
}

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
  readonly #state: StreamState = { open: false, since: Date.now(), attempts: 0 };

  constructor(options: EventStreamOptions) {
    this.#options = options;
  }

  /** How the stream is doing now. */
  state(): StreamState {
    return { ...this.#state };
  }

  /** Keeps the stream open until the signal aborts; then it resolves. */
  async run(signal: AbortSignal): Promise<void> {
    const { backoffMs = 250, maxBackoffMs = 10_000, onDown } = this.#options;
    let backoff = backoffMs;
    while (!signal.aborted) {
      this.#state.attempts++;
      let error: unknown;
      try {
        await this.#connect(signal);
        error = new NetworkError("opencode closed its event stream", {
          service: "opencode",
          method: METHOD,
        });
      } catch (cause) {
        error = cause;
      }
      if (this.#state.open) backoff = backoffMs;
      this.#setOpen(false);
      if (signal.aborted) return;
      onDown?.(error instanceof Error ? error : unanswered(error, METHOD));
      await delay(backoff, { signal }).catch(() => {});
      backoff = Math.min(2 * backoff, maxBackoffMs);
    }
  }

  async #connect(signal: AbortSignal): Promise<void> {
    const { silenceMs = 30_000, openMs = 10_000, endpoint, onEvent, onOpen } = this.#options;
    const server = await endpoint(signal);
    const silent = new AbortController();
    const watchdog = new Watchdog(openMs, () => {
      silent.abort(new DOMException("no sign of life", "TimeoutError"));
    });
    try {
      for await (const data of frames(server, watchdog, signal, silent.signal)) {
        const event = parseFrame(data);
        if (event === undefined) continue;
        this.#state.lastEventAt = Date.now();
        onEvent(event);
        if (event.type !== "server.connected") continue;
        watchdog.limit = silenceMs;
        watchdog.feed();
        this.#setOpen(true);
        onOpen?.();
      }
    } finally {
      watchdog.stop();
    }
  }

  #setOpen(open: boolean): void {
    if (open) this.#state.attempts = 0;
    if (open === this.#state.open) return;
    this.#state.open = open;
    this.#state.since = Date.now();
  }
}

/** Barks when it was not fed for `limit` milliseconds. */
class Watchdog {
  limit: number;
  readonly #bark: () => void;
  #timer: ReturnType<typeof setTimeout>;

  constructor(limit: number, bark: () => void) {
    this.limit = limit;
    this.#bark = bark;
    this.#timer = setTimeout(bark, limit);
  }

  feed(): void {
    this.stop();
    this.#timer = setTimeout(this.#bark, this.limit);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}

/** The data of each frame. What goes wrong with the connection is thrown as one of our errors. */
async function* frames(
  server: Endpoint,
  watchdog: Watchdog,
  signal: AbortSignal,
  silent: AbortSignal,
): AsyncGenerator<string> {
  // Counted before the parser, since a heartbeat may be a comment or half an event too.
  const heartbeat = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform: (chunk, controller) => {
      watchdog.feed();
      controller.enqueue(chunk);
    },
  });
  try {
    const response = await fetch(new URL("/global/event", server.url), {
      headers: headers(server),
      signal: AbortSignal.any([signal, silent]),
    });
    if (!response.ok || !response.body || !hasType(response, "text/event-stream")) {
      throw await refusal(response, METHOD);
    }
    const parsed = response.body
      .pipeThrough(heartbeat)
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream({ maxBufferSize: MAX_BUFFER }));
    for await (const { data } of parsed) yield data;
  } catch (error) {
    if (error instanceof ApiError) throw error;
    throw unanswered(silent.aborted ? silent.reason : error, METHOD);
  }
}

function parseFrame(data: string): OpencodeEvent | undefined {
  if (data.length > MAX_FRAME) return undefined;
  try {
    return parseGlobalEvent(JSON.parse(data));
  } catch {
    return undefined;
  }
}
