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
  /** Commits what work resolves with; what goes wrong is logged. For what happens by itself, in its own time. */
  readonly commitLater: (work: () => Promise<Effects>) => void;
}

interface OpenAsk {
  ask: Ask;
  /** For the choices before the current one. */
  readonly answers: (readonly string[])[];
  /** The reminder's, and that of the end. */
  readonly timers: ReturnType<typeof setTimeout>[];
}

/** A typed text that answers an ask. */
export interface TypedAnswer {
  /** The ask's id. */
  readonly ask: string;
  /** Acts on it. */
  readonly submit: () => Promise<Effects>;
}

/** The open asks of a conversation, each with its card in the chat. */
export class Asks {
  readonly #options: AsksOptions;
  readonly #open = new Map<string, OpenAsk>();
  /** Answered or expired; they may still be listed for a moment where they came from. */
  readonly #done = new Set<string>();

  constructor(options: AsksOptions) {
    this.#options = options;
  }

  /** The titles of what is open, for `/status`. */
  get titles(): string[] {
    return [...this.#open.values()].map(({ ask }) => ask.title);
  }

  /** Whether an ask waits for its answer. */
  isOpen(id: string): boolean {
    return this.#open.has(id);
  }

  /** Shows an ask, unless it is shown already; one that changed is shown as it is now. */
  async open(ask: Ask): Promise<Effects> {
    const known = this.#open.get(ask.id);
    if (known) {
      known.ask = ask;
      return this.#cardChange(known);
    }
    const row = await this.#options.store.row(this.#options.conversation, ask.id);
    return this.#cardChange(this.#register(ask, row?.createdAt));
  }

  /** Opens an ask, and returns the row of its card to be committed together with what led to it. */
  prepare(ask: Ask): LedgerRow {
    return this.#cardRow(this.#register(ask));
  }

  /** Opens what is asked now, and closes those of `isInScope` (the ids that belong to it) that are over. */
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
      effects.push(this.#cardChange(open, closingLine));
    }
    for (const ask of asks) {
      const isKnown = this.#open.has(ask.id) || this.#done.has(ask.id);
      if (!isKnown) effects.push(await this.open(ask));
    }
    return combine(...effects, await this.sweep(isInScope, closingLine));
  }

  /** Closes the cards of `isInScope` that an earlier run of the program left open and nobody asks any more. */
  async sweep(isInScope: (id: string) => boolean, closingLine: string): Promise<Effects> {
    const { store, conversation } = this.#options;
    const left = (await store.rows(conversation)).filter(({ id, keep }) =>
      keep && isInScope(id) && !this.#open.has(id) && !this.#done.has(id)
    );
    return { rowChanges: left.map((row) => closeCard(row, closingLine)) };
  }

  /**
   * Reads a typed text as the answer to the oldest open ask, or to `only` one.
   *
   * @returns What to say to an attempt that is no answer; nothing for a message like any other.
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

  /** Takes the click of a button; resolves with a line for the person who clicked. */
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

  /** Stops the timers, at the end of the program. */
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

  /** Acts on an answer or on the silence. What did not get through can be answered once more. */
  async #end(open: OpenAsk, act: () => Promise<AskEnd>): Promise<Effects> {
    const { ask } = open;
    // From here on it is answered, however long the submission takes.
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

  /** @param over The line that says how the ask ended, if it has. */
  #cardChange(open: OpenAsk, closingLine?: string): Effects {
    const row = this.#cardRow(open, closingLine);
    const { id, conversation, view, keep = false } = row;
    const change = (now: LedgerRow | undefined): LedgerRow => {
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

/** Closes the card of an ask that nobody asks any more. */
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
