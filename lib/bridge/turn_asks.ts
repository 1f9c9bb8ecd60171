import { describe } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Ask as AgentAsk } from "../opencode/ask.ts";
import { agentAsk, type AgentAskContext, isAgentAsk } from "./agent_asks.ts";
import type { Asks } from "./asks.ts";

/** Keeps the cards of what a turn's agent asks in line with what it waits for. */
export class TurnAsks {
  readonly #log: Log;
  readonly #known = Promise.withResolvers<void>();
  /** The ids that are shown; nothing as long as they are not known. */
  #shown: string | undefined;
  #work: Promise<void> = Promise.resolve();

  /** @param fresh Whether the turn is new, so that nothing can have been asked yet. */
  constructor(log: Log, fresh: boolean) {
    this.#log = log;
    if (!fresh) return;
    this.#shown = "";
    this.#known.resolve();
  }

  /** Resolves when it is known what is asked: until then nobody can tell an answer from a prompt. */
  get known(): Promise<void> {
    return this.#known.promise;
  }

  /**
   * Brings the cards up to date, when something changed.
   *
   * @param certain Whether the server was asked; events alone do not tell what a resumed turn asks.
   * @param over Called for the line on the cards of what is not asked any more.
   */
  show(
    asks: readonly AgentAsk[],
    home: Asks,
    context: AgentAskContext,
    certain: boolean,
    over: () => string,
  ): void {
    const ids = asks.map(({ id }) => id).join();
    if (ids === this.#shown || (this.#shown === undefined && !certain)) return;
    this.#shown = ids;
    const wanted = asks.map((ask) => agentAsk(ask, context));
    this.#work = this.#work
      .then(() => home.sync(wanted, isAgentAsk, over()))
      .catch((error) => this.#log.warn(`cannot show what the agent asks: ${describe(error)}`))
      .finally(() => this.#known.resolve());
  }

  /** Closes what is open, at the end of the turn. */
  async end(home: Asks | undefined, over: string): Promise<void> {
    this.#known.resolve();
    await this.#work;
    await home?.sync([], isAgentAsk, over);
  }
}
