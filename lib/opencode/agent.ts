import { describe } from "../errors.ts";
import type { Log } from "../log.ts";
import { OpencodeApi } from "./api.ts";
import type { EndpointSource } from "./client.ts";
import { EventStream } from "./events.ts";
import { post, type Posted, type TurnRef, type Work } from "./post.ts";
import { read, type Reading } from "./reading.ts";
import { concerns, fold, isOver, load, setAsks, setStatus, Transcript } from "./transcript.ts";
import type { Ask, Message, OpencodeEvent } from "./types.ts";

/** A turn that is followed. */
export interface Watch {
  /** Whether the events say that it has ended. */
  readonly over: boolean;
  /** What the agent waits for; costs next to nothing. */
  readonly asks: readonly Ask[];
  /** What a reader should see now; costs time in proportion to the turn's length. */
  read(): Reading;
  /**
   * Asks the server how the turn stands, and closes the gaps of the stream.
   *
   * @returns Whether the session is busy.
   */
  resync(signal: AbortSignal): Promise<boolean>;
  /** Follows no longer. */
  close(): void;
}

/** What an {@linkcode Agent} needs. */
export interface AgentOptions {
  readonly endpoint: EndpointSource;
  /** Called when the event stream is lost, or a call gets no answer: the server may be in trouble. */
  readonly onLost?: (() => void) | undefined;
  readonly log: Log;
}

/** What is new of a turn: an event, or that events were missed and a resync is due. */
export type News = "event" | "gap";

interface Followed {
  readonly transcript: Transcript;
  readonly onNews: (news: News) => void;
  /** Events were missed since the messages were read. */
  stale: boolean;
  /** How often the session was told to be idle. */
  idles: number;
}

/** How many messages are read at first; more when the turn is longer. */
const PAGE = 50;

/** opencode as the bridge uses it: sessions, prompts, and turns that can be followed. */
export class Agent {
  readonly api: OpencodeApi;
  readonly #stream: EventStream;
  readonly #log: Log;
  readonly #followed = new Set<Followed>();
  readonly #limits = new Map<string, number>();
  readonly #knownDirectories = new Set<string>();

  constructor(options: AgentOptions) {
    this.#log = options.log;
    this.api = new OpencodeApi(options);
    this.#stream = new EventStream({
      endpoint: options.endpoint,
      onEvent: (event) => this.#take(event),
      onOpen: () => this.#opened(),
      onDown: (error) => {
        options.log.debug(`opencode event stream: ${describe(error)}`);
        options.onLost?.();
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
    return (await this.api.createSession({ directory }, signal)).id;
  }

  /** Gives a turn to opencode; see {@linkcode post}. */
  post(turn: TurnRef, work: Work, signal: AbortSignal): Promise<Posted> {
    this.#learnLimits(turn.directory, signal);
    return post(this.api, turn, work, signal);
  }

  /** Whether opencode has stored the turn's user message. */
  async hasPrompt(turn: TurnRef, signal: AbortSignal): Promise<boolean> {
    return await this.api.message(session(turn), turn.userMessageId, signal) !== undefined;
  }

  /** Ends what the session does, its tools included. */
  async abort(turn: TurnRef, signal: AbortSignal): Promise<void> {
    await this.api.abort(session(turn), signal);
  }

  /** The context window of `provider/model` in tokens, once it is known. */
  contextLimit(model: string): number | undefined {
    return this.#limits.get(model);
  }

  /** Follows a turn from now on; begin before the prompt is posted, or resync afterwards. */
  watch(turn: TurnRef, onNews: (news: News) => void): Watch {
    const transcript = new Transcript(turn.sessionId, turn.userMessageId);
    const followed: Followed = { transcript, onNews, stale: true, idles: 0 };
    this.#followed.add(followed);
    return {
      get over() {
        return isOver(transcript);
      },
      get asks() {
        // An abort leaves its unanswered asks behind, and nothing takes them back (observed).
        return isOver(transcript) ? [] : [...transcript.asks.values()];
      },
      read: () => read(transcript),
      resync: (signal) => this.#resync(turn, followed, signal),
      close: () => void this.#followed.delete(followed),
    };
  }

  #take(event: OpencodeEvent): void {
    for (const followed of this.#followed) {
      const { transcript, onNews } = followed;
      fold(transcript, event);
      if (event.type === "session.idle" && event.sessionID === transcript.sessionId) {
        followed.idles++;
      }
      if (concerns(transcript, event)) onNews("event");
    }
  }

  /** Nothing is replayed, so each turn has to be read again. */
  #opened(): void {
    this.#log.debug("opencode event stream is open");
    for (const followed of this.#followed) {
      followed.stale = true;
      followed.onNews("gap");
    }
  }

  async #resync(turn: TurnRef, followed: Followed, signal: AbortSignal): Promise<boolean> {
    const { transcript } = followed;
    const { idles } = followed;
    let status = (await this.api.status(turn.directory, signal)).get(turn.sessionId);
    if (followed.stale || status === undefined) {
      // Another gap may open while we read.
      followed.stale = false;
      try {
        load(transcript, await this.#messages(turn, signal));
        for (const child of transcript.children.keys()) {
          const ref = { id: child, directory: turn.directory };
          load(transcript, await this.api.messages(ref, { limit: PAGE }, signal));
        }
        const asks = await Promise.all([
          this.api.permissions(turn.directory, signal),
          this.api.questions(turn.directory, signal),
        ]);
        setAsks(transcript, asks.flat());
      } catch (error) {
        followed.stale = true;
        throw error;
      }
    }
    // What an event said meanwhile is newer than the status, and is not said again.
    if (followed.idles !== idles) status = undefined;
    setStatus(transcript, status);
    return status !== undefined;
  }

  /** The session's messages back to the turn's prompt, or all when it is not among them. */
  async #messages(turn: TurnRef, signal: AbortSignal): Promise<Message[]> {
    for (let limit = PAGE;; limit *= 8) {
      const messages = await this.api.messages(session(turn), { limit }, signal);
      const found = messages.some(({ info }) => info.id === turn.userMessageId);
      if (found || messages.length < limit) return messages;
    }
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

function session(turn: TurnRef): { id: string; directory: string } {
  return { id: turn.sessionId, directory: turn.directory };
}
