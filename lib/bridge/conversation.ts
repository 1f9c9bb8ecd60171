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
import { isAgentRequest } from "./asks/ask.ts";
import { Asks } from "./asks/asks.ts";
import { fencedAsk } from "./asks/fenced_ask.ts";
import { LateMessages } from "./asks/late_messages.ts";
import type { Effects, NewPrompt } from "./effects.ts";
import { MessageHandler } from "./message_handler.ts";
import type { Services } from "./services.ts";
import { Turn } from "./turn/turn.ts";
import { TurnQueue } from "./turn/turn_queue.ts";

/**
 * How long a click waits for the asks of a resumed turn, in milliseconds. It can wait long, because
 * nobody repeats a click and it blocks nothing.
 */
const CLICK_ASKS_MS = 90_000;
/** How long a click may take before it is acknowledged, in milliseconds. Feishu waits three seconds. */
const TOAST_MS = 2_000;

/**
 * One chat or topic. It handles its messages in order and runs its prompts one at a time. It is the only
 * writer of its state: commands, asks and turns return effects, and the conversation commits them.
 */
export class Conversation {
  readonly #services: Services;
  #record: ConversationRecord;
  /** In milliseconds since 1970. Turns are resumed right after. */
  readonly #openedAt = Date.now();
  readonly #mailbox = new Serial();
  /** Serialises commits, so that an older record never replaces a newer one. */
  readonly #commits = new Serial();
  /** The running turn and the queued ones. */
  readonly queue = new TurnQueue((error) => this.report(error));
  readonly #handler: MessageHandler;
  readonly #late: LateMessages;
  /** The open asks. */
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

  /** The current record. */
  get record(): ConversationRecord {
    return this.#record;
  }

  /** Commits the effects in one step, then queues their new prompts. */
  async commit({ update, enqueue = [], ...changes }: Effects): Promise<void> {
    if (update !== undefined) this.#record = update(this.#record);
    const record = this.#record;
    // Somebody may have been removed while their message was loading.
    const admitted = enqueue.filter(({ sender }) => this.#services.admission.mayUse(sender));
    const added = admitted.map((prompt) => this.#newTurn(prompt));
    await this.#commits.run(() =>
      this.#services.store.commit({
        ...changes,
        turns: [...changes.turns ?? [], ...added],
        ...((update || added.length > 0) && { conversation: record }),
      })
    );
    for (const [i, turn] of added.entries()) {
      if (!enqueue[i]?.isTaken) this.#services.outbox.react(turn.messageId, "taken");
      this.queue.add(new Turn(turn, this, this.#services, false));
    }
  }

  /**
   * Resumes what was open when the program ended: turns, asks, and messages of the inbox. A turn that had
   * begun continues. Prompts and messages that have waited too long are listed on the late card. What
   * people had asked for who may no longer use the bot ends.
   */
  async resume(turns: readonly TurnRecord[], inbox: readonly IncomingMessage[]): Promise<void> {
    const { store, texts, admission } = this.#services;
    const isGone = (sender: string) => !admission.mayUse(sender);
    await this.#inOrder(async () => {
      await this.#late.resume();
      await this.#dropOf(isGone, turns, inbox);
      for (const turn of turns) {
        await this.#resumeTurn(isGone(turn.sender) ? { ...turn, cancelled: true } : turn);
      }
      const answered = new Set(turns.map(({ answers }) => answers));
      for (const { id, keep, memo, slot } of await store.rows(this.#record.key)) {
        if (memo && isGone(memo.sender)) answered.add(id);
        const isOpen = keep && memo && !answered.has(id);
        const ask = isOpen && fencedAsk(id, memo, slot.target, this.#services);
        if (ask) await this.commit(await this.asks.open(ask));
      }
      await this.commit(await this.asks.sweep((id) => answered.has(id), texts.askOver));
      // A turn that goes on says itself what is still asked.
      const hasBegun = turns.some(({ state }) => state.kind !== "queued");
      if (!hasBegun) await this.commit(await this.asks.sweep(isAgentRequest, texts.turnOver));
      for (const message of inbox) if (!isGone(message.sender)) await this.#receive(message);
      await this.commit(await this.#late.sweep());
    });
  }

  /** Drops the stored messages of people who are gone, and says whose work ends. */
  async #dropOf(
    isGone: (sender: string) => boolean,
    turns: readonly TurnRecord[],
    inbox: readonly IncomingMessage[],
  ): Promise<void> {
    const handled = inbox.filter(({ sender }) => isGone(sender));
    const targets = new Map([
      ...turns.map(({ sender, slot }) => [sender, slot.target] as const),
      ...handled.map((message) => [message.sender, targetOf(message)] as const),
    ]);
    const rows = [...targets].filter(([sender]) => isGone(sender))
      .flatMap(([sender, target]) => this.rows(target, this.#services.texts.userGone(sender)));
    await this.commit({ handled, rows });
  }

  /** Ends everything that a person has asked for who may no longer use the bot. */
  async dismiss(openId: string): Promise<void> {
    await this.#inOrder(async () => {
      for (const messageId of this.#late.messagesOf(openId)) {
        await this.commit(await this.#late.recall(messageId) ?? {});
      }
      const turns = this.queue.turns.filter(({ record }) => record.sender === openId);
      // The queued ones first, so that none of them starts.
      for (const turn of turns.toReversed()) await this.queue.drop(turn);
      const [first] = turns;
      if (first) await this.say(first.slot.target, this.#services.texts.userGone(openId));
    });
  }

  /** Handles a stored message after the earlier ones. Resolves when it is handled or queued. */
  async receive(message: IncomingMessage): Promise<void> {
    await this.#inOrder(() => this.#receive(message));
  }

  /** Handles the recall of a message: cancels its turn, or removes it from the queue. */
  async recall(messageId: string): Promise<void> {
    await this.#inOrder(async () => {
      const effects = await this.#late.recall(messageId);
      if (effects !== undefined) return await this.commit(effects);
      if (this.#handler.callOff(messageId)) return;
      const turn = this.queue.turns.find(({ record }) => record.messageId === messageId);
      if (turn) await this.queue.drop(turn);
    });
  }

  /** Handles the click of a button; resolves with a line to show to the person who clicked. */
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

  /** Sends a text to the chat. */
  async say(target: Target, text: string): Promise<void> {
    await this.commit({ rows: this.rows(target, text) });
  }

  /** Resolves when all work has ended. Call it after the signal has aborted. */
  async settled(): Promise<void> {
    await this.#mailbox.settled();
    await this.#handler.settled();
    this.asks.release();
    await this.queue.release();
  }

  async #receive(message: IncomingMessage): Promise<void> {
    const { missed, createdAt, text, type } = message;
    if (!missed && !this.#isLate(createdAt)) return await this.#handler.handle(message);
    if (await this.#handler.handleLate(message)) return;
    // The message stays in the inbox until somebody decides.
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

  /** Commits the effects of a message and removes it from the inbox. */
  async finish(message: IncomingMessage, effects: Effects = {}): Promise<void> {
    // Stored with each answer: a chat that is stored is looked at for messages that were missed.
    const { update = (record) => record, handled = [] } = effects;
    await this.commit({ ...effects, update, handled: [...handled, message] });
  }

  async #resumeTurn(record: TurnRecord): Promise<void> {
    const { messageId, createdAt, state, slot, cancelled } = record;
    const turn = new Turn(record, this, this.#services, true);
    // The previous run may have ended before it reacted. Feishu ignores a second identical reaction.
    if (state.kind !== "posted") this.#services.outbox.react(messageId, "taken");
    if (state.kind !== "queued" || cancelled || !this.#isLate(createdAt)) {
      return this.queue.add(turn);
    }
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

  #newTurn({ work, target, isTaken: _, ...prompt }: NewPrompt): TurnRecord {
    const { chat } = this.#services;
    const now = Date.now();
    return {
      ...work,
      ...prompt,
      id: newId(now),
      conversation: this.#record.key,
      createdAt: now,
      // The first request is sent right after this is stored.
      slot: chat.markAttempted(chat.slot(target)),
      state: { kind: "queued" },
    };
  }

  /** Creates rows that send a text or views to the chat. */
  rows(target: Target, content: string | readonly View[]) {
    const views = typeof content === "string"
      ? [{ status: "plain", text: content } as const]
      : content;
    return views.map((view) => newRow(this.#record.key, this.#services.chat.slot(target), view));
  }

  /**
   * Waits until the asks of a resumed turn are known, but for all messages together at most `timeoutMs`
   * milliseconds from the start on.
   */
  async waitForAsks(timeoutMs: number): Promise<void> {
    const known = this.queue.turns[0]?.asksKnown;
    if (known === undefined) return;
    const leftMs = Math.max(this.#openedAt + timeoutMs - Date.now(), 0);
    await deadline(known, leftMs, { signal: this.#services.signal }).catch(() => {});
  }

  /** Runs work in order. Errors are logged; the work stays stored and is resumed at the next start. */
  async #inOrder<T>(work: () => Promise<T>): Promise<T | undefined> {
    return await this.#mailbox.run(work).catch((error) => this.report(error));
  }

  /** Logs an error, unless the bridge is stopping. */
  report(error: unknown): undefined {
    const { log, signal } = this.#services;
    if (!signal.aborted) log.error(`in conversation ${this.#record.key}: ${describe(error)}`);
  }

  #isLate(createdAt: number): boolean {
    return Date.now() - createdAt > this.#services.settings.lateAfterMs;
  }
}
