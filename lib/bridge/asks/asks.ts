import { describe } from "../../base/errors.ts";
import { type LedgerRow, newRow } from "../../model/ledger.ts";
import type { IncomingMessage } from "../../model/message.ts";
import type { Target } from "../../model/place.ts";
import type { RowChange } from "../../store/changes.ts";
import { combine, type Effects } from "../effects.ts";
import type { Services } from "../services.ts";
import type { Ask, AskEnd } from "./ask.ts";
import { askView, possibleNumbers } from "./ask_view.ts";
import { parseAnswer } from "./choice.ts";

/** What {@linkcode Asks} needs. */
export interface AsksOptions extends Pick<Services, "chat" | "store" | "texts" | "log"> {
  /** The conversation's key. */
  readonly conversation: string;
  /** Runs work and commits its effects; errors are logged. Timers use it. */
  readonly commitLater: (work: () => Promise<Effects>) => void;
}

interface OpenAsk {
  ask: Ask;
  /** The answers to the choices so far. */
  readonly answers: (readonly string[])[];
  /** The timers of the reminder and of the expiry. */
  readonly timers: ReturnType<typeof setTimeout>[];
}

/** A typed text that answers an ask. */
export interface TypedAnswer {
  /** The id of the ask. */
  readonly ask: string;
  /** Submits the answer. */
  readonly submit: () => Promise<Effects>;
}

/** The open asks of a conversation, each with its card in the chat. */
export class Asks {
  readonly #options: AsksOptions;
  readonly #open = new Map<string, OpenAsk>();
  /** The ids of answered and expired asks. The agent may still list them for a moment. */
  readonly #done = new Set<string>();

  constructor(options: AsksOptions) {
    this.#options = options;
  }

  /** The titles of the open asks, for `/status`. */
  get titles(): string[] {
    return [...this.#open.values()].map(({ ask }) => ask.title);
  }

  /** Whether an ask is open. */
  isOpen(id: string): boolean {
    return this.#open.has(id);
  }

  /** Opens an ask, or updates the card of an open one. */
  async open(ask: Ask): Promise<Effects> {
    const known = this.#open.get(ask.id);
    if (known) {
      known.ask = ask;
      return this.#cardChange(known);
    }
    const row = await this.#options.store.row(this.#options.conversation, ask.id);
    return this.#cardChange(this.#register(ask, row?.createdAt));
  }

  /** Opens an ask and returns the row of its card, to be committed by the caller. */
  prepare(ask: Ask): LedgerRow {
    return this.#cardRow(this.#register(ask));
  }

  /**
   * Opens new asks, and closes the open ones that are no longer in `asks`.
   *
   * @param isInScope Whether an ask, by its id, may be closed.
   * @param closingLine The line on the closed cards.
   */
  async sync(
    asks: readonly Ask[],
    isInScope: (id: string) => boolean,
    closingLine: string,
  ): Promise<Effects> {
    const effects: Effects[] = [];
    for (const open of [...this.#open.values()]) {
      const { id } = open.ask;
      if (!isInScope(id) || asks.some((ask) => ask.id === id)) continue;
      this.#forget(open);
      const outside = open.ask.answeredOutside?.();
      effects.push(this.#cardChange(open, outside ?? closingLine));
    }
    for (const ask of asks) {
      const isKnown = this.#open.has(ask.id) || this.#done.has(ask.id);
      if (!isKnown) effects.push(await this.open(ask));
    }
    return combine(...effects, await this.sweep(isInScope, closingLine));
  }

  /** Closes the cards in scope that an earlier run of the program left open and that have no ask now. */
  async sweep(isInScope: (id: string) => boolean, closingLine: string): Promise<Effects> {
    const { store, conversation } = this.#options;
    const leftovers = (await store.rows(conversation)).filter(({ id, keep }) =>
      keep && isInScope(id) && !this.#open.has(id) && !this.#done.has(id)
    );
    return { rowChanges: leftovers.map((row) => closeCard(row, closingLine)) };
  }

  /**
   * Matches a message with the oldest open ask that it may answer, or only with `onlyAsk`.
   *
   * @returns The answer; a hint for the sender if it is wrong; `undefined` if it is unrelated.
   */
  matchAnswer(message: IncomingMessage, onlyAsk?: string): TypedAnswer | string | undefined {
    for (const open of this.#open.values()) {
      const choice = open.ask.choices[open.answers.length];
      const { id, mayAnswer } = open.ask;
      if (choice === undefined || id !== (onlyAsk ?? id) || !mayAnswer(message.sender)) continue;
      const values = parseAnswer(message.text, choice);
      if (values === "unrelated") continue;
      if (values === "wrong") return this.#options.texts.wrongAnswer(possibleNumbers(choice));
      return { ask: id, submit: () => this.#answer(open, values, message.messageId) };
    }
    return undefined;
  }

  /** Handles a click; resolves with a line to show to the person who clicked, and the effects. */
  async click(
    id: string,
    step: number,
    value: string,
    by: string,
  ): Promise<{ line: string; effects?: Effects }> {
    const { texts } = this.#options;
    const open = this.#open.get(id);
    const choice = open?.ask.choices[step];
    const option = choice?.options.find((one) => one.value === value);
    if (open === undefined || step !== open.answers.length || option === undefined) {
      return { line: texts.askOver };
    }
    if (!open.ask.mayAnswer(by)) return { line: texts.notYourAsk };
    return { line: option.label, effects: await this.#answer(open, [value], "") };
  }

  /** Stops all timers. */
  release(): void {
    for (const open of this.#open.values()) open.timers.forEach(clearTimeout);
  }

  #register(ask: Ask, since: number = Date.now()): OpenAsk {
    const { texts, commitLater } = this.#options;
    const open: OpenAsk = { ask, answers: [], timers: [] };
    this.#open.set(ask.id, open);
    const { timeoutMs, title, target } = ask;
    if (timeoutMs === undefined) return open;
    const schedule = (ms: number, work: () => Promise<Effects>) =>
      open.timers.push(setTimeout(() => commitLater(work), ms));
    const remainingMs = Math.max(since + timeoutMs - Date.now(), 0);
    schedule(remainingMs, () => this.#expire(open));
    const reminderMs = remainingMs - timeoutMs / 2;
    if (reminderMs > 0) {
      schedule(reminderMs, () => Promise.resolve(this.#say(target, texts.askReminder(title))));
    }
    return open;
  }

  async #answer(open: OpenAsk, values: readonly string[], messageId: string): Promise<Effects> {
    open.answers.push(values);
    if (open.answers.length < open.ask.choices.length) return this.#cardChange(open);
    return await this.#end(open, () => open.ask.submit(open.answers, messageId));
  }

  async #expire(open: OpenAsk): Promise<Effects> {
    if (!this.#open.has(open.ask.id)) return {};
    const line = this.#options.texts.askExpired;
    return await this.#end(open, open.ask.expire ?? (() => Promise.resolve({ line })));
  }

  /** Ends an ask with `act`. If that fails, the ask is opened again. */
  async #end(open: OpenAsk, act: () => Promise<AskEnd>): Promise<Effects> {
    const { ask } = open;
    // The ask counts as answered from now on, however long `act` takes.
    this.#forget(open);
    try {
      const { line, effects = {} } = await act();
      return combine(effects, this.#cardChange(open, line));
    } catch (error) {
      const { log, texts } = this.#options;
      log.warn(`ask ${ask.id}: ${describe(error)}`);
      this.#done.delete(ask.id);
      return combine(this.#say(ask.target, texts.askFailed(describe(error))), await this.open(ask));
    }
  }

  #forget(open: OpenAsk): void {
    this.#open.delete(open.ask.id);
    this.#done.add(open.ask.id);
    open.timers.forEach(clearTimeout);
  }

  #say(target: Target, text: string): Effects {
    const { chat, conversation } = this.#options;
    return { rows: [newRow(conversation, chat.slot(target), { status: "plain", text })] };
  }

  /** Shows the state of an ask on its card. `closingLine` closes the card. */
  #cardChange(open: OpenAsk, closingLine?: string): Effects {
    const row = this.#cardRow(open, closingLine);
    const { id, conversation, view, keep = false } = row;
    const change = (now: LedgerRow | undefined): LedgerRow | undefined => {
      // It was answered before its card was committed.
      if (closingLine === undefined && this.#open.get(id) !== open) return now;
      if (now === undefined) return row;
      const isUnchanged = now.keep === keep && JSON.stringify(now.view) === JSON.stringify(view);
      return isUnchanged ? now : { ...now, view, keep, shown: false };
    };
    return { rowChanges: [{ id, conversation, change }] };
  }

  #cardRow({ ask, answers }: OpenAsk, closingLine?: string): LedgerRow {
    const { chat, conversation, texts } = this.#options;
    const { id, target, memo } = ask;
    const view = askView(ask, { answered: answers.length, conversation, closingLine }, texts);
    const row = newRow(conversation, chat.slot(target), view, id);
    return { ...row, keep: closingLine === undefined, ...(memo && { memo }) };
  }
}

/** Closes a card whose ask is unknown. */
function closeCard({ id, conversation }: LedgerRow, closingLine: string): RowChange {
  const change = (now: LedgerRow | undefined): LedgerRow | undefined =>
    now && {
      ...now,
      view: { ...now.view, status: "closed", buttons: [], footer: closingLine },
      keep: false,
      shown: false,
    };
  return { id, conversation, change };
}
