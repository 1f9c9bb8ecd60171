import { abortable } from "@std/async";
import { describe } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { PermissionReply, RequestAnswer } from "../model/agent_request.ts";
import type { OfferedTools } from "../model/agent_tool.ts";
import type { FollowedTurn } from "../model/followed_turn.ts";
import type { News } from "../model/news.ts";
import type { Prompt } from "../model/prompt.ts";
import type { Agent, Answered, Posted, Unstored } from "../model/ports.ts";
import type { AgentCommand, SessionRef } from "../model/session.ts";
import type { Run, Work } from "../model/turn.ts";
import { AgentEvents } from "./agent_events.ts";
import { ContextLimits } from "./context_limits.ts";
import { describeAskRules } from "./describe_ask_rules.ts";
import type { ClientOptions } from "./http/client.ts";
import type { EndpointSource } from "./http/endpoint.ts";
import { messageId, partId } from "./ids.ts";
import { ToolDesk } from "./tools/tool_desk.ts";
import { type Provider, sessionOf } from "./wire.ts";
import { WireUser } from "./wire_user.ts";

/** What an {@linkcode Opencode} needs. */
export interface OpencodeOptions extends ClientOptions {
  readonly log: Log;
}

/** opencode as the bridge uses it, whichever generation of its API the server speaks. */
export class Opencode extends WireUser implements Agent {
  readonly #endpoint: EndpointSource;
  readonly #log: Log;
  readonly #events: AgentEvents;
  readonly #limits: ContextLimits;
  /** Where the agent calls the bridge's tools, once there are any. */
  #desk: ToolDesk | undefined;

  constructor(options: OpencodeOptions) {
    super(options);
    const { endpoint, onLost, log } = options;
    this.#endpoint = endpoint;
    this.#log = log;
    this.#limits = new ContextLimits(log);
    this.#events = new AgentEvents({
      endpoint,
      log,
      onLost,
      wireOf: (server) => this.wireOf(server),
      use: (signal, act) => this.use(signal, act),
      onTaken: () => this.#desk?.notify(),
    });
  }

  serve(tools: OfferedTools, signal: AbortSignal): void {
    const turns = () => this.#events.followers;
    const reread = (directory: string) => {
      for (const turn of turns()) if (turn.run.directory === directory) turn.miss();
    };
    this.#desk = new ToolDesk({ ...tools, turns, reread, log: this.#log, signal });
  }

  /** Keeps the event stream open until the signal aborts; then it resolves. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#events.run(signal);
    // Somebody else's server goes on, without our tools.
    if (this.#desk?.signal.aborted) await this.#desk.closed;
  }

  /** Whether events come in now. */
  get open(): boolean {
    return this.#events.open;
  }

  /** Why no events come in; empty while they do, and before the first attempt. */
  get trouble(): string {
    return this.#events.trouble;
  }

  /** The types of events that this program does not know, with how often they came; empty without any. */
  get unknownEvents(): string {
    return this.#events.unknown;
  }

  begin(
    { id: sessionId, directory }: SessionRef,
    { model, effort, agent }: Parameters<Agent["begin"]>[1],
  ): Run {
    return {
      sessionId,
      directory,
      userMessageId: messageId(),
      partId: partId(),
      startedAt: Date.now(),
      ...(model !== undefined && { model }),
      ...(effort !== undefined && { effort }),
      ...(agent !== undefined && { agent }),
    };
  }

  async post(
    run: Run,
    work: Work,
    signal: AbortSignal,
    cancelled: AbortSignal = signal,
  ): Promise<Posted> {
    const { directory, model } = run;
    this.#limits.learn(directory, model, () => this.providers(directory, signal));
    const wanted = AbortSignal.any([signal, cancelled]);
    await this.#offerTools(directory, wanted);
    return await this.use(wanted, (wire) => wire.post(run, work, signal, cancelled));
  }

  async posted(run: Run, work: Work, signal: AbortSignal): Promise<Posted | undefined> {
    return await this.use(signal, (wire) => wire.posted(run, work, signal));
  }

  async unstored(run: Run, work: Work, signal: AbortSignal): Promise<Unstored> {
    return await this.use(signal, (wire) => wire.unstored(run, work, signal));
  }

  async isBusy({ id, directory }: SessionRef, signal: AbortSignal): Promise<boolean> {
    return (await this.use(signal, (wire) => wire.status(directory, signal))).has(id);
  }

  async leadMs(session: SessionRef, signal: AbortSignal): Promise<number> {
    return await this.use(signal, (wire) => wire.leadMs(session, signal));
  }

  watch(onBegun: (sessionId?: string) => void): void {
    this.#events.watch(onBegun);
  }

  async prompts(session: SessionRef, signal: AbortSignal): Promise<readonly Prompt[]> {
    return await this.use(signal, (wire) => wire.prompts(session, signal));
  }

  follow(run: Run, onNews: (news: News) => void): FollowedTurn {
    // A turn of an earlier run of the program knows only where that one's tools were.
    if (this.#desk) {
      this.#offerTools(run.directory, this.#desk.signal).catch((error) =>
        this.#log.debug(`the agent in ${run.directory} has no tools of ours: ${describe(error)}`)
      );
    }
    return this.#events.follow(run, onNews);
  }

  async abort(run: Run, signal: AbortSignal): Promise<void> {
    await this.use(signal, (wire) => wire.abort(sessionOf(run), signal));
  }

  async takeBack(run: Run, signal: AbortSignal): Promise<boolean> {
    const session = sessionOf(run);
    return await this.use(signal, (wire) => wire.withdraw(session, run.userMessageId, signal));
  }

  async withdraw(run: Run, signal: AbortSignal): Promise<void> {
    const session = sessionOf(run);
    await this.use(signal, (wire) => wire.removeMessage(session, run.userMessageId, signal));
  }

  async decide(
    directory: string,
    requestId: string,
    reply: PermissionReply,
    signal: AbortSignal,
  ): Promise<Answered> {
    const answer: RequestAnswer = { kind: "permission", reply: reply.reply };
    const request = () =>
      this.use(signal, (wire) => wire.replyPermission(directory, requestId, reply, signal));
    return await this.#give(requestId, answer, request);
  }

  async answer(
    directory: string,
    requestId: string,
    answers: readonly (readonly string[])[],
    signal: AbortSignal,
  ): Promise<Answered> {
    const request = () =>
      this.use(signal, (wire) => wire.replyQuestion(directory, requestId, answers, signal));
    return await this.#give(requestId, { kind: "question", answers }, request);
  }

  async dismiss(directory: string, requestId: string, signal: AbortSignal): Promise<Answered> {
    const request = () =>
      this.use(signal, (wire) => wire.rejectQuestion(directory, requestId, signal));
    return await this.#give(requestId, { kind: "dismissed" }, request);
  }

  async models(directory: string, signal: AbortSignal): Promise<string[]> {
    const providers = await this.providers(directory, signal);
    return providers.flatMap(({ id, models }) => models.map((model) => `${id}/${model.id}`));
  }

  async efforts(directory: string, model: string, signal: AbortSignal): Promise<string[]> {
    const providers = await this.providers(directory, signal);
    const found = providers.flatMap(({ id, models }) =>
      models.filter((one) => `${id}/${one.id}` === model)
    );
    return found.flatMap(({ efforts }) => efforts);
  }

  async agents(directory: string, signal: AbortSignal): Promise<string[]> {
    const agents = await this.use(signal, (wire) => wire.agents(directory, signal));
    return agents.filter(({ mode, hidden }) => mode !== "subagent" && !hidden)
      .map(({ name }) => name);
  }

  async commands(directory: string, signal: AbortSignal): Promise<AgentCommand[]> {
    return await this.use(signal, (wire) => wire.commands(directory, signal));
  }

  contextLimit(model: string): number | undefined {
    return this.#limits.of(model);
  }

  /** The model providers that can be used, for the doctor. */
  async providers(directory: string, signal: AbortSignal): Promise<Provider[]> {
    return await this.use(signal, (wire) => wire.providers(directory, signal));
  }

  /** A line for the log about the user's own rules `ask`; `undefined` when there are none. */
  async askRules(directory: string, signal: AbortSignal): Promise<string | undefined> {
    const rules = await this.use(signal, (wire) => wire.askRules(directory, signal));
    return rules.length === 0 ? undefined : await describeAskRules(rules, directory);
  }

  /** Offers the bridge's tools to the sessions of a directory; rejects only if there is no server. */
  async #offerTools(directory: string, signal: AbortSignal): Promise<void> {
    if (this.#desk === undefined) return;
    const server = await this.#endpoint(signal);
    await abortable(this.#desk.offer(server, this.wireOf(server), directory), signal);
  }

  #give(
    requestId: string,
    answer: RequestAnswer,
    request: () => Promise<void>,
  ): Promise<Answered> {
    return this.#events.give({ requestId, answer, request });
  }
}
