import { describe } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { OpencodeApi, sessionOf, type TurnRef } from "./v1/api.ts";
import type { Ask } from "./v1/ask.ts";
import type { ClientOptions } from "./v1/client.ts";
import type { OpencodeEvent } from "./v1/event.ts";
import { EventStream } from "./v1/events.ts";
import type { Message } from "./v1/message.ts";
import { post, type Posted, type Work } from "./v1/post.ts";
import { read, type Reading } from "./transcript/reading.ts";
import {
  concerns,
  fold,
  isOver,
  load,
  setAsks,
  setStatus,
  Transcript,
} from "./transcript/transcript.ts";

/** What is new of a turn: an event, or that events were missed and a resync is due. */
export type News = "event" | "gap";

/** How many messages are read at first; more when the turn is longer. */
const PAGE = 50;

/** opencode as the bridge uses it: sessions, prompts, and turns that can be followed. */
export class Agent {
  readonly api: OpencodeApi;
  readonly #stream: EventStream;
  readonly #log: Log;
  readonly #watches = new Set<Watch>();
  readonly #limits = new Map<string, number>();
  readonly #knownDirectories = new Set<string>();

  constructor(options: ClientOptions & { readonly log: Log }) {
    const { endpoint, onLost, log } = options;
    this.#log = log;
    this.api = new OpencodeApi(options);
    this.#stream = new EventStream({
      endpoint,
      onEvent: (event) => this.#watches.forEach((watch) => watch.take(event)),
      onOpen: () => log.debug("opencode event stream is open"),
      onGap: () => this.#watches.forEach((watch) => watch.miss()),
      onDown: (error) => {
        log.debug(`opencode event stream: ${describe(error)}`);
        onLost?.();
      },
    });
  }

  /** Keeps the event stream open until the signal aborts. */
  run(signal: AbortSignal): Promise<void> {
    return this.#stream.run(signal);
  }

  /** How the event stream is doing. */
  get stream(): { readonly open: boolean } {
    return this.#stream;
  }

  /** Creates a session in a directory and returns its id. */
  async createSession(directory: string, signal: AbortSignal): Promise<string> {
    return (await this.api.createSession(directory, signal)).id;
  }

  /** Gives a turn to opencode; see {@linkcode post}. */
  post(turn: TurnRef, work: Work, signal: AbortSignal): Promise<Posted> {
    this.#learnLimits(turn.directory, signal);
    return post(this.api, turn, work, signal);
  }

  /** Whether opencode has stored the turn's user message. */
  async hasPrompt(turn: TurnRef, signal: AbortSignal): Promise<boolean> {
    return await this.api.message(sessionOf(turn), turn.userMessageId, signal) !== undefined;
  }

  /** Ends what the session does, its tools included. */
  async abort(turn: TurnRef, signal: AbortSignal): Promise<void> {
    await this.api.abort(sessionOf(turn), signal);
  }

  /** The context window of `provider/model` in tokens, once it is known. */
  contextLimit(model: string): number | undefined {
    return this.#limits.get(model);
  }

  /** Follows a turn from now on; begin before the prompt is posted, or resync afterwards. */
  watch(turn: TurnRef, onNews: (news: News) => void): Watch {
    const watch: Watch = new Watch(turn, this.api, onNews, () => this.#watches.delete(watch));
    this.#watches.add(watch);
    return watch;
  }

  /** Reads the models' context windows in the background, once for each directory. */
  #learnLimits(directory: string, signal: AbortSignal): void {
    if (this.#knownDirectories.has(directory)) return;
    this.#knownDirectories.add(directory);
    this.api.providers(directory, signal).then(({ providers }) => {
      for (const { id, models } of providers) {
        for (const model of models) {
          if (model.context) this.#limits.set(`${id}/${model.id}`, model.context);
        }
      }
    }).catch((error) => {
      this.#knownDirectories.delete(directory);
      this.#log.debug(`cannot read the models: ${describe(error)}`);
    });
  }
}

/** A turn that is followed. */
export class Watch {
  readonly #turn: TurnRef;
  readonly #transcript: Transcript;
  readonly #api: OpencodeApi;
  readonly #onNews: (news: News) => void;
  /** Follows no longer. */
  readonly close: () => void;
  /** Events were missed since the messages were read. */
  #stale = true;
  /** How often the session was told to be idle. */
  #idles = 0;

  /** @param close Called when nobody follows any longer. */
  constructor(turn: TurnRef, api: OpencodeApi, onNews: (news: News) => void, close: () => void) {
    this.#turn = turn;
    this.#transcript = new Transcript(turn.sessionId, turn.userMessageId);
    this.#api = api;
    this.#onNews = onNews;
    this.close = close;
  }

  /** Whether the events say that it has ended. */
  get over(): boolean {
    return isOver(this.#transcript);
  }

  /** What the agent waits for; costs next to nothing. */
  get asks(): readonly Ask[] {
    // An abort leaves its unanswered asks behind, and nothing takes them back (observed).
    return this.over ? [] : [...this.#transcript.asks.values()];
  }

  /** What a reader should see now; costs time in proportion to the turn's length. */
  read(): Reading {
    return read(this.#transcript);
  }

  /** Takes an event of any session. */
  take(event: OpencodeEvent): void {
    fold(this.#transcript, event);
    if (event.type === "session.idle" && event.sessionID === this.#turn.sessionId) this.#idles++;
    if (concerns(this.#transcript, event)) this.#onNews("event");
  }

  /** Notes that events were missed: nothing is replayed, so the turn has to be read again. */
  miss(): void {
    this.#stale = true;
    this.#onNews("gap");
  }

  /**
   * Asks the server how the turn stands, and closes the gaps of the stream.
   *
   * @returns Whether the session is busy.
   */
  async resync(signal: AbortSignal): Promise<boolean> {
    const { sessionId, directory } = this.#turn;
    const idles = this.#idles;
    let status = (await this.#api.status(directory, signal)).get(sessionId);
    if (this.#stale || status === undefined) {
      // Another gap may open while we read.
      this.#stale = false;
      try {
        await this.#load(signal);
      } catch (error) {
        this.#stale = true;
        throw error;
      }
    }
    // What an event said meanwhile is newer than the status, and is not said again.
    if (this.#idles !== idles) status = undefined;
    setStatus(this.#transcript, status);
    return status !== undefined;
  }

  async #load(signal: AbortSignal): Promise<void> {
    const { directory } = this.#turn;
    load(this.#transcript, await this.#messages(signal));
    for (const id of this.#transcript.children.keys()) {
      load(this.#transcript, await this.#api.messages({ id, directory }, { limit: PAGE }, signal));
    }
    setAsks(this.#transcript, await this.#api.asks(directory, signal));
  }

  /** The session's messages back to the turn's prompt, or all when it is not among them. */
  async #messages(signal: AbortSignal): Promise<Message[]> {
    for (let limit = PAGE;; limit *= 8) {
      const messages = await this.#api.messages(sessionOf(this.#turn), { limit }, signal);
      const found = messages.some(({ info }) => info.id === this.#turn.userMessageId);
      if (found || messages.length < limit) return messages;
    }
  }
}
