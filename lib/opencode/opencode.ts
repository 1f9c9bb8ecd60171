import { ApiError, describe } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { PermissionReply, RequestAnswer } from "../model/agent_request.ts";
import type { FollowedTurn } from "../model/followed_turn.ts";
import type { News } from "../model/news.ts";
import type { Agent, Answered, Posted, Unstored } from "../model/ports.ts";
import type {
  AgentCommand,
  PastTurn,
  Session,
  SessionHistory,
  SessionRef,
} from "../model/session.ts";
import type { FilePatch } from "../model/tool_call.ts";
import type { Run, Work } from "../model/turn.ts";
import { describeAskRules } from "./describe_ask_rules.ts";
import { describeOutsideAct } from "./describe_outside_act.ts";
import { Follower } from "./follower.ts";
import type { ClientOptions } from "./http/client.ts";
import { reason } from "./http/reason.ts";
import { type OutsideEvent, OutsideWatch } from "./outside_watch.ts";
import { readHistory } from "./read_history.ts";
import { WireV1 } from "./v1/wire_v1.ts";
import { type Events, type Provider, sessionOf, type Wire } from "./wire.ts";

/** What an {@linkcode Opencode} needs. */
export interface OpencodeOptions extends ClientOptions {
  readonly log: Log;
}

/** How many sessions of a directory are listed. */
const SESSIONS = 200;

/** opencode as the bridge uses it, whichever generation of its API the server speaks. */
export class Opencode implements Agent {
  readonly #wire: Wire;
  readonly #events: Events;
  readonly #log: Log;
  readonly #followers = new Set<Follower>();
  readonly #watch = new OutsideWatch();
  #trouble = "";
  /** `provider/model` → context window in tokens. */
  readonly #limits = new Map<string, number>();
  /** The directories whose models' context windows were asked for. */
  readonly #directories = new Set<string>();

  constructor(options: OpencodeOptions) {
    const { onLost, log } = options;
    this.#log = log;
    this.#wire = new WireV1(options);
    this.#events = this.#wire.events({
      onEvent: (event) => {
        const outside = this.#watch.take(event);
        // First, so that it is known why a request has gone.
        if (outside) this.#report(outside);
        this.#followers.forEach((follower) => follower.take(event));
      },
      onOpen: () => {
        this.#trouble = "";
        log.debug("opencode event stream is open");
      },
      onGap: () => this.#followers.forEach((follower) => follower.miss()),
      onDown: (error) => {
        this.#trouble = reason(error);
        log.debug(`opencode event stream: ${describe(error)}`);
        onLost?.();
      },
    });
  }

  /** Keeps the event stream open until the signal aborts; then it resolves. */
  run(signal: AbortSignal): Promise<void> {
    return this.#events.run(signal);
  }

  /** Whether events come in now. */
  get open(): boolean {
    return this.#events.open;
  }

  /** Why no events come in; empty while they do, and before the first attempt. */
  get trouble(): string {
    return this.#trouble;
  }

  async createSession(directory: string, signal: AbortSignal): Promise<string> {
    return (await this.#wire.createSession(directory, signal)).id;
  }

  session(session: SessionRef, signal: AbortSignal): Promise<Session | undefined> {
    return this.#wire.session(session, signal);
  }

  async sessions(directory: string, signal: AbortSignal): Promise<Session[]> {
    const found = await this.#wire.sessions({ directory, limit: SESSIONS }, signal);
    return found.filter(({ archived }) => archived === undefined);
  }

  history(session: SessionRef, signal: AbortSignal): Promise<SessionHistory | undefined> {
    return readHistory(this.#wire, session, signal);
  }

  async changes(session: SessionRef, turn: PastTurn, signal: AbortSignal): Promise<FilePatch[]> {
    const snapshots = await Promise.all(
      turn.promptIds.map((id) => this.#wire.diff(session, id, signal)),
    );
    const known = snapshots.flat();
    // opencode compares in git directories only; elsewhere its edits have to do.
    return known.length > 0 ? known : await this.#wire.edits(session, turn.id, signal);
  }

  async rewind(session: SessionRef, turnId: string | null, signal: AbortSignal): Promise<boolean> {
    const request = turnId === null
      ? this.#wire.unrevert(session, signal)
      : this.#wire.revert(session, turnId, signal);
    return await unlessRefused(request, 409);
  }

  async restoredFiles(
    session: SessionRef,
    { id }: PastTurn,
    signal: AbortSignal,
  ): Promise<string[]> {
    return (await this.#wire.diff(session, id, signal)).map(({ file }) => file);
  }

  begin(
    { id: sessionId, directory }: SessionRef,
    { model, agent }: { readonly model?: string | undefined; readonly agent?: string | undefined },
  ): Run {
    return {
      sessionId,
      directory,
      ...this.#wire.newIds(),
      startedAt: Date.now(),
      ...(model !== undefined && { model }),
      ...(agent !== undefined && { agent }),
    };
  }

  post(run: Run, work: Work, signal: AbortSignal, cancelled?: AbortSignal): Promise<Posted> {
    this.#learnLimits(run.directory, signal);
    return this.#wire.post(run, work, signal, cancelled);
  }

  posted(run: Run, work: Work, signal: AbortSignal): Promise<Posted | undefined> {
    return this.#wire.posted(run, work, signal);
  }

  unstored(run: Run, work: Work, signal: AbortSignal): Promise<Unstored> {
    return this.#wire.unstored(run, work, signal);
  }

  async isBusy({ id, directory }: SessionRef, signal: AbortSignal): Promise<boolean> {
    return (await this.#wire.status(directory, signal)).has(id);
  }

  follow(run: Run, onNews: (news: News) => void): FollowedTurn {
    const follower: Follower = new Follower(run, {
      wire: {
        status: (directory, signal) => this.#wire.status(directory, signal),
        messages: (session, query, signal) => this.#wire.messages(session, query, signal),
        requests: async (directory, signal) => {
          const listed = await this.#wire.requests(directory, signal);
          if (listed !== undefined) this.#watch.learn(listed);
          return listed;
        },
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

  async abort(run: Run, signal: AbortSignal): Promise<void> {
    await this.#wire.abort(sessionOf(run), signal);
  }

  async withdraw(run: Run, signal: AbortSignal): Promise<void> {
    await this.#wire.removeMessage(sessionOf(run), run.userMessageId, signal);
  }

  async decide(
    directory: string,
    requestId: string,
    reply: PermissionReply,
    signal: AbortSignal,
  ): Promise<Answered> {
    const answer: RequestAnswer = { kind: "permission", reply: reply.reply };
    const request = () => this.#wire.replyPermission(directory, requestId, reply, signal);
    return await this.#give(requestId, answer, request);
  }

  async answer(
    directory: string,
    requestId: string,
    answers: readonly (readonly string[])[],
    signal: AbortSignal,
  ): Promise<Answered> {
    const request = () => this.#wire.replyQuestion(directory, requestId, answers, signal);
    return await this.#give(requestId, { kind: "question", answers }, request);
  }

  async dismiss(directory: string, requestId: string, signal: AbortSignal): Promise<Answered> {
    const request = () => this.#wire.rejectQuestion(directory, requestId, signal);
    return await this.#give(requestId, { kind: "dismissed" }, request);
  }

  async models(directory: string, signal: AbortSignal): Promise<string[]> {
    const providers = await this.#wire.providers(directory, signal);
    return providers.flatMap(({ id, models }) => models.map((model) => `${id}/${model.id}`));
  }

  async agents(directory: string, signal: AbortSignal): Promise<string[]> {
    const agents = await this.#wire.agents(directory, signal);
    return agents.filter(({ mode, hidden }) => mode !== "subagent" && !hidden)
      .map(({ name }) => name);
  }

  commands(directory: string, signal: AbortSignal): Promise<AgentCommand[]> {
    return this.#wire.commands(directory, signal);
  }

  contextLimit(model: string): number | undefined {
    return this.#limits.get(model);
  }

  /** The model providers that can be used, for the doctor. */
  providers(directory: string, signal: AbortSignal): Promise<Provider[]> {
    return this.#wire.providers(directory, signal);
  }

  /** A line for the log about the user's own rules `ask`; `undefined` when there are none. */
  async askRules(directory: string, signal: AbortSignal): Promise<string | undefined> {
    const rules = await this.#wire.askRules(directory, signal);
    return rules.length === 0 ? undefined : await describeAskRules(rules, directory);
  }

  /** Gives an answer of ours, so that it is not taken for somebody else's. */
  async #give(
    requestId: string,
    answer: RequestAnswer,
    request: () => Promise<void>,
  ): Promise<Answered> {
    this.#watch.begin(requestId, answer);
    // Without an answer from opencode ours may have been taken.
    let isTaken = true;
    try {
      isTaken = await unlessRefused(request(), 404);
      return isTaken ? "answered" : "gone";
    } finally {
      const outside = this.#watch.settle(requestId, isTaken);
      if (outside) this.#report(outside);
    }
  }

  #report(event: OutsideEvent): void {
    this.#log.warn(describeOutsideAct(event));
    this.#followers.forEach((follower) => follower.take(event));
  }

  /** Reads the models' context windows in the background, once for each directory. */
  #learnLimits(directory: string, signal: AbortSignal): void {
    if (this.#directories.has(directory)) return;
    this.#directories.add(directory);
    this.#wire.providers(directory, signal).then((providers) => {
      for (const { id, models } of providers) {
        for (const model of models) {
          if (model.context) this.#limits.set(`${id}/${model.id}`, model.context);
        }
      }
    }).catch((error) => {
      this.#directories.delete(directory);
      this.#log.debug(`cannot read the models: ${describe(error)}`);
    });
  }
}

/** Whether a request was carried out: `false` when opencode refuses it with this code. */
async function unlessRefused(request: Promise<void>, code: number): Promise<boolean> {
  try {
    await request;
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.code === code) return false;
    throw error;
  }
}
