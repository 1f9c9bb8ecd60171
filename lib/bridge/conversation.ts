import { deadline } from "@std/async";
import { describe } from "../base/errors.ts";
import type { Incoming } from "../feishu/connection/events.ts";
import type { View } from "../model/view.ts";
import {
  type AskMemo,
  type Conversation as Record,
  newId,
  type Prompt,
  type Row,
  type Target,
  type Work,
} from "../model/records.ts";
import { type Ask, Asks } from "./asks/asks.ts";
import { fencedAsk } from "./asks/fenced_ask.ts";
import { LateMessages } from "./asks/late_messages.ts";
import type { Parts } from "./parts.ts";
import { Reception } from "./reception.ts";
import { Turn } from "./turn/turn.ts";

/** How long, in milliseconds, a message waits until it is known what a resumed turn asks. */
const RESUME_MS = 30_000;
/** The same for a click, which nobody sends again, and which holds up nothing while it waits. */
const CLICK_MS = 90_000;
/** Milliseconds until the person who clicked is answered; Feishu waits three seconds. */
const TOAST_MS = 2_000;

/**
 * One chat or topic: takes its messages one after the other, runs its prompts in the order in which
 * they came, one at a time.
 */
export class Conversation {
  readonly #parts: Parts;
  #record: Record;
  readonly #turns: Turn[] = [];
  /** Runs the turns, as long as there are any. */
  #pump: Promise<void> | undefined;
  #mailbox: Promise<unknown> = Promise.resolve();
  readonly #reception: Reception;
  readonly #late: LateMessages;
  /** The open questions. */
  readonly asks: Asks;

  constructor(record: Record, parts: Parts) {
    this.#record = record;
    this.#parts = parts;
    this.#reception = new Reception(this, parts);
    this.asks = new Asks({ ...parts, conversation: record.key });
    this.#late = new LateMessages(record.key, this.asks, parts);
  }

  /** The running turn first, then the queue. */
  get turns(): readonly Turn[] {
    return this.#turns;
  }

  /** The conversation as it is stored. */
  get conversation(): Record {
    return this.#record;
  }

  /** Opens the question that the agent ended its answer with; returns the row of its card. */
  askAfter({ id, sender, slot, round = 0 }: Prompt, block: string): Row | undefined {
    const ask = this.#fencedAsk(`ask-${id}`, { block, sender, round }, slot.target);
    return ask && this.asks.prepare(ask);
  }

  #fencedAsk(id: string, memo: AskMemo, target: Target): Ask | undefined {
    const { sender, round } = memo;
    return fencedAsk(id, memo, target, this.#parts, (text, typed) => {
      const work = { text, sender, messageId: "", round: round + 1, answers: id };
      return this.#enqueue(work, target, typed);
    });
  }

  /** Binds the conversation to a session instead of `before`, unless it was moved elsewhere meanwhile. */
  bind(sessionId: string, directory: string, before: string | undefined): Record {
    const { directory: current, sessionId: bound } = this.#record;
    if (current === directory && bound === before) this.#record = { ...this.#record, sessionId };
    return this.#record;
  }

  /**
   * Takes up again what was open when the program ended: prompts, and messages of the inbox. A turn that
   * has begun goes on; what has waited for long is asked about, like a message that comes late.
   */
  async resume(prompts: readonly Prompt[], inbox: readonly Incoming[]): Promise<void> {
    await this.#serially(async () => {
      for (const prompt of prompts) {
        const { messageId, createdAt, run } = prompt;
        const turn = new Turn(prompt, this, this.#parts, false);
        // Perhaps the bridge ended before it could; Feishu keeps only one of the same.
        if (!run?.postedAt) this.#parts.delivery.react(messageId, "taken");
        if (run !== undefined || !this.#isLate(createdAt)) {
          this.#push(turn);
          continue;
        }
        await this.#late.add({
          ...prompt,
          target: prompt.slot.target,
          run: () => Promise.resolve(this.#push(turn)),
          skip: () => turn.drop(),
        });
      }
      const answered = new Set(prompts.map(({ answers }) => answers));
      for (const { id, keep, memo, slot } of await this.rows()) {
        const ask = keep && memo && !answered.has(id) && this.#fencedAsk(id, memo, slot.target);
        if (ask) await this.asks.open(ask);
      }
      await this.asks.sweep((id) => answered.has(id), this.#parts.texts.askOver);
      for (const incoming of inbox) await this.#receive(incoming);
      await this.#late.sweep();
    });
  }

  /** Works on a stored message after those before it. Resolves when it is handled or queued. */
  async take(incoming: Incoming): Promise<void> {
    await this.#serially(() => this.#receive(incoming));
  }

  /** A message was recalled: its turn ends, or it is taken out of the queue. */
  async recall(messageId: string): Promise<void> {
    await this.#serially(async () => {
      if (await this.#late.recall(messageId) || this.#reception.recall(messageId)) return;
      const turn = this.#turns.find(({ prompt }) => prompt.messageId === messageId);
      if (turn) await this.drop(turn);
    });
  }

  /** Takes a turn out of the queue, or ends it if it has begun. */
  async drop(turn: Turn): Promise<void> {
    const at = this.#turns.indexOf(turn);
    if (at === 0) return await turn.cancel();
    if (at === -1) return;
    this.#turns.splice(at, 1);
    await turn.drop();
  }

  /** Calls off what messages still load, of all or of the oldest; returns of how many. */
  stopLoading(all: boolean): number {
    return this.#reception.stop(all);
  }

  /** Makes a message a prompt; what `work` does not say is in the message. */
  async enqueue(incoming: Incoming, work: Partial<Work>): Promise<void> {
    const { text, sender, messageId } = incoming;
    await this.#enqueue({ text, ...work, sender, messageId }, targetOf(incoming), incoming);
  }

  /** Changes the conversation; stored with the next answer. */
  change(conversation: Record): void {
    this.#record = conversation;
  }

  /** Stores the conversation now. */
  async save(): Promise<void> {
    await this.#parts.store.commit({ conversation: this.#record });
  }

  /** The rows of the conversation's ledger. */
  rows(): Promise<Row[]> {
    return this.#parts.store.rows(this.#record.key);
  }

  /** Takes the click of a button; resolves with a line for the person who clicked. */
  async click(ask: string, step: number, choice: string, by: string): Promise<string> {
    const { texts } = this.#parts;
    const act = async () => {
      if (!this.asks.isOpen(ask)) await this.asksKnown(CLICK_MS);
      return await this.#serially(() => this.asks.click(ask, step, choice, by)) ?? texts.askOver;
    };
    return await deadline(act(), TOAST_MS).catch(() => texts.clickTaken);
  }

  /** Resolves when it is known what a resumed turn asks, or when the time is over. */
  async asksKnown(timeoutMs = RESUME_MS): Promise<void> {
    const known = this.#turns[0]?.asksKnown;
    if (known === undefined) return;
    await deadline(known, timeoutMs, { signal: this.#parts.signal }).catch(() => {});
  }

  /** Puts messages into the chat, and strikes the one that they answer off the inbox unless more follows. */
  async answer(incoming: Incoming, views: readonly View[], last = true): Promise<void> {
    const { store, delivery } = this.#parts;
    const { key } = this.#record;
    const rows = views.map((view) => delivery.row(key, delivery.slot(targetOf(incoming)), view));
    const handled = last ? { handled: incoming, conversation: this.#record } : {};
    await store.commit({ ...handled, rows });
    delivery.wake(key);
  }

  /** Notes what went wrong; whatever it was stays stored for the next start. */
  report = (error: unknown): undefined => {
    if (this.#parts.signal.aborted) return;
    this.#parts.log.error(`in conversation ${this.#record.key}: ${describe(error)}`);
  };

  /** Resolves when nothing is under way any more; after an abort that is soon. */
  async settled(): Promise<void> {
    await this.#mailbox;
    await this.#reception.settled();
    this.asks.release();
    await this.#pump;
    await Promise.all(this.#turns.map((turn) => turn.release()));
  }

  /** One thing after the other. */
  #serially<T>(work: () => Promise<T>): Promise<T | undefined> {
    const done = this.#mailbox.then(work).catch(this.report);
    this.#mailbox = done;
    return done;
  }

  #isLate(sentAt: number): boolean {
    return Date.now() - sentAt > this.#parts.config.lateAfterMs;
  }

  async #receive(incoming: Incoming): Promise<void> {
    const { missed, createdAt, text, type } = incoming;
    if (!missed && !this.#isLate(createdAt)) return await this.#reception.take(incoming);
    // Stays in the inbox until somebody decides.
    await this.#late.add({
      ...incoming,
      text: text || `[${type}]`,
      target: targetOf(incoming),
      run: () => this.#reception.take(incoming),
      skip: () => this.#parts.store.commit({ handled: incoming }),
    });
  }

  async #enqueue(
    work: Omit<Prompt, "id" | "conversation" | "createdAt" | "slot">,
    target: Target,
    handled?: Incoming,
  ): Promise<void> {
    const { store, delivery } = this.#parts;
    const now = Date.now();
    const prompt: Prompt = {
      ...work,
      id: newId(now),
      conversation: this.#record.key,
      createdAt: now,
      // The first request leaves right after this is stored.
      slot: { ...delivery.slot(target), triedAt: now },
    };
    await store.commit({ handled, prompts: [prompt], conversation: this.#record });
    delivery.react(prompt.messageId, "taken");
    this.#push(new Turn(prompt, this, this.#parts, true));
  }

  /** Adds a turn, and runs it when it is its time. */
  #push(turn: Turn): void {
    this.#turns.push(turn);
    if (this.#turns.length > 1) turn.showQueued(this.#turns.length - 1);
    this.#pump ??= this.#runTurns();
  }

  async #runTurns(): Promise<void> {
    try {
      for (let turn = this.#turns[0]; turn !== undefined; turn = this.#turns[0]) {
        await turn.run();
        this.#turns.splice(this.#turns.indexOf(turn), 1);
        this.#turns.forEach((waiting, before) => before > 0 && waiting.showQueued(before));
      }
    } catch (error) {
      this.report(error);
    } finally {
      // At once, so that whoever comes next starts another run.
      this.#pump = undefined;
    }
  }
}

/** In a direct chat an answer needs no quote; in groups and topics it stays with its question. */
function targetOf({ chatId, chatType, threadId, messageId }: Incoming): Target {
  if (chatType === "p2p" && threadId === undefined) return { chatId };
  return { chatId, replyTo: messageId, ...(threadId && { threadId }) };
}
