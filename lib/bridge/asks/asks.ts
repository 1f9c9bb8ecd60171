import { describe } from "../../base/errors.ts";
import { RecentSet } from "../../base/recent_set.ts";
import type { LedgerRow } from "../../model/ledger.ts";
import type { IncomingMessage } from "../../model/message.ts";
import type { Changes } from "../../store/changes.ts";
import { combine, type Effects } from "../effects.ts";
import type { Services } from "../services.ts";
import type { Answerer, Ask, AskEnd, AskSummary } from "./ask.ts";
import { AskCard, closeCard } from "./ask_card.ts";
import { fileRows } from "./ask_file.ts";
import { AskRows } from "./ask_rows.ts";
import { BACK, mayGoBack, type Values } from "./back.ts";
import { type AnswerHints, matchMessage, type TypedAnswer } from "./match_answer.ts";
import { noteAnswer } from "./note_answer.ts";
import { OpenAsk } from "./open_ask.ts";
import { takeRow } from "./take_row.ts";
import { waitForDeliveries } from "./wait_for_deliveries.ts";

/** What {@linkcode Asks} needs. */
export interface AsksOptions
  extends Pick<Services, "chat" | "store" | "texts" | "hearsSince" | "log" | "signal"> {
  /** The conversation's key. */
  readonly conversation: string;
  readonly outbox: Pick<Services["outbox"], "watch" | "unwatch">;
  /** Runs work and commits its effects; errors are logged. Timers use it. */
  readonly commitLater: (work: () => Promise<Effects>) => void;
}

/** The open asks of a conversation, each with its card in the chat. */
export class Asks {
  readonly #options: AsksOptions;
  readonly #rows: AskRows;
  readonly #open = new Map<string, OpenAsk>();
  /** The asks whose answer or expiry is under way. */
  readonly #ending = new Map<string, OpenAsk>();
  /** The last asks that are over, for those who answer them nevertheless. */
  readonly #over = new RecentSet<OpenAsk>();
  /** The ids of answered and expired asks. The agent may still list them for a moment. */
  readonly #done = new RecentSet<string>();

  constructor(options: AsksOptions) {
    this.#options = options;
    this.#rows = new AskRows(options);
  }

  /** The open asks, for `/status`. */
  get summaries(): AskSummary[] {
    return [...this.#open.values()].map(({ ask: { title }, card }) => ({
      title,
      since: card.shownAt,
    }));
  }

  /** Whether an ask is open, or any without an id. */
  isOpen(id?: string): boolean {
    return id === undefined ? this.#open.size > 0 : this.#open.has(id);
  }

  /** Whether an ask was still open at a time (ms since 1970) and is over. */
  hasEndedSince(time: number): boolean {
    return [...this.#over].some(({ endedAt = 0 }) => endedAt >= time);
  }

  /** The ids of the open asks whose answer would be the prompt of a person, by `open_id`. */
  promptsOf(openId: string): string[] {
    return [...this.#open.values()].flatMap(({ ask }) => ask.memo?.sender === openId ? ask.id : []);
  }

  /** Opens an ask, or updates the card of an open one. */
  async open(ask: Ask): Promise<Effects> {
    const known = this.#open.get(ask.id);
    if (known) known.ask = ask;
    const open = known ?? this.#register(ask);
    const row = await this.#options.store.row(this.#options.conversation, ask.id);
    if (row?.keep && known === undefined) open.take(row, true);
    const files = row === undefined ? await fileRows(ask, this.#options) : [];
    for (const { id } of files) open.card.addRow(id, this.#options.outbox);
    return combine({ rows: files }, this.#cardChange(open));
  }

  /** Opens an ask and returns the row of its card, to be committed by the caller. */
  prepare(ask: Ask): LedgerRow {
    return this.#rows.card(this.#register(ask));
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
    const isGone = ({ ask: { id } }: OpenAsk) =>
      isInScope(id) && !asks.some((ask) => ask.id === id);
    const effects: Effects[] = [];
    const lineFor = ({ ask }: OpenAsk) => ask.answeredOutside?.() ?? closingLine;
    const gone = [...this.#open.values()].filter(isGone);
    for (const open of gone) {
      this.#remove(open);
      effects.push(this.#cardChange(open, lineFor(open)));
    }
    // If the answer that is under way fails, the ask is not opened again.
    for (const open of [...this.#ending.values()].filter(isGone)) open.withdrawn = lineFor(open);
    for (const ask of asks) if (!await this.#isKnown(ask)) effects.push(await this.open(ask));
    const isLeft = (id: string) => isInScope(id) && !gone.some(({ ask }) => ask.id === id);
    return combine(...effects, await this.sweep(isLeft, closingLine));
  }

  /** Whether an ask is open and its card stored, or it is over. */
  async #isKnown({ id }: Ask): Promise<boolean> {
    const { store, conversation } = this.#options;
    if (this.#done.has(id)) return true;
    return this.#open.has(id) && await store.row(conversation, id) !== undefined;
  }

  /** Closes the cards in scope that an earlier run of the program left open and that have no ask now. */
  async sweep(isInScope: (id: string) => boolean, closingLine: string): Promise<Effects> {
    const leftovers = await this.leftovers(isInScope);
    return { rowChanges: leftovers.map((row) => closeCard(row, closingLine)) };
  }

  /** The rows of the cards in scope that an earlier run of the program left open and that have no ask now. */
  async leftovers(isInScope: (id: string) => boolean): Promise<LedgerRow[]> {
    const { store, conversation } = this.#options;
    return (await store.rows(conversation)).filter(({ id, keep }) =>
      keep && isInScope(id) && !this.#open.has(id) && !this.#done.has(id)
    );
  }

  /** Waits, a few seconds at most, until it is known when the cards that are being sent were delivered. */
  async waitForDeliveries(): Promise<void> {
    await waitForDeliveries([...this.#open.values()], this.#options);
  }

  /**
   * Matches a message with the open ask that it answers: the one whose card it quotes; otherwise the one
   * whose card was delivered before it was written.
   *
   * @returns The answer; a hint for the sender if it is wrong, or if it could be for several asks;
   * `undefined` if it is unrelated.
   */
  matchAnswer(
    message: IncomingMessage,
    hints: AnswerHints = {},
  ): TypedAnswer | string | undefined {
    const asks = { open: [...this.#open.values()], over: [...this.#over] };
    const match = matchMessage(message, hints, asks, this.#options.texts);
    if (match === undefined || typeof match === "string") return match;
    const { open, values } = match;
    const { messageId, sender: by } = message;
    return { ask: open.ask.id, submit: () => this.#answer(open, values, { by, messageId }) };
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
    const isBack = value === BACK && open !== undefined && mayGoBack(open);
    const option = isBack
      ? { label: texts.back }
      : open?.choice?.options.find((one) => one.value === value);
    if (open === undefined || step !== open.answers.length || option === undefined) {
      return { line: texts.askOver };
    }
    if (!open.ask.mayAnswer(by)) return { line: texts.notYourAsk };
    const effects = await this.#answer(open, isBack ? BACK : [value], { by, messageId: "" });
    return { line: option.label, effects };
  }

  /** Stops all timers. */
  release(): void {
    for (const open of this.#open.values()) open.stop();
  }

  #register(ask: Ask): OpenAsk {
    const { chat, hearsSince, commitLater } = this.#options;
    const open: OpenAsk = new OpenAsk(ask, new AskCard(chat.clock), {
      hearsSince,
      onReminder: () => commitLater(() => Promise.resolve(this.#remind(open))),
      onExpiry: () => commitLater(() => this.#expire(open)),
    });
    this.#add(open);
    return open;
  }

  #add(open: OpenAsk): void {
    const { id } = open.ask;
    this.#open.set(id, open);
    open.endedAt = undefined;
    this.#over.delete(open);
    this.#done.delete(id);
    this.#options.outbox.watch(id, (row) => open.take(row, false));
    open.start();
  }

  #remove(open: OpenAsk): void {
    this.#open.delete(open.ask.id);
    open.endedAt = Date.now();
    this.#over.add(open);
    this.#options.outbox.unwatch(open.ask.id);
    // Somebody may have answered before the chat has told which message it is.
    if (open.card.shownAt === undefined) open.card.addRow(open.ask.id, this.#options.outbox);
    open.stop();
  }

  async #answer(open: OpenAsk, values: Values, answerer: Answerer): Promise<Effects> {
    // The last answer is asked for again.
    if (values === BACK) open.answers.pop();
    else open.answers.push(values);
    if (open.answers.length < open.ask.choices.length) return this.#cardChange(open);
    return await this.#end(open, () => open.ask.submit(open.answers, answerer), (error) => {
      // The answer can be given again.
      open.answers.pop();
      this.#add(open);
      open.allowRetry();
      return this.#tellFailure(open, error);
    }, () => open.ask.noted?.(open.answers, answerer));
  }

  async #expire(open: OpenAsk): Promise<Effects> {
    if (this.#open.get(open.ask.id) !== open) return {};
    const line = this.#options.texts.askExpired;
    const expire = open.ask.expire ?? (() => Promise.resolve({ line }));
    return await this.#end(open, expire, (error) => {
      this.#add(open);
      open.postpone();
      // It is tried again and again; the chat is told once.
      return open.isFailureTold ? {} : this.#tellFailure(open, error);
    });
  }

  /**
   * Ends an ask with `act`.
   *
   * @param reopen Opens the ask again after `act` has failed.
   * @param noted Returns what is stored before.
   */
  async #end(
    open: OpenAsk,
    act: () => Promise<AskEnd>,
    reopen: (error: unknown) => Effects,
    noted?: () => Promise<Changes> | undefined,
  ): Promise<Effects> {
    const { log, signal } = this.#options;
    const { id } = open.ask;
    // The ask counts as answered from now on, however long `act` takes.
    this.#remove(open);
    this.#done.add(id);
    this.#ending.set(id, open);
    try {
      await noteAnswer(this.#rows.answered(id), await noted?.(), this.#options);
      const { line, effects = {}, rest } = await act();
      if (rest === undefined) return combine(effects, this.#cardChange(open, line));
      open.ask = rest;
      open.answers.length = 0;
      await takeRow(open, this.#options);
      this.#add(open);
      return combine(effects, this.#cardChange(open));
    } catch (error) {
      signal.throwIfAborted();
      log.warn(`ask ${id}: ${describe(error)}`);
      await takeRow(open, this.#options);
      if (open.withdrawn === undefined) return reopen(error);
      // What asked has ended meanwhile.
      this.#done.delete(id);
      return this.#cardChange(open, open.withdrawn);
    } finally {
      this.#ending.delete(id);
    }
  }

  #remind(open: OpenAsk): Effects {
    const { title, target } = open.ask;
    const row = this.#rows.notice(target, this.#options.texts.askReminder(title));
    open.card.addRow(row.id, this.#options.outbox);
    return { rows: [row] };
  }

  #tellFailure(open: OpenAsk, error: unknown): Effects {
    open.isFailureTold = true;
    const text = this.#options.texts.askFailed(describe(error));
    return { rows: [this.#rows.notice(open.ask.target, text)] };
  }

  /** Shows the state of an ask on its card. `closingLine` closes the card. */
  #cardChange(open: OpenAsk, closingLine?: string): Effects {
    // It may have been answered before its card was committed.
    const isCurrent = () => closingLine !== undefined || this.#open.get(open.ask.id) === open;
    return { rowChanges: [this.#rows.cardChange(open, isCurrent, closingLine)] };
  }
}
