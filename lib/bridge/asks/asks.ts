import { describe } from "../../base/errors.ts";
import type { Incoming } from "../../feishu/connection/events.ts";
import type { View } from "../../model/view.ts";
import type { Row, Target } from "../../model/records.ts";
import { type Choice, understand } from "./choice.ts";
import type { Parts } from "../parts.ts";

/** Something that waits for a person: asked, then answered here, answered elsewhere, expired, or over. */
export interface Ask {
  /** The same for the same question, also after a restart; the card's row has it. */
  readonly id: string;
  /** The card's header. */
  readonly title: string;
  /** Asked one after the other. */
  readonly choices: readonly Choice[];
  /** Where the card goes. */
  readonly target: Target;
  /** A sentence for the card beside how to answer. */
  readonly hint?: string;
  /** Whether this person may answer. */
  readonly mayAnswer: (openId: string) => boolean;
  /** Milliseconds after which the ask expires; it stays open without. */
  readonly timeoutMs?: number;
  /**
   * Acts on the answers, one list of values for each choice; resolves with a line for the card. Who can
   * strikes the message with the answer, `typed`, off together with what follows from it.
   */
  readonly submit: (
    answers: readonly (readonly string[])[],
    typed: Incoming | undefined,
  ) => Promise<string>;
  /** Acts on the silence; resolves with a line for the card. */
  readonly expire?: () => Promise<string>;
  /** Stored with the card, for asks that nothing else can tell again after a restart. */
  readonly memo?: Row["memo"];
}

/** What {@linkcode Asks} needs. */
interface AsksOptions extends Pick<Parts, "store" | "delivery" | "texts" | "log"> {
  /** The conversation's key. */
  readonly conversation: string;
}

interface Open {
  ask: Ask;
  /** For the choices before the current one. */
  readonly answers: (readonly string[])[];
  /** The reminder's, and that of the end. */
  readonly timers: ReturnType<typeof setTimeout>[];
}

/** A typed text that answers an ask; strike the message off the inbox once it was acted on. */
export interface Taken {
  readonly ask: string;
  readonly act: () => Promise<void>;
}

/** The open asks of a conversation, each with its card in the chat. */
export class Asks {
  readonly #options: AsksOptions;
  readonly #open = new Map<string, Open>();
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
  async open(ask: Ask): Promise<void> {
    const known = this.#open.get(ask.id);
    if (known) known.ask = ask;
    const row = known
      ? undefined
      : await this.#options.store.row(this.#options.conversation, ask.id);
    await this.#show(known ?? this.#register(ask, row?.createdAt));
  }

  /** Opens an ask, and returns the row of its card to be stored together with what led to it. */
  prepare(ask: Ask): Row {
    return this.#row(this.#register(ask));
  }

  #register(ask: Ask, since: number = Date.now()): Open {
    const { texts, log, delivery, conversation } = this.#options;
    const open: Open = { ask, answers: [], timers: [] };
    this.#open.set(ask.id, open);
    const { timeoutMs, title } = ask;
    if (timeoutMs === undefined) return open;
    const after = (ms: number, act: () => Promise<void>) => {
      open.timers.push(setTimeout(() => act().catch((error) => log.warn(describe(error))), ms));
    };
    const left = Math.max(since + timeoutMs - Date.now(), 0);
    after(left, () => this.#expire(open));
    const remind = left - timeoutMs / 2;
    if (remind > 0) {
      after(remind, () => delivery.say(conversation, ask.target, texts.askReminder(title)));
    }
    return open;
  }

  /** Opens what is asked now, and closes those of `scope` (the ids that belong to it) that are over. */
  async sync(asks: readonly Ask[], scope: (id: string) => boolean, over: string): Promise<void> {
    for (const open of [...this.#open.values()]) {
      const { id } = open.ask;
      if (!scope(id) || asks.some((ask) => ask.id === id)) continue;
      this.#forget(open);
      await this.#show(open, over);
    }
    for (const ask of asks) {
      if (!this.#open.has(ask.id) && !this.#done.has(ask.id)) await this.open(ask);
    }
    await this.sweep(scope, over);
  }

  /** Closes the cards of `scope` that an earlier run of the program left open and nobody asks any more. */
  async sweep(scope: (id: string) => boolean, over: string): Promise<void> {
    const { store, delivery, conversation } = this.#options;
    for (const row of await store.rows(conversation)) {
      const ours = this.#open.has(row.id) || this.#done.has(row.id);
      if (!row.keep || !scope(row.id) || ours) continue;
      const view: View = { ...row.view, status: "closed", buttons: [], footer: over };
      await store.changeRow(row, (now) => now && { ...now, view, keep: false, shown: false });
      delivery.wake(conversation);
    }
  }

  /**
   * Takes a typed text for the answer to the oldest open ask, or to `only` one. Returns what to say to an
   * attempt that is no answer; nothing for a message like any other.
   */
  reply(typed: Incoming, only?: string): Taken | string | undefined {
    for (const open of this.#open.values()) {
      const choice = open.ask.choices[open.answers.length];
      const { id, mayAnswer } = open.ask;
      if (choice === undefined || id !== (only ?? id) || !mayAnswer(typed.sender)) continue;
      const values = understand(typed.text, choice);
      if (values === "other") continue;
      if (values === "wrong") return this.#options.texts.wrongAnswer(possible(choice));
      return { ask: id, act: () => this.#answer(open, values, typed) };
    }
    return undefined;
  }

  /** Takes the click of a button; resolves with a line for the person who clicked. */
  async click(id: string, step: number, value: string, by: string): Promise<string> {
    const { texts } = this.#options;
    const open = this.#open.get(id);
    const choice = open?.ask.choices[step];
    const option = choice?.options.find((one) => one.value === value);
    if (open === undefined || step !== open.answers.length || option === undefined) {
      return texts.askOver;
    }
    if (!open.ask.mayAnswer(by)) return texts.notYourAsk;
    await this.#answer(open, [value]);
    return option.label;
  }

  /** Lets go of the timers. */
  release(): void {
    for (const open of this.#open.values()) open.timers.forEach(clearTimeout);
  }

  async #answer(open: Open, values: readonly string[], typed?: Incoming): Promise<void> {
    open.answers.push(values);
    if (open.answers.length < open.ask.choices.length) {
      return await this.#show(open);
    }
    await this.#end(open, () => open.ask.submit(open.answers, typed));
  }

  async #expire(open: Open): Promise<void> {
    const { texts } = this.#options;
    if (!this.#open.has(open.ask.id)) return;
    await this.#end(open, open.ask.expire ?? (() => Promise.resolve(texts.askExpired)));
  }

  /** Acts on an answer or on the silence. What did not get through can be answered once more. */
  async #end(open: Open, act: () => Promise<string>): Promise<void> {
    // From here on it is answered, however long the submission takes.
    this.#forget(open);
    try {
      await this.#show(open, await act());
    } catch (error) {
      const { log, texts, delivery, conversation } = this.#options;
      log.warn(`ask ${open.ask.id}: ${describe(error)}`);
      await delivery.say(conversation, open.ask.target, texts.askFailed(describe(error)));
      this.#done.delete(open.ask.id);
      await this.open(open.ask);
    }
  }

  #forget(open: Open): void {
    this.#open.delete(open.ask.id);
    this.#done.add(open.ask.id);
    open.timers.forEach(clearTimeout);
  }

  /** @param over The line that says how the ask ended, if it has. */
  #view({ ask, answers }: Open, over?: string): View {
    const { texts, conversation } = this.#options;
    const step = Math.min(answers.length, ask.choices.length - 1);
    const choice = ask.choices[step];
    const { title } = ask;
    if (choice === undefined) return { status: "plain", title };
    const text = describeChoice(choice);
    if (over !== undefined) return { status: "closed", title, text, footer: over };
    return {
      status: "waiting",
      title,
      text,
      footer: [texts.howToAnswer(possible(choice), choice), ask.hint ?? ""].join(" ").trim(),
      buttons: choice.multiple ? [] : choice.options.map(({ label, value, style }) => ({
        label,
        value: { ask: ask.id, conversation, step, choice: value },
        ...(style && { style }),
      })),
    };
  }

  async #show(open: Open, over?: string): Promise<void> {
    const { store, delivery, conversation } = this.#options;
    const row = this.#row(open, over);
    const { view, keep = false } = row;
    await store.changeRow(row, (now) => {
      if (now === undefined) return row;
      const same = now.keep === keep && JSON.stringify(now.view) === JSON.stringify(view);
      return same ? now : { ...now, view, keep, shown: false };
    });
    delivery.wake(conversation);
  }

  #row(open: Open, over?: string): Row {
    const { delivery, conversation } = this.#options;
    const { id, target, memo } = open.ask;
    const row = delivery.row(conversation, delivery.slot(target), this.#view(open, over), id);
    return { ...row, keep: over === undefined, ...(memo && { memo }) };
  }
}

function describeChoice(choice: Choice): string {
  const options = choice.options.map(({ label, description }, i) =>
    `${i + 1}. **${label}**${description ? ` – ${description}` : ""}`
  );
  return `${choice.question}\n\n${options.join("\n")}`;
}

function possible(choice: Choice): string {
  return choice.options.length === 1 ? "1" : `1–${choice.options.length}`;
}
