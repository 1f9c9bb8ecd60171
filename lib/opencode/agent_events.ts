import { ApiError, describe, NetworkError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { SharedReads } from "../base/waiting/shared_reads.ts";
import type { News } from "../model/news.ts";
import type { Answered } from "../model/ports.ts";
import type { Run } from "../model/turn.ts";
import { describeOutsideAct } from "./describe_outside_act.ts";
import { Drift } from "./drift.ts";
import { Follower } from "./follower.ts";
import { giveAnswer, type GivenAnswer } from "./give_answer.ts";
import type { Endpoint, EndpointSource } from "./http/endpoint.ts";
import { EventStream } from "./http/event_stream.ts";
import { reason } from "./http/reason.ts";
import { type OutsideEvent, OutsideWatch } from "./outside_watch.ts";
import type { PendingRequest, SessionEvent, SessionStatus } from "./transcript/event.ts";
import type { Wire } from "./wire.ts";

/** What {@linkcode AgentEvents} need. */
export interface AgentEventsOptions {
  readonly endpoint: EndpointSource;
  readonly wireOf: (server: Endpoint) => Wire;
  /** Does something with the adapter for the server that answers. */
  readonly use: <T>(signal: AbortSignal, act: (wire: Wire) => Promise<T>) => Promise<T>;
  /** Called when an event has been taken. */
  readonly onTaken?: () => void;
  /** Called when the server does not answer. */
  readonly onLost?: (() => void) | undefined;
  readonly log: Log;
}

/** opencode's events, and who listens to them: the turns that are followed, and who looks for others. */
export class AgentEvents {
  readonly #options: AgentEventsOptions;
  readonly #stream: EventStream;
  readonly #followers = new Set<Follower>();
  readonly #watch = new OutsideWatch();
  readonly #drift: Drift;
  /** By directory, what all its turns ask for at the same time: after a start, or a gap. */
  readonly #statuses: SharedReads<ReadonlyMap<string, SessionStatus>>;
  readonly #requests: SharedReads<readonly PendingRequest[] | undefined>;
  #trouble = "";
  /** Whether the log tells that no events come in. */
  #isTold = false;
  #showsOthers = false;
  #onBegun: (sessionId?: string) => void = () => {};

  constructor(options: AgentEventsOptions) {
    this.#options = options;
    this.#drift = new Drift(options.log);
    const { endpoint, wireOf, use, onLost, log } = options;
    this.#statuses = new SharedReads((directory, signal) =>
      use(signal, (wire) => wire.status(directory, signal))
    );
    this.#requests = new SharedReads(async (directory, signal) => {
      const listed = await use(signal, (wire) => wire.requests(directory, signal));
      if (listed !== undefined) this.#watch.learn(listed);
      return listed;
    });
    this.#stream = new EventStream({
      source: async (signal) => {
        const server = await endpoint(signal);
        const { stream, showsOthers } = wireOf(server);
        this.#showsOthers = showsOthers;
        const { generation = 1 } = server;
        const read = (frame: unknown) => {
          this.#drift.note(frame, generation);
          return stream.read(frame);
        };
        return { endpoint: server, ...stream, read };
      },
      onEvent: (event) => this.#take(event),
      onOpen: () => {
        this.#trouble = "";
        this.#isTold = false;
        log.debug("opencode event stream is open");
        if (this.#showsOthers) this.#onBegun();
      },
      onGap: () => this.#followers.forEach((follower) => follower.miss()),
      onDown: (error, wasOpen) => {
        this.#trouble = reason(error);
        const isNews = !wasOpen && !this.#isTold && wasSent(error);
        this.#isTold ||= isNews;
        if (isNews) {
          log.warn(
            `opencode's events do not come, so turns are read now and then: ${this.#trouble}`,
          );
        } else log.debug(`opencode event stream: ${describe(error)}`);
        onLost?.();
      },
    });
  }

  /** Whether events come in now. */
  get open(): boolean {
    return this.#stream.open;
  }

  /** Why no events come in; empty while they do, and before the first attempt. */
  get trouble(): string {
    return this.#trouble;
  }

  /** The types of events that are not known here; see {@linkcode Drift}. */
  get unknown(): string {
    return this.#drift.summary;
  }

  /** Keeps the event stream open until the signal aborts; then it resolves. */
  run(signal: AbortSignal): Promise<void> {
    return this.#stream.run(signal);
  }

  /** Calls back when a turn may have begun that nobody follows; see `Agent.watch`. */
  watch(onBegun: (sessionId?: string) => void): void {
    this.#onBegun = onBegun;
  }

  /** Follows a turn from now on. */
  follow(run: Run, onNews: (news: News) => void): Follower {
    const { use } = this.#options;
    const follower: Follower = new Follower(run, {
      wire: {
        status: (directory, signal) => this.#statuses.get(directory, signal),
        messages: (session, query, signal) =>
          use(signal, (wire) => wire.messages(session, query, signal)),
        requests: (directory, signal) => this.#requests.get(directory, signal),
      },
      onNews,
      onMissed: (pending, answer) => {
        const outside = this.#watch.miss(pending, answer);
        if (outside) this.#report(outside);
      },
      onClose: () => this.#followers.delete(follower),
    });
    this.#followers.add(follower);
    return follower;
  }

  /** The turns that are followed. */
  get followers(): Iterable<Follower> {
    return this.#followers;
  }

  /** Gives an answer of ours, so that it is not taken for somebody else's. */
  give(answer: GivenAnswer): Promise<Answered> {
    return giveAnswer(answer, this.#watch, (event) => this.#report(event));
  }

  #take(event: SessionEvent): void {
    const outside = this.#watch.take(event);
    // First, so that it is known why a request has gone.
    if (outside) this.#report(outside);
    this.#followers.forEach((follower) => follower.take(event));
    this.#options.onTaken?.();
    if (event.type !== "begun") return;
    const isOfTurn = [...this.#followers].some((one) => one.has(event.promptId));
    if (!isOfTurn) this.#onBegun(event.sessionId);
  }

  #report(event: OutsideEvent): void {
    this.#options.log.warn(describeOutsideAct(event));
    this.#followers.forEach((follower) => follower.take(event));
  }
}

/** Whether a server was there that was asked for its events. That none is there is told elsewhere. */
function wasSent(error: unknown): boolean {
  return error instanceof ApiError || (error instanceof NetworkError && !error.isUnsent);
}
