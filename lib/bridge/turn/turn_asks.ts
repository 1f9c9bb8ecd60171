import { describe } from "../../base/errors.ts";
import { Latch } from "../../base/waiting/latch.ts";
import { Serial } from "../../base/waiting/serial.ts";
import type { AgentRequest } from "../../model/agent_request.ts";
import { type LedgerRow, newRow } from "../../model/ledger.ts";
import type { FollowedTurn } from "../../model/followed_turn.ts";
import type { Reading } from "../../model/reading.ts";
import { type Allowed, runOf, type TurnRecord } from "../../model/turn.ts";
import { type Ask, isAgentRequest } from "../asks/ask.ts";
import type { Committer, Effects } from "../effects.ts";
import { ownerOf } from "../people/owner_of.ts";
import type { Services } from "../services.ts";
import type { BridgeSettings } from "../settings.ts";
import { AutoAllow, type AutoAllowOptions } from "./auto_allow.ts";
import { OutsideReports } from "./outside_reports.ts";
import { type RequestAsk, RequestAsks, type RequestAsksOptions } from "./request_asks.ts";
import { WholeRequests } from "./whole_requests.ts";

/** What {@linkcode TurnAsks} needs. */
export interface TurnAsksOptions
  extends RequestAsksOptions, Pick<Services, "chat" | "texts" | "log" | "signal"> {
  readonly settings: Pick<BridgeSettings, "askTimeoutMs" | "ownsAgent" | "stateDir">;
  readonly admission: Pick<Services["admission"], "mayAnswer">;
  /** What `/auto` has let through in the turn in earlier runs of the program. */
  readonly allowed?: Allowed | undefined;
  /** Changes the turn; returns it, to be stored. */
  readonly note: (more: Pick<TurnRecord, "allowed">) => TurnRecord;
  readonly conversation: Committer & AutoAllowOptions["conversation"] & {
    readonly asks: RequestCards;
  };
}

/** What the agent asks in a turn. */
export interface Asked
  extends Pick<FollowedTurn, "requests" | "areRequestsListed" | "outsideActs"> {
  /** Whether the turn has come to its end. */
  readonly reading: Pick<Reading, "complete">;
}

/** The cards of a conversation's asks. */
export interface RequestCards {
  /** The rows of the cards in scope that an earlier run of the program left open. */
  leftovers(isInScope: (id: string) => boolean): Promise<readonly LedgerRow[]>;
  /** Shows these asks, and closes the others in scope with a line. */
  sync(
    asks: readonly Ask[],
    isInScope: (id: string) => boolean,
    closingLine: string,
  ): Promise<Effects>;
}

/** Keeps a card in the chat for each open request of a turn's agent. */
export class TurnAsks {
  readonly #options: TurnAsksOptions;
  readonly #known = new Latch();
  /** The ids of the shown requests; `undefined` until they are known. */
  #shown: string | undefined;
  readonly #whole: WholeRequests;
  readonly #auto: AutoAllow;
  /** The last update, for the requests that were held back. */
  #again: () => void = () => {};
  /** The id of a request → its ask. What was shown to a person never changes. */
  readonly #asks = new Map<string, Ask>();
  readonly #requests: RequestAsks;
  readonly #work = new Serial();
  readonly #outside: OutsideReports;
  /** The ids of what a chat cannot ask. */
  readonly #refused = new Set<string>();
  #isClosed = false;

  /** @param isNew Whether the turn has not begun, so that it has no requests yet. */
  constructor(options: TurnAsksOptions, isNew: boolean) {
    this.#options = options;
    this.#outside = new OutsideReports(options);
    this.#requests = new RequestAsks(
      options,
      (id) => this.#outside.closingLine(id) ?? options.texts.answerUnused,
    );
    this.#whole = new WholeRequests({ onDue: () => this.#again(), signal: options.signal });
    const auto = { ...options, noteAllowed: (allowed: Allowed) => this.#noteAllowed(allowed) };
    this.#auto = new AutoAllow(auto, () => this.#again());
    if (!isNew) return;
    this.#shown = "";
    this.#known.set();
  }

  /** How much was asked. */
  get count(): number {
    return this.#asks.size;
  }

  /** The line on the turn's card about what was allowed without asking. */
  get autoNote(): string | undefined {
    return this.#auto.note;
  }

  /** Whether the open asks are known. Before that, an answer cannot be told from a prompt. */
  get known(): Latch {
    return this.#known;
  }

  /**
   * Updates the cards if the requests have changed.
   *
   * @param busy Whether the session is busy, if the server was asked. Events alone do not show the requests
   * of a resumed turn.
   * @param closingLine Returns the line on the cards of requests that are no longer open.
   */
  update(
    asked: Asked,
    turn: TurnRecord,
    busy: boolean | undefined,
    closingLine: () => string,
  ): void {
    this.#outside.report(asked.outsideActs, turn)
      .catch((error) => this.#options.log.warn(`cannot tell what others did: ${describe(error)}`));
    if (this.#isClosed) return;
    this.#again = () => this.update(asked, turn, busy, closingLine);
    // Nobody needs to answer what a cancelled turn has asked.
    const all = turn.cancelled ? [] : this.#whole.of(asked.requests);
    const askable = all.filter((one) => one.kind !== "question" || one.questions.length > 0);
    for (const request of all) if (!askable.includes(request)) this.#refuse(request, turn);
    if (this.#shown === undefined) this.#auto.leave(askable);
    const open = this.#auto.asked(askable, turn);
    const ids = open.map(({ id }) => id).join();
    if (ids === this.#shown || (this.#shown === undefined && busy === undefined)) return;
    const before = this.#shown;
    const isFirst = before === undefined;
    this.#shown = ids;
    const { conversation, log } = this.#options;
    const wanted = open.map((request) => this.#ask(request, turn));
    const isListed = asked.areRequestsListed || turn.cancelled === true;
    this.#work.run(async () => {
      if (!isListed) wanted.push(...await this.#remembered(turn));
      else if (isFirst) await this.#reportMissed(wanted, asked, turn, busy === true);
      await conversation.commit(
        await conversation.asks.sync(wanted, isAgentRequest, closingLine()),
      );
    })
      .catch((error) => {
        this.#shown = before;
        log.warn(`cannot show what the agent asks: ${describe(error)}`);
      })
      .finally(() => this.#known.set());
  }

  /** Closes all cards at the end of the turn. */
  async close(closingLine: string): Promise<Effects> {
    this.#isClosed = true;
    this.#whole.stop();
    this.#known.set();
    await this.#work.settled();
    this.#withdraw();
    return await this.#options.conversation.asks.sync([], isAgentRequest, closingLine);
  }

  /**
   * Ends the requests that nobody has answered. opencode keeps those of an aborted turn forever, and one of
   * them may make the list of all unreadable. A second answer beside one that is under way would make the first
   * look like somebody else's.
   */
  #withdraw(): void {
    const { log } = this.#options;
    for (const [id, { expire }] of this.#asks) {
      this.#requests.isAnswered(id)
        .then(async (isAnswered) => void (isAnswered || await expire?.()))
        .catch((error) => log.debug(`cannot end the request ${id}: ${describe(error)}`));
    }
  }

  async #noteAllowed(allowed: Allowed): Promise<void> {
    const { conversation, note } = this.#options;
    const turn = note({ allowed });
    // The end of a turn stores it for the last time.
    if (!this.#isClosed) await conversation.commit({ turns: [turn] });
  }

  /** Dismisses what a chat cannot ask, and says so: the agent would wait forever. */
  #refuse({ id }: AgentRequest, turn: TurnRecord): void {
    if (this.#refused.has(id)) return;
    this.#refused.add(id);
    const { agent, chat, conversation, texts, log, signal } = this.#options;
    const refuse = async () => {
      if (await agent.dismiss(directoryOf(turn), id, signal) === "gone") return;
      const view = { status: "plain", text: texts.formUnknown } as const;
      const row = newRow(turn.conversation, chat.slot(turn.slot.target), view, `${id}.refused`);
      await conversation.commit({ rows: [row] });
    };
    refuse().catch((error) => {
      log.warn(`cannot dismiss the form ${id}: ${describe(error)}`);
      this.#refused.delete(id);
    });
  }

  #ask(request: AgentRequest, turn: TurnRecord): Ask {
    const known = this.#asks.get(request.id);
    if (known !== undefined) return known;
    return this.#add(request.id, turn, this.#requests.of(request, directoryOf(turn)));
  }

  #add(id: string, turn: TurnRecord, asked: RequestAsk): Ask {
    const { texts, settings, admission } = this.#options;
    const ask: Ask = {
      id,
      answeredOutside: () => this.#outside.closingLine(id),
      hint: texts.turnWaits,
      target: turn.slot.target,
      timeoutMs: settings.askTimeoutMs,
      mayAnswer: (openId) => admission.mayAnswer(openId, ownerOf(turn)),
      ...asked,
    };
    this.#asks.set(id, ask);
    return ask;
  }

  /**
   * Tells what somebody else has approved while no bridge ran: the request of an open card is not listed any
   * more, and the turn goes on or has come to its end.
   */
  async #reportMissed(
    wanted: readonly Ask[],
    { reading }: Asked,
    turn: TurnRecord,
    isBusy: boolean,
  ): Promise<void> {
    // The requests of an opencode that was killed are gone as well.
    if (turn.cancelled || !(isBusy || reading.complete)) return;
    const cards = await this.#options.conversation.asks.leftovers(isAgentRequest);
    const missed = cards.filter(({ id, isAnswered, view: { exact = [] } }) =>
      exact.length > 0 && !isAnswered && wanted.every((ask) => ask.id !== id)
    );
    await this.#outside.reportMissed(missed, turn);
  }

  /** The permissions that an earlier run of the program showed, where the agent cannot list its requests. */
  async #remembered(turn: TurnRecord): Promise<Ask[]> {
    const cards = await this.#options.conversation.asks.leftovers(isAgentRequest);
    return cards.flatMap((card) => {
      const asked = this.#requests.fromCard(card, directoryOf(turn));
      return asked === undefined ? [] : [this.#add(card.id, turn, asked)];
    });
  }
}

function directoryOf(turn: TurnRecord): string {
  return runOf(turn)?.directory ?? "";
}
