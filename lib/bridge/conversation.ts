import { deadline } from "@std/async";
import { describe } from "../base/errors.ts";
import { newId } from "../base/ids.ts";
import { Serial } from "../base/serial.ts";
import type { ConversationRecord } from "../model/conversation.ts";
import { newRow } from "../model/ledger.ts";
import { type Click, type IncomingMessage, targetOf } from "../model/message.ts";
import type { Target } from "../model/place.ts";
import type { TurnRecord } from "../model/turn.ts";
import type { View } from "../model/view.ts";
import { Asks } from "./asks/asks.ts";
import { fencedAsk } from "./asks/fenced_ask.ts";
import { LateMessages } from "./asks/late_messages.ts";
import type { Effects, NewPrompt } from "./effects.ts";
import { MessageHandler } from "./message_handler.ts";
import type { Services } from "./services.ts";
import { Turn } from "./turn/turn.ts";
import { TurnQueue } from "./turn/turn_queue.ts";

/**
 * How long, in milliseconds, a click waits until it is known what a resumed turn asks: nobody sends it
 * again, and it holds up nothing.
 */
const CLICK_ASKS_MS = 90_000;
/** Milliseconds until the person who clicked is answered; Feishu waits three seconds. */
const TOAST_MS = 2_000;

/**
 * One chat or topic. It takes its messages one after the other and runs its prompts in the order in which
 * they came, one at a time. It is the only one that commits: commands, asks and turns return effects.
 */
export class Conversation {
  readonly #services: Services;
  #record: ConversationRecord;
  readonly #mailbox = new Serial();
  /** Commits one after the other, so that an older record never replaces a newer one. */
  readonly #commits = new Serial();
  /** The turns that are not over. */
  readonly queue = new TurnQueue((error) => this.report(error));
  readonly #handler: MessageHandler;
  readonly #late: LateMessages;
  /** The open questions. */
  readonly asks: Asks;

  constructor(record: ConversationRecord, services: Services) {
    this.#record = record;
    this.#services = services;
    const commitLater = (work: () => Promise<Effects>) =>
      void work().then((effects) => this.commit(effects)).catch((error) => this.report(error));
    this.asks = new Asks({ ...services, conversation: record.key, commitLater });
    this.#late = new LateMessages(record.key, this.asks, services);
    this.#handler = new MessageHandler(this, services);
  }

  /** The conversation as it is now. */
  get record(): ConversationRecord {
    return this.#record;
  }

  /** Makes the effects true, in one step; then what they start begins. */
  async commit({ update, enqueue = [], ...changes }: Effects): Promise<void> {
    if (update !== undefined) this.#record = update(this.#record);
    const added = enqueue.map((prompt) => this.#newTurn(prompt));
    await this.#commits.run(() =>
      this.#services.store.commit({
        ...changes,
        turns: [...changes.turns ?? [], ...added],
        ...((update || added.length > 0) && { conversation: this.#record }),
      })
    );
    for (const turn of added) {
      this.#services.outbox.react(turn.messageId, "taken");
      this.queue.add(new Turn(turn, this, this.#services, false));
    }
  }

  /**
   * Takes up again what was open when the program ended: turns, and messages of the inbox. A turn that has
   * begun goes on; what has waited for long is asked about, like a message that comes late.
   */
  async resume(turns: readonly TurnRecord[], inbox: readonly IncomingMessage[]): Promise<void> {
    const { store, texts } = this.#services;
    await this.#inOrder(async () => {
      for (const turn of turns) await this.#resumeTurn(turn);
      const answered = new Set(turns.map(({ answers }) => answers));
      for (const { id, keep, memo, slot } of await store.rows(this.#record.key)) {
        const isOpen = keep && memo && !answered.has(id);
        const ask = isOpen && fencedAsk(id, memo, slot.target, this.#services);
        if (ask) await this.commit(await this.asks.open(ask));
      }
      await this.commit(await this.asks.sweep((id) => answered.has(id), texts.askOver));
      for (const message of inbox) await this.#receive(message);
      await this.commit(await this.#late.sweep());
    });
  }

  /** Works on a stored message after those before it. Resolves when it is handled or queued. */
  async receive(message: IncomingMessage): Promise<void> {
    await this.#inOrder(() => this.#receive(message));
  }

  /** A message was recalled: its turn ends, or it is taken out of the queue. */
  async recall(messageId: string): Promise<void> {
    await this.#inOrder(async () => {
      const effects = await this.#late.recall(messageId);
      if (effects !== undefined) return await this.commit(effects);
      if (this.#handler.callOff(messageId)) return;
      const turn = this.queue.turns.find(({ record }) => record.messageId === messageId);
      if (turn) await this.queue.drop(turn);
    });
  }

  /** Takes the click of a button; resolves with a line for the person who clicked. */
  async click({ ask, step, choice, by }: Click): Promise<string> {
    const { texts } = this.#services;
    const act = async () => {
      if (!this.asks.isOpen(ask)) await this.waitForAsks(CLICK_ASKS_MS);
      const line = await this.#inOrder(async () => {
        const { line, effects = {} } = await this.asks.click(ask, step, choice, by);
        await this.commit(effects);
        return line;
      });
      return line ?? texts.askOver;
    };
    return await deadline(act(), TOAST_MS).catch(() => texts.clickTaken);
  }

  /** Says something in the chat. */
  async say(target: Target, text: string): Promise<void> {
    await this.commit({ rows: this.rows(target, text) });
  }

  /** Resolves when nothing is under way any more; after an abort that is soon. */
  async settled(): Promise<void> {
    await this.#mailbox.settled();
    await this.#handler.settled();
    this.asks.release();
    await this.queue.release();
  }

  async #receive(message: IncomingMessage): Promise<void> {
    const { missed, createdAt, text, type } = message;
    if (!missed && !this.#isLate(createdAt)) return await this.#handler.handle(message);
    // Stays in the inbox until somebody decides.
    await this.commit(
      await this.#late.add({
        ...message,
        text: text || `[${type}]`,
        target: targetOf(message),
        run: () => this.#handler.handle(message),
        skip: () => Promise.resolve({ handled: [message] }),
      }),
    );
  }

  /** Commits what became of a message, and strikes it off the inbox. */
  async finish(message: IncomingMessage, effects: Effects = {}): Promise<void> {
    await this.commit({ ...effects, handled: [...effects.handled ?? [], message] });
  }

  async #resumeTurn(record: TurnRecord): Promise<void> {
    const { messageId, createdAt, state, slot } = record;
    const turn = new Turn(record, this, this.#services, true);
    // Perhaps the bridge ended before it could; Feishu keeps only one of the same.
    if (state.kind !== "posted") this.#services.outbox.react(messageId, "taken");
    if (state.kind !== "queued" || !this.#isLate(createdAt)) return this.queue.add(turn);
    await this.commit(
      await this.#late.add({
        ...record,
        target: slot.target,
        run: () => Promise.resolve(this.queue.add(turn)),
        skip: async () => {
          await turn.drop();
          return {};
        },
      }),
    );
  }

  #newTurn({ work, target, ...prompt }: NewPrompt): TurnRecord {
    const { chat } = this.#services;
    const now = Date.now();
    return {
      ...work,
      ...prompt,
      id: newId(now),
      conversation: this.#record.key,
      createdAt: now,
      // The first request leaves right after this is stored.
      slot: chat.markAttempted(chat.slot(target)),
      state: { kind: "queued" },
    };
  }

  /** Rows that put messages into the chat. */
  rows(target: Target, content: string | readonly View[]) {
    const views = typeof content === "string"
      ? [{ status: "plain", text: content } as const]
      : content;
    return views.map((view) => newRow(this.#record.key, this.#services.chat.slot(target), view));
  }

  /** Resolves when it is known what a resumed turn asks, or when the time is over. */
  async waitForAsks(timeoutMs: number): Promise<void> {
    const known = this.queue.turns[0]?.asksKnown;
    if (known === undefined) return;
    await deadline(known, timeoutMs, { signal: this.#services.signal }).catch(() => {});
  }

  /** One thing after the other; what goes wrong is logged, and stays stored for the next start. */
  async #inOrder<T>(work: () => Promise<T>): Promise<T | undefined> {
    return await this.#mailbox.run(work).catch((error) => this.report(error));
  }

  report(error: unknown): undefined {
    const { log, signal } = this.#services;
    if (!signal.aborted) log.error(`in conversation ${this.#record.key}: ${describe(error)}`);
  }

  #isLate(sentAt: number): boolean {
    return Date.now() - sentAt > this.#services.settings.lateAfterMs;
  }
}
