import { delay } from "@std/async";
import { createParser } from "eventsource-parser";
import { ApiError, NetworkError } from "../../base/errors.ts";
import { parseJson } from "../../base/json.ts";
import type { EndpointSource } from "./client.ts";
import { type OpencodeEvent, parseGlobalEvent } from "./event.ts";
import { request, unanswered } from "./request.ts";

/** What an {@linkcode EventStream} needs. Exceptions of the callbacks count as a failure of the stream. */
export interface EventStreamOptions {
  /** Awaited before each connection; may start the server. */
  readonly endpoint: EndpointSource;
  /** Gets every event that we know, `server.connected` included, in the order of the stream. */
  readonly onEvent: (event: OpencodeEvent) => void;
  /** Called after each `server.connected`. */
  readonly onOpen?: () => void;
  /** Called when events may have been missed, then and a second later: the sessions must be read. */
  readonly onGap?: () => void;
  /** Called when a connection failed or ended; the next attempt follows by itself. */
  readonly onDown?: (error: unknown) => void;
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
/**
 * Milliseconds after `server.connected` in which events may still be missed: the server says it before it
 * listens, and a busy one long before (0.3 s seen on opencode 1.18.33).
 */
const DEAF_MS = 1_000;
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
      const error = await this.#connect(signal).catch((error: unknown) => error);
      if (this.#open) backoff = backoffMs;
      this.#open = false;
      if (signal.aborted) return;
      onDown?.(error);
      await delay(backoff, { signal }).catch(() => {});
    }
  }

  /** Takes events until the connection ends, which is an error. */
  async #connect(signal: AbortSignal): Promise<never> {
    const { silenceMs = 30_000, openMs = 10_000, endpoint } = this.#options;
    const { onEvent, onOpen, onGap } = this.#options;
    const server = await endpoint(signal);
    const silent = new AbortController();
    const ended = AbortSignal.any([signal, silent.signal]);
    const bark = () => silent.abort(new DOMException("no sign of life", "TimeoutError"));
    let timer = setTimeout(bark, openMs);
    let deaf: ReturnType<typeof setTimeout> | undefined;
    const onText = () => {
      clearTimeout(timer);
      timer = setTimeout(bark, this.#open ? silenceMs : openMs);
    };
    const parser = createParser({
      maxBufferSize: MAX_BUFFER,
      onEvent: ({ data }) => {
        const event = data.length > MAX_FRAME ? undefined : parseGlobalEvent(parseJson(data));
        if (event === undefined) return;
        onEvent(event);
        if (event.type !== "server.connected") return;
        this.#open = true;
        onText();
        onOpen?.();
        onGap?.();
        clearTimeout(deaf);
        deaf = setTimeout(() => onGap?.(), DEAF_MS);
      },
    });
    try {
      const url = new URL("/global/event", server.url);
      const init = { signal: ended };
      const response = await request(server, METHOD, url, "text/event-stream", init);
      for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        // A heartbeat may be a comment or half an event too.
        onText();
        parser.feed(text);
      }
      // Its use here keeps the response: one that is collected ends with no signal any more (Deno 2.9.6).
      const message = `opencode closed its event stream (HTTP ${response.status})`;
      throw new NetworkError(message, { service: "opencode", method: METHOD });
    } catch (error) {
      if (error instanceof ApiError || error instanceof NetworkError) throw error;
      throw unanswered(ended.aborted ? ended.reason : error, METHOD);
    } finally {
      clearTimeout(timer);
      clearTimeout(deaf);
    }
  }
}
