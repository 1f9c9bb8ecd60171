import { describe } from "../base/errors.ts";
import { persist } from "../base/waiting/persist.ts";
import { KeyedSerial } from "../base/waiting/keyed_serial.ts";
import { summaryLine } from "../base/text.ts";
import type { Arrival, ChatEvents } from "../model/chat_events.ts";
import { type Click, type IncomingMessage, isAddressed, targetOf } from "../model/message.ts";
import { conversationKey, isOfChat, type Place, type Target } from "../model/place.ts";
import { CatchUp } from "./catch_up/catch_up.ts";
import { ReadScope } from "./catch_up/read_scope.ts";
import { Clicks } from "./clicks.ts";
import type { Conversation } from "./conversation/conversation.ts";
import { acceptOrTell } from "./inbox/accept_or_tell.ts";
import { Conversations } from "./conversations.ts";
import { isOurs, passOn } from "./machines/is_ours.ts";
import { Greeter } from "./people/greeter.ts";
import { Newcomers } from "./people/newcomers.ts";
import { reportUpdate } from "./update/install_update.ts";
import { offerExtras } from "./offers/offer_extras.ts";
import { Suggestions } from "./offers/suggestions.ts";
import { recalledWork } from "./conversation/recalled_work.ts";
import { resumeAll } from "./resume_all.ts";
import { serveTools } from "./serve_tools.ts";
import { Scheduler } from "./schedules/scheduler.ts";
import type { Services } from "./services.ts";
import { MovedError } from "../store/moved_error.ts";
import { Strangers } from "./people/strangers.ts";
import { othersPlaces } from "./turn/others_places.ts";
import { SessionLocks } from "./turn/session_locks.ts";
import { isReadable } from "./inbox/is_readable.ts";
import { isWaiting } from "./inbox/waiting_files.ts";

/** What a {@linkcode Router} needs. */
export interface RouterOptions
  extends Omit<Services, "sessions" | "suggestions" | "conversationOf" | "texts"> {
  /** Whether the bridge could not receive messages at a time (ms since 1970). */
  readonly wasAway: (time: number) => boolean;
}

/**
 * How old a message from the time the bridge was away may be and still run without asking, in
 * milliseconds. After a crash or an update its writer is still waiting for the answer.
 */
const SHORT_ABSENCE_MS = 10_000;

/** Admits messages, stores them, and passes each event to its conversation. */
export class Router implements ChatEvents {
  readonly #options: Omit<Services, "texts"> & RouterOptions;
  /** The conversations that are open. */
  readonly conversations: Conversations;
  /** Stores messages one at a time, so that they stay in order. */
  readonly #accepting = new KeyedSerial();
  readonly #catchUp: CatchUp;
  readonly #clicks: Clicks;
  readonly #readScope = new ReadScope();
  readonly #newcomers: Newcomers;
  readonly #greeter: Greeter;
  readonly #strangers: Strangers;
  /** Runs what is scheduled. */
  readonly scheduler: Scheduler;
  readonly #resumed = Promise.withResolvers<void>();

  constructor(options: RouterOptions) {
    const suggestions = new Suggestions(options);
    const conversationOf = (place: Place) => this.conversations.get(place);
    this.#options = { ...options, sessions: new SessionLocks(), suggestions, conversationOf };
    this.conversations = new Conversations(this.#options);
    this.#catchUp = new CatchUp({
      ...options,
      mayRead: (chatId) => options.machines?.mayRead(chatId) ?? true,
      onMessage: (message) => this.#missed(message),
      onRecalled: (chatId, messageId) => this.recalled(chatId, messageId),
      onAllRead: async () => {
        for (const one of await recalledWork(options)) {
          await this.recalled(one.chatId, one.messageId);
        }
      },
    });
    this.#newcomers = new Newcomers(options.store);
    this.#strangers = new Strangers({
      ...options,
      say: (place, target, text) => this.say(place, target, text),
    });
    this.#greeter = new Greeter({
      ...options,
      open: (arrival) => this.conversations.get(arrival),
      turnAway: (arrival) => this.#strangers.turnAway(arrival),
    });
    this.#clicks = new Clicks({
      ...options,
      known: (key) => this.conversations.known(key),
      open: (place) => this.conversations.get(place),
      receive: (message) => this.receive(message),
    });
    this.scheduler = new Scheduler({
      ...options,
      open: (place) => this.conversations.get(place),
      receive: (message) => this.receive(message),
    });
    options.agent.watch((sessionId) => this.#showOthers(sessionId));
    serveTools(options, () => this.conversations.all());
    options.admission.watchRemovals((openId) => this.#dismiss(openId));
  }

  /** Stores a message, so that it can be acknowledged. It is handled afterwards. */
  async message(received: IncomingMessage): Promise<void> {
    const { admission, groups, wasAway } = this.#options;
    const { receivedAt, createdAt } = received;
    if (!groups.isForBot(received)) return;
    // People also send stickers and the like to each other.
    if (!isAddressed(received) && !isReadable(received, this.#options)) return;
    const isMissed = receivedAt - createdAt > SHORT_ABSENCE_MS && wasAway(createdAt);
    // The mark is stored, so that the message is still asked about after another restart.
    const message: IncomingMessage = isMissed ? { ...received, missed: true } : received;
    const judged = admission.judge(message);
    if (judged === "ignore") return;
    if (judged === "stranger") return await this.#strangers.answer(message);
    // Not after the message is stored: the next one in the topic may already be here.
    groups.join(message);
    groups.expect(message);
    await this.#accept(message);
  }

  /**
   * Takes a message that was found in a history. One that is not addressed to the bot counts only if nothing
   * could be heard when it was sent: otherwise it came as an event, and was judged then.
   */
  async #missed(message: IncomingMessage): Promise<void> {
    if (isAddressed(message) || this.#options.wasAway(message.createdAt)) {
      await this.message(message);
    }
  }

  /** Greets the person who opened the chat, or the group that the bot joined. */
  arrived = (arrival: Arrival): Promise<void> => this.#greeter.greet(arrival);

  /** Sends a line to a place. It opens no conversation: strangers must not fill the memory. */
  async say(place: Place, target: Target, text: string): Promise<void> {
    const { conversations } = this;
    const { store } = this.#options;
    const key = conversationKey(place);
    if (!isOurs(store, key)) return await passOn(store, key, { kind: "say", place, target, text });
    const conversation = await (conversations.known(key) ?? conversations.open(place));
    await conversation.say(target, text);
  }

  /** Handles the recall of a message, which may arrive before the message. */
  async recalled(chatId: string, messageId: string): Promise<void> {
    const { store, chat } = this.#options;
    const now = chat.clock.theirs(Date.now());
    // After a message that is being stored, so that its conversation is known.
    await this.#accepting.run(chatId, () => store.markSeen({ chatId, messageId }, now));
    // The message or its files may wait in a conversation that could not be opened so far.
    const inbox = (await store.inbox()).filter((one) => one.messageId === messageId);
    const waiting = (await store.conversations(chatId)).filter((one) => isWaiting(one, messageId));
    const places = [...inbox, ...waiting].filter((one) =>
      one.chatId === chatId && isOurs(store, conversationKey(one))
    );
    await Promise.all(places.map((one) => this.conversations.get(one)));
    // Only those of this chat: one of another chat may be impossible to open.
    const here = this.conversations.keys().filter((key) => isOfChat(key, chatId));
    for (const key of here) await (await this.conversations.known(key))?.recall(messageId);
  }

  /** Handles a click; resolves with a line to show to the person who clicked. */
  clicked = (click: Click): Promise<string> => this.#clicks.clicked(click);

  /**
   * Begins to look for the messages that were missed.
   *
   * @param awayMs For how long no message could arrive, in milliseconds.
   */
  catchUp(awayMs: number): void {
    this.#catchUp.request(this.#readScope.after(awayMs));
  }

  /** Finds what was missed until the signal aborts. */
  async run(): Promise<void> {
    await this.#catchUp.run();
  }

  /** Offers what the chat has besides messages until the signal aborts. */
  async offerExtras(): Promise<void> {
    await offerExtras(this.#options);
  }

  /** Says what came of an update that has ended the program; never rejects. */
  async reportUpdate(): Promise<void> {
    const { log, signal } = this.#options;
    const what = "tell of an update";
    await persist(() => reportUpdate(this.#options), { log, signal, what, mayPass: () => true })
      .catch((error) => log.debug(`nobody is told of an update: ${describe(error)}`));
  }

  /**
   * Resumes everything that was open when the program ended. Resolves when all of it is in the mailboxes of
   * its conversations, before any new message, with the conversations of undelivered rows; the work goes on
   * afterwards.
   */
  async resume(): Promise<readonly string[]> {
    const rows = await resumeAll(this.conversations, this.#options);
    this.#resumed.resolve();
    return rows;
  }

  /** Shows the turns that nobody began here, of one session of the agent or of all. */
  #showOthers(sessionId?: string): void {
    const { store, log } = this.#options;
    const report = (error: unknown) => log.error(`cannot look for other turns: ${describe(error)}`);
    // A conversation that cannot be opened holds up no other.
    const showIn = async (place: Place) => (await this.conversations.get(place)).showOthers();
    const show = async () => {
      await this.#resumed.promise;
      const ours = (await store.conversations()).filter(({ key }) => isOurs(store, key));
      await Promise.all(othersPlaces(ours, sessionId).map((place) => showIn(place).catch(report)));
    };
    show().catch(report);
  }

  /** Resolves when all work has ended. Call it after the signal has aborted. */
  async settled(): Promise<void> {
    await Promise.all(
      this.conversations.all().map(async (opened) => {
        // A conversation that cannot be opened has nothing to end.
        const conversation = await opened.catch(() => undefined);
        await conversation?.settled();
      }),
    );
  }

  async #accept(message: IncomingMessage): Promise<void> {
    const { store, chat, log, machines } = this.#options;
    const { sender, chatId, type, text, messageId } = message;
    const sentAt = chat.clock.theirs(message.createdAt);
    const accepting = this.#accepting.run(chatId, () => store.accept(message, sentAt));
    const isNew = await acceptOrTell(accepting, message, this.#options);
    if (!isNew) return log.debug(`message ${messageId} was redelivered`);
    this.#catchUp.happened(message);
    if (!isReadable(message, this.#options)) log.warn(`unsupported message_type=${type}`);
    log.info(`recv from ${sender} in ${chatId}: ${summaryLine(text, 200)}`);
    // The commit has woken the machine that handles it.
    if (!isOurs(store, conversationKey(message))) return;
    if (machines === undefined) this.#hand(message);
    else machines.inOrder(message, () => this.#hand(message));
  }

  /** Passes a stored message to its conversation, without waiting for it. */
  #hand(message: IncomingMessage): void {
    const { log } = this.#options;
    this.receive(message).catch((error) =>
      log.debug(`message ${message.messageId} stays in the inbox: ${describe(error)}`)
    );
  }

  /**
   * Passes a stored message to its conversation. Rejects only if the signal aborts, or if the conversation went to
   * another machine, and the message with it.
   */
  async receive(message: IncomingMessage): Promise<void> {
    const { admission, languages, log, signal } = this.#options;
    const what = `handle message ${message.messageId}`;
    const open = () => this.conversations.get(message);
    const mayPass = (error: unknown) => !(error instanceof MovedError);
    const conversation = await persist(open, { log, signal, what, mayPass });
    await conversation.receive(message);
    if (!admission.isOpenByDefault) return;
    const { openToAll } = languages.textsOf(conversationKey(message));
    await this.#newcomers.warn(message.sender, () => conversation.say(targetOf(message), openToAll))
      .catch((error) =>
        log.error(`cannot say that the bot is open to everyone: ${describe(error)}`)
      );
  }

  /** Ends everything that was asked for by a person who may no longer use the bot. */
  #dismiss(openId: string): void {
    const { store, log } = this.#options;
    this.scheduler.dismiss(openId)
      .catch((error) => log.error(`cannot stop the schedules of ${openId}: ${describe(error)}`));
    const report = (error: unknown) =>
      log.error(`cannot end the turns of ${openId}: ${describe(error)}`);
    const dismissIn = (opened: Promise<Conversation>) =>
      opened.then((conversation) => conversation.dismiss(openId)).catch(report);
    const open = new Set(this.conversations.keys());
    this.conversations.all().forEach(dismissIn);
    // In one that is not open, only files can wait.
    store.conversations().then((records) => {
      const waiting = records.filter(({ key, files = [] }) =>
        !open.has(key) && isOurs(store, key) && files.some(({ sender }) => sender === openId)
      );
      waiting.forEach((place) => dismissIn(this.conversations.get(place)));
    }).catch(report);
  }
}
