import { createParser } from "eventsource-parser";
import { backoff } from "../../base/waiting/backoff.ts";
import { ApiError, NetworkError } from "../../base/errors.ts";
import { parseJson } from "../../base/json.ts";
import { pause } from "../../base/waiting/wakeup.ts";
import type { SessionEvent } from "../transcript/event.ts";
import { type Endpoint, urlOf } from "./endpoint.ts";
import { request, unanswered } from "./request.ts";

/** What an {@linkcode EventStream} calls. An exception of theirs counts as a failure of the stream. */
export interface StreamHandlers {
  /** Called with every event, `connected` included, in the order of the stream. */
  readonly onEvent: (event: SessionEvent) => void;
  /** Called after each `connected`. */
  readonly onOpen?: () => void;
  /**
   * Called when events may have been missed: after each `connected` and a second later, and after each attempt that
   * did not bring one.
   */
  readonly onGap?: () => void;
  /** Called when a connection failed, or ended after it was open; the next attempt follows by itself. */
  readonly onDown?: (error: unknown, wasOpen: boolean) => void;
}

/** How a generation of opencode sends its events. */
export interface StreamKind {
  /** The path of the server-sent events. */
  readonly path: string;
  /** Milliseconds without a byte after which a connection is dead. */
  readonly silenceMs: number;
  /** Turns the JSON of a frame into what happened; nothing for what is not used. */
  readonly read: (frame: unknown) => readonly SessionEvent[];
}

/** Where a connection goes, and what comes from there. */
export interface StreamSource extends StreamKind {
  readonly endpoint: Endpoint;
}

/** What an {@linkcode EventStream} needs. */
export interface EventStreamOptions extends StreamHandlers {
  /** Awaited before each connection; may start the server. */
  readonly source: (signal: AbortSignal) => Promise<StreamSource>;
  /** Milliseconds within which a new connection must bring `connected`; 10 s unless given. */
  readonly openMs?: number;
  /** Milliseconds before the first reconnect, doubling; 250 unless given. */
  readonly backoffMs?: number;
}

/** Most milliseconds between two attempts. */
const MAX_BACKOFF_MS = 10_000;
/** A connection that was open for so many milliseconds was lost for a new reason: the waits begin anew. */
const STABLE_MS = 2_000;
/** Characters above which a frame is skipped: no event that we use is that large. */
const MAX_FRAME = 16 * 1024 * 1024;
/** Characters above which a frame without an end breaks the connection, to save memory. */
const MAX_BUFFER = 4 * MAX_FRAME;
/**
 * Milliseconds after `connected` in which events may still be missed: the server sends it before it
 * listens to its own events (up to 0.3 s before on a busy opencode 1.18.33).
 */
const DEAF_MS = 1_000;

/** The events of all directories through one connection, which is opened again whenever it is lost. */
export class EventStream {
  readonly #options: EventStreamOptions;
  #open = false;
  #openedAt = 0;

  constructor(options: EventStreamOptions) {
    this.#options = options;
  }

  /** Whether events come in now. */
  get open(): boolean {
    return this.#open;
  }

  /** Keeps the stream open until the signal aborts; then it resolves. */
  async run(signal: AbortSignal): Promise<void> {
    const { backoffMs: firstMs = 250, onDown, onGap } = this.#options;
    let failures = 0;
    while (!signal.aborted) {
      const error = await this.#connect(signal).catch((error: unknown) => error);
      const wasOpen = this.#open;
      const isNews = wasOpen && performance.now() - this.#openedAt > STABLE_MS;
      failures = isNews ? 1 : failures + 1;
      this.#open = false;
      if (signal.aborted) return;
      onDown?.(error, wasOpen);
      // A gateway may let no events through, while it answers requests.
      if (!wasOpen) onGap?.();
      await pause(backoff(failures, { firstMs, maxMs: MAX_BACKOFF_MS }), signal);
    }
  }

  /** Takes events until the connection ends, which is an error. */
  async #connect(signal: AbortSignal): Promise<never> {
    const { openMs = 10_000, source } = this.#options;
    const { endpoint, path, silenceMs, read } = await source(signal);
    const method = `GET ${path}`;
    const silent = new AbortController();
    const ended = AbortSignal.any([signal, silent.signal]);
    const giveUp = () => silent.abort(new DOMException("no sign of life", "TimeoutError"));
    let timer = setTimeout(giveUp, openMs);
    let deaf: ReturnType<typeof setTimeout> | undefined;
    const onText = () => {
      clearTimeout(timer);
      timer = setTimeout(giveUp, this.#open ? silenceMs : openMs);
    };
    const parser = createParser({
      maxBufferSize: MAX_BUFFER,
      onEvent: ({ data }) => {
        if (data.length > MAX_FRAME || !this.#take(read(parseJson(data)))) return;
        onText();
        clearTimeout(deaf);
        deaf = setTimeout(() => this.#options.onGap?.(), DEAF_MS);
      },
    });
    try {
      const url = urlOf(endpoint, path);
      const init = { signal: ended };
      const response = await request(endpoint, method, url, "text/event-stream", init);
      for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        // A heartbeat may be a comment, and a chunk may be half an event.
        onText();
        parser.feed(text);
      }
      // This use keeps the response alive: the signal has no effect on a collected one (Deno 2.9.6).
      const message = `opencode closed its event stream (HTTP ${response.status})`;
      throw new NetworkError(message, { service: "opencode", method });
    } catch (error) {
      if (error instanceof ApiError || error instanceof NetworkError) throw error;
      throw unanswered(ended.aborted ? ended.reason : error, method);
    } finally {
      clearTimeout(timer);
      clearTimeout(deaf);
    }
  }

  /** Hands on the events of a frame; returns whether it opened the stream. */
  #take(events: readonly SessionEvent[]): boolean {
    const { onEvent, onOpen, onGap } = this.#options;
    events.forEach(onEvent);
    if (!events.some(({ type }) => type === "connected")) return false;
    if (!this.#open) this.#openedAt = performance.now();
    this.#open = true;
    onOpen?.();
    onGap?.();
    return true;
  }
}
