import { describe } from "../../base/errors.ts";
import { localDay, timeZone } from "../../base/time/local_day.ts";
import { fewTimes } from "../../base/waiting/few_times.ts";
import { Wakeup } from "../../base/waiting/wakeup.ts";
import { usedShare } from "../../model/budget.ts";
import type { ConversationRecord, ConversationUpdate } from "../../model/conversation.ts";
import type { Reading } from "../../model/reading.ts";
import { type Spending, total } from "../../model/spending.ts";
import type { Outcome, TurnRecord, TurnState } from "../../model/turn.ts";
import { ownAskId } from "../asks/ask.ts";
import type { Asks } from "../asks/asks.ts";
import type { Committer, Effects } from "../effects.ts";
import type { Services } from "../services.ts";
import type { Wait } from "../turn/wait.ts";
import { budgetLine } from "./amounts.ts";
import { budgetAsk } from "./budget_ask.ts";
import { budgetDay, budgetsOf, type DayBudget, isUsedUp } from "./budgets.ts";
import { spentOf } from "./spent_of.ts";

/** The turn of a {@linkcode TurnBudget}. */
export interface BudgetedTurn {
  readonly record: TurnRecord;
  cancel(): Promise<void>;
}

/** What a {@linkcode TurnBudget} needs. */
export interface TurnBudgetOptions
  extends Pick<Services, "store" | "settings" | "texts" | "admission" | "log" | "signal"> {
  readonly conversation: Committer & {
    readonly record: ConversationRecord;
    readonly asks: Pick<Asks, "open" | "sync">;
  };
}

/** What tells of a turn that is about to begin. */
export interface BeginOptions {
  /** Aborts once the turn is cancelled. */
  readonly cancelled: AbortSignal;
  /** Stores the turn's next state. */
  readonly enter: (state: TurnState) => Promise<void>;
  /** Says why the turn fails. */
  readonly explain: (failure: string) => void;
  /** Shows what the turn waits for, if it does. */
  readonly onWait: (wait: Wait | undefined) => void;
}

/** The share of a budget from which people are told of it. */
const NEARLY = 0.8;
/** Milliseconds between two looks whether something is left again: another day, a higher budget. */
const LOOK_MS = 2_000;

/** The budgets of the day for one turn: it asks before it goes over, and says when it has. */
export class TurnBudget {
  /** Whether nobody has answered in time whether it may begin. */
  isUnanswered = false;
  readonly #turn: BudgetedTurn;
  readonly #options: TurnBudgetOptions;
  /** What held and was used up as the turn began. */
  #before: readonly DayBudget[] | undefined;
  #isLoading = false;
  /** What its last message says. */
  #closing: string | undefined;
  #told: Promise<Effects> | undefined;

  constructor(turn: BudgetedTurn, options: TurnBudgetOptions) {
    this.#turn = turn;
    this.#options = options;
  }

  /**
   * Asks the turn's person, as long as a budget is used up, whether it may begin.
   *
   * @returns How it ends without having begun; `undefined` if it begins.
   * @throws The signal's reason, or why the store cannot be read, after a few attempts.
   */
  async mayBegin(options: BeginOptions): Promise<Outcome | undefined> {
    const { texts, signal, log } = this.#options;
    const report = (error: unknown) => log.warn(`cannot look at a budget: ${describe(error)}`);
    const over = await fewTimes(async () => {
      const over = await this.#look();
      if (over.length === 0) await this.#close(texts.askOver);
      return over;
    }, { report, signal });
    if (over.length === 0) return undefined;
    const answer = await this.#ask(over, options);
    signal.throwIfAborted();
    if (options.cancelled.aborted) return "cancelled";
    if (answer !== "unanswered") return undefined;
    this.isUnanswered = true;
    options.explain(texts.budgetUnanswered(this.#turn.record.scheduled !== undefined));
    return "failed";
  }

  /** The line on the turn's message, if it has gone over a budget while it ran, and at its end. */
  note(reading: Reading | undefined): string | undefined {
    const { texts } = this.#options;
    if (this.#closing !== undefined) return this.#closing;
    if (this.#before === undefined) void this.#load();
    const more = spentOf(this.#turn.record, reading);
    if (this.#before === undefined || more === undefined) return undefined;
    const passed = this.#before
      .map((one) => ({ ...one, before: one.spent, spent: total([one.spent, more]) }))
      .find(({ limit: { cost = Infinity }, before, spent }) =>
        before.cost < cost && spent.cost > cost
      );
    return passed && texts.budgetPassed(budgetLine(passed, texts));
  }

  /**
   * Looks what is left after the turn. Whoever is told of a budget that is nearly or just used up is told in
   * the turn's last message.
   *
   * @returns What notes that, to be stored with that message.
   */
  end(reading: Reading | undefined): Promise<Effects> {
    const more = spentOf(this.#turn.record, reading);
    // The end may have to be stored again.
    const telling = this.#told ?? (more === undefined ? Promise.resolve({}) : this.#tell(more));
    this.#told = telling;
    // What could not be read may be readable then.
    return telling.catch((error) => {
      this.#told = undefined;
      throw error;
    });
  }

  async #tell(more: Spending): Promise<Effects> {
    const { conversation: { record }, texts } = this.#options;
    const day = localDay(Date.now());
    const { warned = [] } = budgetDay(record, day);
    const due = (await budgetsOf(record, this.#options))
      .map((one) => ({ ...one, before: one.spent, spent: total([one.spent, more]) }))
      .filter(({ scope, limit, before, spent }) => {
        const isNew = usedShare(limit, spent) >= NEARLY && !warned.includes(scope);
        return isNew || (usedShare(limit, spent) >= 1 && usedShare(limit, before) < 1);
      });
    const lines = due.map((one) => {
      const tell = isUsedUp(one) ? texts.budgetGone : texts.budgetNearly;
      return tell(budgetLine(one, texts), timeZone());
    });
    this.#closing = lines.join("\n");
    if (due.length === 0) return {};
    const update: ConversationUpdate = (record) => {
      const before = budgetDay(record, day);
      const scopes = [...before.warned ?? [], ...due.map(({ scope }) => scope)];
      return { ...record, budgetDay: { ...before, warned: [...new Set(scopes)] } };
    };
    return { update };
  }

  /** The budgets that are used up, unless the turn may run all the same. */
  async #look(): Promise<readonly DayBudget[]> {
    this.#before = await budgetsOf(this.#options.conversation.record, this.#options);
    const { state } = this.#turn.record;
    const mayRun = state.kind !== "queued" || state.isOverBudget;
    return mayRun ? [] : this.#before.filter(isUsedUp);
  }

  async #load(): Promise<void> {
    if (this.#isLoading) return;
    this.#isLoading = true;
    const { log, signal } = this.#options;
    await this.#look().catch((error) => {
      if (!signal.aborted) log.warn(`cannot read what was used up: ${describe(error)}`);
    });
  }

  /** Waits for the answer, until there is room again, or until the turn is cancelled. */
  async #ask(
    over: readonly DayBudget[],
    { cancelled, enter, onWait }: BeginOptions,
  ): Promise<"answered" | "unanswered" | undefined> {
    const { conversation, texts, signal } = this.#options;
    const answered = new Wakeup();
    let answer: "answered" | "unanswered" | undefined;
    // A turn that has begun must not be queued again by an answer that was on its way.
    let mayEnter = true;
    const settle = (how: typeof answer) => {
      answer = how;
      answered.notify();
    };
    const store = async (storing: Promise<void> | undefined) => {
      await storing;
      settle("answered");
    };
    const ask = budgetAsk(this.#turn.record, over, {
      ...this.#options,
      answers: {
        run: () => store(mayEnter ? enter({ kind: "queued", isOverBudget: true }) : undefined),
        raise: (update) => store(conversation.commit({ update })),
        stop: () => store(this.#turn.cancel()),
        expire: () => settle("unanswered"),
      },
    });
    await conversation.commit(await conversation.asks.open(ask));
    onWait({ note: texts.budgetWaits, waitsFor: texts.waitsForBudget });
    const ended = AbortSignal.any([signal, cancelled]);
    for (let looked = this.#now(); answer === undefined && !ended.aborted;) {
      await answered.wait(LOOK_MS, ended);
      const now = this.#now();
      const isNews = now.record !== looked.record || now.minute !== looked.minute;
      if (answer !== undefined || ended.aborted || !isNews) continue;
      looked = now;
      if ((await this.#look()).length > 0) continue;
      await this.#close(texts.budgetChanged);
      break;
    }
    mayEnter = false;
    signal.throwIfAborted();
    if (answer === undefined && cancelled.aborted) await this.#close(texts.turnOver);
    onWait(undefined);
    return answer;
  }

  /** What can change how much is left: what is set here, and the time. */
  #now() {
    const { record } = this.#options.conversation;
    return { record, minute: Math.floor(Date.now() / 60_000) };
  }

  /** Closes the card, if there is one. */
  async #close(line: string): Promise<void> {
    const { conversation, store } = this.#options;
    const id = ownAskId("budget", this.#turn.record.id);
    if (await store.row(conversation.record.key, id) === undefined) return;
    await conversation.commit(await conversation.asks.sync([], (one) => one === id, line));
  }
}
