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
} from "../records.ts";
import { act, type ActionHost, type ActionOptions } from "./actions.ts";
import { fencedAsk } from "./agent_asks.ts";
import { type Ask, Asks } from "./asks.ts";
import { parseCommand } from "./commands.ts";
import type { Intake } from "./intake.ts";
import { LateMessages } from "./late.ts";
import { Turn, type TurnHome, type TurnOptions } from "./turn.ts";

/** What a {@linkcode Conversation} needs, besides what its turns need. */
export interface ConversationOptions extends TurnOptions, ActionOptions {
  /** Ends the running turn's following, not the turn itself. */
  readonly signal: AbortSignal;
  readonly intake: Intake;
  /** Milliseconds after which a message is asked about instead of run. */
  readonly lateAfterMs: number;
}

/** How long, in milliseconds, a message waits until it is known what a resumed turn asks. */
const RESUME_MS = 10_000;

/**
 * One chat or topic: takes its messages one after the other, runs its prompts in the order in which
 * they came, one at a time.
 */
export class Conversation implements TurnHome, ActionHost {
  readonly #options: ConversationOptions;
  #record: Record;
  /** The running turn first, then the queue. */
  readonly #turns: Turn[] = [];
  readonly asks: Asks;
  readonly #late: LateMessages;
  #mailbox: Promise<unknown> = Promise.resolve();
  #pump: Promise<void> | undefined;

  constructor(record: Record, options: ConversationOptions) {
    this.#record = record;
    this.#options = options;
    const conversation = record.key;
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
    return this.#turns;
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
      (text) =>
        this.#enqueue({ text, sender: memo.sender, messageId: "", target, round: memo.round + 1 }),
    );
  }

  /** Binds the conversation to the session of a turn, unless it was moved elsewhere meanwhile. */
  bind(sessionId: string, directory: string): Record {
    if (directory === this.#record.directory) this.#record = { ...this.#record, sessionId };
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
        if (prompt.run !== undefined || !this.#isLate(prompt.createdAt)) this.#push(turn);
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
      if (await this.#late.recall(messageId)) return;
      const turn = this.#turns.find(({ prompt }) => prompt.messageId === messageId);
      if (turn === undefined) return;
      await (turn === this.#turns[0] ? turn.cancel() : this.drop(turn));
    });
  }

  /** Takes a turn that has not begun out of the queue. */
  async drop(turn: Turn): Promise<void> {
    this.#turns.splice(this.#turns.indexOf(turn), 1);
    await turn.drop();
  }

  /** Changes the conversation; stored with the next answer. */
  change(conversation: Record): void {
    this.#record = conversation;
  }

  /** The rows of the conversation's ledger. */
  rows(): Promise<Row[]> {
    return this.#options.store.rows(this.#record.key);
  }

  /** Takes the click of a button; resolves with a line for the person who clicked. */
  async click(ask: string, step: number, choice: string, by: string): Promise<string> {
    const line = await this.#serially(() => this.asks.click(ask, step, choice, by));
    return line ?? this.#options.texts.askOver;
  }

  /** One thing after the other; what fails is logged, and stays stored for the next start. */
  #serially<T>(work: () => Promise<T>): Promise<T | undefined> {
    const done = this.#mailbox.then(work).catch((error) => {
      if (this.#options.signal.aborted) return undefined;
      this.#options.log.error(`in conversation ${this.#record.key}: ${describe(error)}`);
      return undefined;
    });
    this.#mailbox = done;
    return done;
  }

  async #ask(turn: Turn): Promise<void> {
    const { messageId, createdAt, text, sender, slot } = turn.prompt;
    await this.#late.add({
      id: messageId,
      sentAt: createdAt,
      text,
      sender,
      target: slot.target,
      run: () => Promise.resolve(this.#push(turn)),
      skip: () => turn.drop(),
    });
  }

  #isLate(sentAt: number): boolean {
    return Date.now() - sentAt > this.#options.lateAfterMs;
  }

  /** Resolves when nothing is under way any more; after an abort that is soon. */
  async settled(): Promise<void> {
    await this.#mailbox;
    await this.#pump;
    this.asks.release();
    await Promise.all(this.#turns.map((turn) => turn.release()));
  }

  async #receive(incoming: Incoming): Promise<void> {
    const { store } = this.#options;
    if (!this.#isLate(incoming.createdAt)) return await this.#handle(incoming);
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
    const { texts, store } = this.#options;
    const resumed = this.#turns[0]?.asksKnown;
    if (resumed) await deadline(resumed, RESUME_MS).catch(() => {});
    const parsed = parseCommand(incoming.text);
    // A command is never an answer; anything else may be one, as long as something is asked.
    if (parsed.kind === "command") {
      return await act(incoming, parsed.name, parsed.argument, this, this.#options);
    }
    const taken = incoming.text && this.asks.reply(incoming.text, incoming.sender);
    if (taken && taken.kind === "wrong") return await this.answer(incoming, taken.hint);
    if (taken && taken.kind === "answer") {
      await store.commit({ handled: incoming });
      return await taken.act();
    }
    if (parsed.kind === "mistyped") {
      return await this.answer(incoming, texts.didYouMean(`/${parsed.nearest}`));
    }
    await this.#prompt(incoming);
  }

  /** Makes a message a prompt, with all that it brings and with the files that wait for it. */
  async #prompt(incoming: Incoming): Promise<void> {
    const { intake, store, delivery } = this.#options;
    const { prompt, files, reply } = await intake.take(incoming);
    const { files: waiting = [], ...record } = this.#record;
    const all = [...waiting, ...files];
    if (prompt === "") {
      if (all.length > 0) this.#record = { ...record, files: all };
      return await this.answer(incoming, reply);
    }
    if (reply !== "") {
      await store.commit({ rows: [this.#notice(incoming, reply)] });
      delivery.wake(this.#record.key);
    }
    this.#record = record;
    await this.#enqueue({
      text: prompt,
      sender: incoming.sender,
      messageId: incoming.messageId,
      target: this.#target(incoming),
      ...(all.length > 0 ? { files: all } : {}),
    }, incoming);
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
    this.#push(new Turn(record, this.#options, true));
  }

  #push(turn: Turn): void {
    this.#turns.push(turn);
    if (this.#turns.length > 1) turn.showQueued(this.#turns.length - 1);
    this.#pump ??= this.#run();
  }

  async #run(): Promise<void> {
    const { signal, log } = this.#options;
    try {
      for (let turn = this.#turns[0]; turn !== undefined; turn = this.#turns[0]) {
        await turn.run(this, signal);
        this.#turns.splice(this.#turns.indexOf(turn), 1);
        this.#turns.forEach((waiting, before) => before > 0 && waiting.showQueued(before));
      }
    } catch (error) {
      if (!signal.aborted) log.error(`a turn stays open: ${describe(error)}`);
    } finally {
      // At once, so that whoever comes next starts another run.
      this.#pump = undefined;
    }
  }

  /** Strikes a message off the inbox and answers it, in one step. */
  async answer(incoming: Incoming, text: string, file?: string): Promise<void> {
    const { store, delivery } = this.#options;
    const rows = [this.#notice(incoming, text, file)];
    await store.commit({ handled: incoming, conversation: this.#record, rows });
    delivery.wake(this.#record.key);
  }

  #notice(incoming: Incoming, text: string, file?: string): Row {
    const { delivery } = this.#options;
    const view: View = { status: "plain", text, ...(file === undefined ? {} : { file }) };
    return delivery.row(this.#record.key, delivery.slot(this.#target(incoming)), view);
  }

  /** In a direct chat an answer needs no quote; in groups and topics it stays with its question. */
  #target(incoming: Incoming): Target {
    const { chatId, chatType, threadId, messageId } = incoming;
    if (chatType === "p2p" && threadId === undefined) return { chatId };
    return { chatId, replyTo: messageId, ...(threadId === undefined ? {} : { threadId }) };
  }
}
