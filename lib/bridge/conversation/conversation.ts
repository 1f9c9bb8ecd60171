import { describe } from "../../base/errors.ts";
import { fewTimes } from "../../base/waiting/few_times.ts";
import { persist } from "../../base/waiting/persist.ts";
import { Serial } from "../../base/waiting/serial.ts";
import { pause } from "../../base/waiting/wakeup.ts";
import type { ConversationRecord } from "../../model/conversation.ts";
import { newRow } from "../../model/ledger.ts";
import { type IncomingMessage, isVoice, targetOf } from "../../model/message.ts";
import type { Target } from "../../model/place.ts";
import type { TurnRecord } from "../../model/turn.ts";
import type { View } from "../../model/view.ts";
import { Asks } from "../asks/asks.ts";
import { isLate, LateMessages } from "../asks/late_messages.ts";
import { AutoEnd } from "./auto_end.ts";
import { isUrgent } from "../commands/parse.ts";
import { dismissPerson } from "./dismiss_person.ts";
import { handledEffects } from "./handled_effects.ts";
import type { Effects } from "../effects.ts";
import { noteSessions } from "../housekeeping.ts";
import { Mailbox, type Rest } from "./mailbox.ts";
import { MessageHandler } from "./message_handler.ts";
import { newTurn } from "./new_turn.ts";
import { beginThere, newConversations, openings } from "./opening.ts";
import { type OpenWork, type ResumeStep, resumeSteps } from "./resume_steps.ts";
import { Retries } from "./retries.ts";
import { keepAnswers } from "../scripts/script_answer.ts";
import type { Services } from "../services.ts";
import { withoutMark } from "./steer_mark.ts";
import { takeOut } from "./take_out.ts";
import { endOffers } from "../turn/again.ts";
import { giveUp } from "../turn/give_up.ts";
import { OutsideTurns } from "../turn/outside_turns.ts";
import { type Steered, steerTurn } from "../turn/steering.ts";
import { Turn } from "../turn/turn.ts";
import { TurnQueue } from "../turn/turn_queue.ts";
import { VoiceMessages } from "../voice/voice_messages.ts";

/** How long a message waits for the asks of a resumed turn, in milliseconds. */
const ASKS_MS = 30_000;

/**
 * One chat or topic. It handles its messages in order and runs its prompts one at a time. It is the only
 * writer of its state: commands, asks and turns return effects, and the conversation commits them.
 */
export class Conversation {
  readonly #services: Services;
  #record: ConversationRecord;
  /** By `performance.now()`. Turns are resumed right after. */
  readonly #openedAt = performance.now();
  readonly mailbox = new Mailbox({
    mayAsk: () =>
      this.queue.turns[0]?.asksKnown.isSet === false &&
      performance.now() < this.#openedAt + ASKS_MS,
    waitForAsks: () => this.waitForAsks(),
  });
  /** Serialises commits, so that an older record never replaces a newer one. */
  readonly #commits = new Serial();
  /** The running turn and the queued ones. */
  readonly queue: TurnQueue;
  readonly #handler: MessageHandler;
  readonly #retries: Retries;
  readonly #late: LateMessages;
  readonly voice: VoiceMessages;
  readonly others: OutsideTurns;
  /** The open asks. */
  readonly asks: Asks;
  readonly #autoEnd: AutoEnd;

  constructor(record: ConversationRecord, shared: Omit<Services, "texts">) {
    const services = { ...shared, texts: shared.languages.textsOf(record.key) };
    this.#record = record;
    this.#services = services;
    services.preferences.note(record);
    const { texts, signal } = services;
    const { report } = this;
    const commitLater = (work: () => Promise<Effects | undefined>) =>
      void work().then((effects) => effects && this.#commitLater(effects)).catch(report);
    this.queue = new TurnQueue({
      signal,
      mayBegin: () => this.#record.moving === undefined,
      onError: report,
      giveUp: (turn, error) => this.#giveUp(turn, error),
      onBegin: ({ record: { id } }) => commitLater(() => endOffers(record.key, id, services)),
      onEnd: () => this.showOthers(),
    });
    this.others = new OutsideTurns(this, services);
    this.#retries = new Retries({
      handle: (message) => this.receive(message),
      tell: (message, error) => this.say(targetOf(message), texts.notHandledYet(describe(error))),
      report,
      signal,
    });
    this.asks = new Asks({ ...services, conversation: record.key, commitLater });
    this.#late = new LateMessages(record.key, this.asks, services);
    this.voice = new VoiceMessages(this, services);
    this.#handler = new MessageHandler(this, services);
    this.#autoEnd = new AutoEnd({ ...services, conversation: this, commitLater });
  }

  /** The current record. */
  get record(): ConversationRecord {
    return this.#record;
  }

  /** Commits the effects in one step, then queues their new prompts. */
  async commit({ update, enqueue = [], answered = [], ...changes }: Effects): Promise<void> {
    const record = this.#record = update?.(this.#record) ?? this.#record;
    this.#autoEnd.look();
    this.#services.preferences.note(record);
    const { admission, store, suggestions, chat, log } = this.#services;
    // Somebody may have been removed meanwhile.
    const admitted = enqueue.filter(({ sender }) => admission.mayUse(sender));
    const own = admitted.filter(({ opens }) => opens === undefined);
    const added = own.map((prompt) => newTurn(prompt, record.key, chat));
    const opened = openings(admitted, record, this.#services);
    suggestions.afterTurn(changes, this);
    this.others.lastAnswer.note(changes);
    await this.#commits.run(async () => {
      await keepAnswers(answered, this.#services);
      await store.commit({
        ...changes,
        turns: [...changes.turns ?? [], ...added, ...opened.map(({ turn }) => turn)],
        begun: await newConversations(opened, this.#services),
        ...((update || added.length > 0) && { conversation: record }),
      });
    });
    if (record.moving !== undefined) this.#services.machines?.move(record.key);
    await noteSessions(changes.closed ?? [], log);
    for (const [i, turn] of added.entries()) {
      this.begin(turn, own[i]?.isTaken);
      if (own[i]?.isNow) this.steer(turn.id).catch(this.report);
    }
    for (const one of opened) await beginThere(one, this.#services);
  }

  /** Queues a turn that is stored. @param isTaken Whether its message has the reaction that says so. */
  begin(turn: TurnRecord, isTaken = false): void {
    if (!isTaken) this.#services.outbox.react(turn.messageId, "taken");
    this.queue.add(new Turn(turn, this, this.#services, false));
  }

  /**
   * Resumes what was open when the program ended. All steps are in the mailbox at once, so that no new message
   * comes between them; resolves when they are done.
   */
  async resume(work: OpenWork): Promise<void> {
    const steps = resumeSteps(work, {
      ...this.#services,
      conversation: this,
      late: this.#late,
      handle: (message) => this.#receive(message),
    });
    await Promise.all(steps.map((step) => this.#step(step)));
  }

  /** Ends everything that was asked for by a person who may no longer use the bot. */
  async dismiss(openId: string): Promise<void> {
    const parts = { ...this.#services, loading: this.#handler.loading, late: this.#late };
    const work = () => dismissPerson(openId, this, parts);
    // At once: what loads is not in the mailbox.
    this.#handler.loading.callOffOf(openId);
    await this.#step({ work });
  }

  /**
   * Handles a stored message after the earlier ones. A message that acts at once overtakes those that were
   * put aside. Resolves when it is handled or queued.
   */
  async receive(message: IncomingMessage): Promise<void> {
    const handle = () => this.#receive(message);
    this.others.lastAnswer.forget();
    const handled = isUrgent(message.text)
      ? this.mailbox.run(handle)
      : this.mailbox.runAfterAsks(handle, message, () => this.#handler.mayOvertake(message));
    await handled.catch((error) => this.retry(message, error));
  }

  /** Handles a message again later, because its handling failed. */
  retry = (message: IncomingMessage, error: unknown): void => this.#retries.retry(message, error);

  /**
   * Handles the recall of a message: cancels its turn, or removes it from the queue. If it rejects, the chat
   * platform sends the event again.
   */
  async recall(messageId: string): Promise<void> {
    await this.mailbox.runAfterAsks(async () => {
      const effects = await this.#late.recall(messageId) ?? await this.voice.recall(messageId);
      if (effects !== undefined) return await this.commit(effects);
      if (this.#handler.loading.callOff(messageId)) return;
      const turn = this.queue.turns.find(({ record }) => record.messageId === messageId);
      if (turn) await this.queue.drop(turn);
      else await takeOut(messageId, this, this.#services);
    });
  }

  /** The effects of a message going along with another one: it need not be asked about any more. */
  async absorb(messageId: string): Promise<Effects> {
    return await this.#late.recall(messageId, this.#services.texts.lateQuoted) ?? {};
  }

  /** Puts a waiting turn into the running one; see {@linkcode steerTurn}. */
  steer(turnId: string): Promise<Steered> {
    return steerTurn(turnId, this.queue, this.#services);
  }

  /** Sends a text to the chat. */
  async say(target: Target, text: string): Promise<void> {
    await this.commit({ rows: this.rows(target, text) });
  }

  /** Shows the turns of its session that nobody began here, once what the program resumes is shown. */
  showOthers(): void {
    this.mailbox.run(() => Promise.resolve())
      .then(() => this.others.look()).catch(this.report);
  }

  /** Resolves when all work has ended. Call it after the signal has aborted. @param isMoving See `TurnQueue.release`. */
  async settled(isMoving = false): Promise<void> {
    await this.mailbox.settled();
    await this.#handler.settled();
    await this.#retries.settled();
    this.asks.release();
    await this.queue.release(isMoving);
  }

  async #receive(received: IncomingMessage): Promise<Rest | void> {
    const message = withoutMark(received);
    const { messageId, missed, isConfirmed, createdAt, text, type, sender } = message;
    // It may have been recalled or handled before it was to be handled again.
    if (!await this.#services.store.isInInbox(messageId)) return;
    // Somebody may have been removed while their message waited here.
    if (!this.#services.admission.mayUse(sender)) return await this.finish(message);
    if (await this.voice.resume(message)) return;
    const isOverdue = !isConfirmed && (missed || isLate(createdAt, this.#services.settings));
    if (!isOverdue) return await this.#handler.handle(message);
    const handled = await this.#handler.handleLate(message);
    if (handled !== undefined) return handled;
    const shown = text || (isVoice(message) ? this.#services.texts.voiceTitle : `[${type}]`);
    const late = { ...message, text: shown, target: targetOf(message) };
    const run = () => this.runAsked({ ...message, isConfirmed: true });
    const skip = () => Promise.resolve({ handled: [message] });
    await this.commit(await this.#late.add({ ...late, run, skip }));
  }

  /** Runs a message that somebody was asked about. After a crash nobody is asked again. */
  async runAsked(message: IncomingMessage): Promise<void> {
    await this.commit({ received: [message] });
    await (await this.#handler.handle(message)).rest;
  }

  /** Commits the effects of a message and removes it from the inbox. */
  async finish(message: IncomingMessage, effects: Effects = {}): Promise<void> {
    await this.commit(handledEffects(message, effects));
  }

  /** Creates rows that send a text or views to the chat. */
  rows(target: Target, content: string | readonly View[]) {
    const views = typeof content === "string"
      ? [{ status: "plain", text: content } as const]
      : content;
    return views.map((view) => newRow(this.#record.key, this.#services.chat.slot(target), view));
  }

  /** Waits until the asks of a resumed turn are known, at most until `timeoutMs` ms after the start. */
  async waitForAsks(timeoutMs: number = ASKS_MS): Promise<void> {
    const known = this.queue.turns[0]?.asksKnown.whenSet;
    if (known === undefined) return;
    const leftMs = this.#openedAt + timeoutMs - performance.now();
    await pause(leftMs, this.#services.signal, known);
  }

  /** Ends a turn with a notice, because its answer could not be put into the ledger. */
  async #giveUp({ record, clock, reading }: Turn, error: unknown): Promise<void> {
    const { outbox, sessions } = this.#services;
    const ending = { ...this.#services, conversation: this.#record, now: clock.now() };
    await this.commit(giveUp(error, { ...ending, turn: record, reading }));
    sessions.free(record.id);
    outbox.react(record.messageId, "failed");
  }

  /** Commits effects that nobody waits for, as often as it takes. */
  async #commitLater(effects: Effects): Promise<void> {
    const { log, signal } = this.#services;
    const what = `save a change of conversation ${this.#record.key}`;
    await persist(() => this.commit(effects), { log, signal, what, mayPass: () => true });
  }

  /** Runs a step in order; an error is tried again a few times. */
  async #step({ work, isAfterAsks = false, message }: ResumeStep): Promise<void> {
    const run = () => fewTimes(work, { report: this.report, signal: this.#services.signal });
    await (isAfterAsks ? this.mailbox.runAfterAsks(run, message) : this.mailbox.run(run))
      .catch(this.report);
  }

  /** Logs an error, unless the bridge is stopping. */
  report = (error: unknown): undefined => {
    const { log, signal } = this.#services;
    if (!signal.aborted) log.error(`in conversation ${this.#record.key}: ${describe(error)}`);
  };
}
