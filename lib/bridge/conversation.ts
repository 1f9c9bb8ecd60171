import { deadline } from "@std/async";
import { describe } from "../errors.ts";
import type { Incoming } from "../feishu/inbound.ts";
import type { View } from "../feishu/view.ts";
import {
  type AskMemo,
  type Conversation as Record,
  newId,
  type Prompt,
  type Row,
  type Target,
  type Work,
} from "../records.ts";
import type { ActionHost } from "./actions.ts";
import { fencedAsk } from "./agent_asks.ts";
import { type Ask, Asks } from "./asks.ts";
import { LateMessages } from "./late.ts";
import { Reception, type ReceptionOptions } from "./reception.ts";
import { Turn, type TurnHome, type TurnOptions } from "./turn.ts";
import { TurnQueue } from "./turn_queue.ts";

/** What a {@linkcode Conversation} needs, besides what its turns need. */
export interface ConversationOptions extends TurnOptions, Omit<ReceptionOptions, "onError"> {
  readonly agent: TurnOptions["agent"] & ReceptionOptions["agent"];
  /** Ends the running turn's following, not the turn itself. */
  readonly signal: AbortSignal;
  /** Milliseconds after which a message is asked about instead of run. */
  readonly lateAfterMs: number;
}

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
export class Conversation implements TurnHome, ActionHost {
  readonly #options: ConversationOptions;
  #record: Record;
  readonly #queue: TurnQueue;
  readonly asks: Asks;
  readonly #late: LateMessages;
  #mailbox: Promise<unknown> = Promise.resolve();
  readonly #reception: Reception;

  constructor(record: Record, options: ConversationOptions) {
    this.#record = record;
    this.#options = options;
    const conversation = record.key;
    this.#queue = new TurnQueue(this, options);
    this.#reception = new Reception(this, { ...options, onError: this.#report });
    this.asks = new Asks({ ...options, conversation });
    this.#late = new LateMessages({
      conversation,
      asks: this.asks,
      texts: options.texts,
      mayAnswer: this.#mayAnswer,
    });
  }

  #mayAnswer = (openId: string, owner: string): boolean =>
    this.#options.anyoneMayAnswer || openId === owner;

  /** The running turn first, then the queue. */
  get turns(): readonly Turn[] {
    return this.#queue.turns;
  }

  /** Titles of the open questions. */
  get askTitles(): readonly string[] {
    return this.asks.titles;
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
    const { texts, askTimeoutMs: timeoutMs } = this.#options;
    const context = { texts, timeoutMs, mayAnswer: this.#mayAnswer };
    return fencedAsk(
      id,
      memo,
      target,
      context,
      (text, typed) =>
        this.#enqueue(
          { text, sender: memo.sender, messageId: "", target, round: memo.round + 1 },
          typed,
        ),
    );
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
        const turn = new Turn(prompt, this.#options, false);
        // Perhaps the bridge ended before it could; Feishu keeps only one of the same.
        if (!prompt.run?.postedAt) this.#options.delivery.react(prompt.messageId, "taken");
        if (prompt.run !== undefined || !this.#isLate(prompt.createdAt)) this.#queue.push(turn);
        else await this.#ask(turn);
      }
      for (const row of await this.rows()) {
        const ask = row.keep && row.memo && this.#fencedAsk(row.id, row.memo, row.slot.target);
        if (ask) await this.asks.open(ask);
      }
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
      const turn = this.turns.find(({ prompt }) => prompt.messageId === messageId);
      if (turn) await this.drop(turn);
    });
  }

  /** Takes a turn out of the queue, or ends it if it has begun. */
  async drop(turn: Turn): Promise<void> {
    await this.#queue.drop(turn);
  }

  /** Calls off what messages still load, of all or of the oldest; returns of how many. */
  stopLoading(all: boolean): number {
    return this.#reception.stop(all);
  }

  /** Makes a message a prompt. */
  async enqueue(incoming: Incoming, work: Partial<Work>): Promise<void> {
    const { text, sender, messageId } = incoming;
    const target = this.#target(incoming);
    await this.#enqueue({ text, ...work, sender, messageId, target }, incoming);
  }

  /** Changes the conversation; stored with the next answer. */
  change(conversation: Record): void {
    this.#record = conversation;
  }

  /** Stores the conversation now. */
  async save(): Promise<void> {
    await this.#options.store.commit({ conversation: this.#record });
  }

  /** The rows of the conversation's ledger. */
  rows(): Promise<Row[]> {
    return this.#options.store.rows(this.#record.key);
  }

  /** Takes the click of a button; resolves with a line for the person who clicked. */
  async click(ask: string, step: number, choice: string, by: string): Promise<string> {
    const { texts } = this.#options;
    const act = async () => {
      if (!this.asks.isOpen(ask)) await this.#asksKnown(CLICK_MS);
      return await this.#serially(() => this.asks.click(ask, step, choice, by)) ?? texts.askOver;
    };
    return await deadline(act(), TOAST_MS).catch(() => texts.clickTaken);
  }

  /** Resolves when it is known what a resumed turn asks, within half a minute. */
  asksKnown(): Promise<void> {
    return this.#asksKnown(RESUME_MS);
  }

  async #asksKnown(timeoutMs: number): Promise<void> {
    const known = this.turns[0]?.asksKnown;
    if (known === undefined) return;
    await deadline(known, timeoutMs, { signal: this.#options.signal }).catch(() => {});
  }

  /** One thing after the other; what fails is logged, and stays stored for the next start. */
  #serially<T>(work: () => Promise<T>): Promise<T | undefined> {
    const done = this.#mailbox.then(work).catch(this.#report);
    this.#mailbox = done;
    return done;
  }

  #report = (error: unknown): undefined => {
    if (this.#options.signal.aborted) return;
    this.#options.log.error(`in conversation ${this.#record.key}: ${describe(error)}`);
  };

  async #ask(turn: Turn): Promise<void> {
    const { messageId, createdAt, text, sender, slot } = turn.prompt;
    await this.#late.add({
      id: messageId,
      sentAt: createdAt,
      text,
      sender,
      target: slot.target,
      run: () => Promise.resolve(this.#queue.push(turn)),
      skip: () => turn.drop(),
    });
  }

  #isLate(sentAt: number): boolean {
    return Date.now() - sentAt > this.#options.lateAfterMs;
  }

  /** Resolves when nothing is under way any more; after an abort that is soon. */
  async settled(): Promise<void> {
    await this.#mailbox;
    await this.#reception.settled();
    this.asks.release();
    await this.#queue.settled();
  }

  async #receive(incoming: Incoming): Promise<void> {
    const { store } = this.#options;
    const late = incoming.missed || this.#isLate(incoming.createdAt);
    if (!late) return await this.#handle(incoming);
    // Stays in the inbox until somebody decides.
    await this.#late.add({
      id: incoming.messageId,
      sentAt: incoming.createdAt,
      text: incoming.text || `[${incoming.type}]`,
      sender: incoming.sender,
      target: this.#target(incoming),
      run: () => this.#handle(incoming),
      skip: () => store.commit({ handled: incoming }),
    });
  }

  async #handle(incoming: Incoming): Promise<void> {
    await this.#reception.take(incoming);
  }

  async #enqueue(
    prompt: Omit<Prompt, "id" | "conversation" | "createdAt" | "slot"> & { target: Target },
    handled?: Incoming,
  ): Promise<void> {
    const { store, delivery } = this.#options;
    const { target, ...rest } = prompt;
    const now = Date.now();
    const record: Prompt = {
      ...rest,
      id: newId(now),
      conversation: this.#record.key,
      createdAt: now,
      // The first request leaves right after this is stored.
      slot: { ...delivery.slot(target), triedAt: now },
    };
    await store.commit({ handled, prompts: [record], conversation: this.#record });
    delivery.react(record.messageId, "taken");
    this.#queue.push(new Turn(record, this.#options, true));
  }

  /** Puts messages into the chat, and strikes the one that they answer off the inbox unless more follows. */
  async answer(incoming: Incoming, views: readonly View[], last = true): Promise<void> {
    const { store, delivery } = this.#options;
    const rows = views.map((view) => this.#row(incoming, view));
    const handled = last ? { handled: incoming, conversation: this.#record } : {};
    await store.commit({ ...handled, rows });
    delivery.wake(this.#record.key);
  }

  #row(incoming: Incoming, view: View): Row {
    const { delivery } = this.#options;
    return delivery.row(this.#record.key, delivery.slot(this.#target(incoming)), view);
  }

  /** In a direct chat an answer needs no quote; in groups and topics it stays with its question. */
  #target(incoming: Incoming): Target {
    const { chatId, chatType, threadId, messageId } = incoming;
    if (chatType === "p2p" && threadId === undefined) return { chatId };
    return { chatId, replyTo: messageId, ...(threadId === undefined ? {} : { threadId }) };
  }
}
