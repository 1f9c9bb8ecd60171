import { deadline } from "@std/async";
import { describe } from "../base/errors.ts";
import { Serial } from "../base/waiting/serial.ts";
import { whenSlow } from "../base/waiting/when_slow.ts";
import {
  type AskClick,
  type Click,
  type IncomingMessage,
  type Press,
  pressMessage,
} from "../model/message.ts";
import { isOfChat, type Place } from "../model/place.ts";
import type { Texts } from "../texts/texts.ts";
import { goesToAgent } from "./asks/ask.ts";
import type { Asks } from "./asks/asks.ts";
import { COMMANDS } from "./commands/table.ts";
import type { Committer } from "./effects.ts";
import type { Mailbox } from "./conversation/mailbox.ts";
import type { Services } from "./services.ts";
import type { TurnQueue } from "./turn/turn_queue.ts";

/** The part of a conversation that clicks use. */
export interface ClickedConversation extends Committer {
  readonly mailbox: Mailbox;
  readonly queue: TurnQueue;
  readonly asks: Asks;
  waitForAsks(timeoutMs: number): Promise<void>;
  /** Logs an error. */
  report(error: unknown): undefined;
}

/** What {@linkcode Clicks} need. */
export interface ClicksOptions
  extends Pick<Services, "admission" | "chat" | "store" | "languages" | "log"> {
  /** The conversation with a key, if it is open. */
  readonly known: (key: string) => Promise<ClickedConversation> | undefined;
  /** Opens a conversation. */
  readonly open: (place: Place) => Promise<ClickedConversation>;
  /** Handles a stored message. */
  readonly receive: (message: IncomingMessage) => Promise<void>;
}

/** How long a click waits for the asks of a resumed turn: nobody repeats a click, and it blocks nothing. */
const ASKS_MS = 90_000;
/** After how many milliseconds without being stored a press stops a turn. */
const SLOW_MS = 1_000;
/** How long a click may take before it is acknowledged, in milliseconds. Feishu waits three seconds. */
const TOAST_MS = 2_000;

/** The clicks on the bridge's cards. Each resolves with a line to show to the person who clicked. */
export class Clicks {
  readonly #options: ClicksOptions;
  /** Stores presses one at a time, so that the first one counts. */
  readonly #accepting = new Serial();

  constructor(options: ClicksOptions) {
    this.#options = options;
  }

  /** Handles a click by somebody who may use the bot. If it rejects, the person is told to try again. */
  async clicked(click: Click): Promise<string> {
    const { admission, languages, known, log } = this.#options;
    const texts = languages.textsOf(click.conversation);
    if (!admission.mayUse(click.by)) return texts.stranger(click.by);
    // A client may send another value than the button's: nobody acts in a chat from outside it.
    if (click.chatId !== undefined && !isOfChat(click.conversation, click.chatId)) {
      log.warn(`a click by ${click.by} in ${click.chatId} is about another chat`);
      return "command" in click ? texts.pressedOver : texts.askOver;
    }
    if ("command" in click) {
      const pressed = this.#press(click, texts);
      this.#stopMeanwhile(click, pressed);
      return await deadline(pressed, TOAST_MS).catch((error) => {
        const isLate = error instanceof DOMException && error.name === "TimeoutError";
        if (!isLate) throw error;
        return texts.clickTaken;
      });
    }
    const conversation = await known(click.conversation);
    return conversation === undefined
      ? texts.askOver
      : await this.#answer(conversation, click, texts);
  }

  /** Answers an ask. */
  async #answer(
    conversation: ClickedConversation,
    { ask, step, choice, by }: AskClick,
    texts: Texts,
  ): Promise<string> {
    const { asks, mailbox } = conversation;
    const act = async () => {
      if (!asks.isOpen(ask)) await conversation.waitForAsks(ASKS_MS);
      const press = async () => {
        const { line, effects = {} } = await asks.click(ask, step, choice, by);
        await conversation.commit(effects);
        return line;
      };
      // The agent may take long to take an answer, or hang. Nothing urgent waits for it.
      const pressed = mailbox.run(press, goesToAgent(ask));
      return await pressed.catch((error) => conversation.report(error)) ?? texts.askOver;
    };
    return await deadline(act(), TOAST_MS).catch(() => texts.clickTaken);
  }

  /** Stores a command by a button like a message, so that it acts once, even across a crash. */
  async #press(press: Press, texts: Texts): Promise<string> {
    const { admission, chat, store, open, receive, log } = this.#options;
    const { by, owner, command, turn, offer } = press;
    // Everybody may be told of the end of a turn: each has an offer of their own.
    const isForEach = command === "notify" && turn !== undefined;
    if (!isForEach && !admission.mayAnswer(by, owner)) return texts.notYourButton;
    const find = () => store.conversation(press.conversation);
    const place = await this.#accepting.run(find);
    if (place === undefined || !Object.hasOwn(COMMANDS, command)) return texts.pressedOver;
    const own = isForEach ? { ...press, offer: `${offer} ${by}` } : press;
    const message = pressMessage(own, place, Date.now());
    const conversation = await open(place);
    const accept = () => store.accept(message, chat.clock.theirs(message.createdAt));
    const isNew = await this.#accepting.run(accept).catch((error) => {
      // A full disk holds up nobody who wants to stop.
      const isStopped = command === "cancel" && stop(conversation, press);
      if (!isStopped) throw error;
      log.warn(`a button's command is not stored: ${describe(error)}`);
      return false;
    });
    // Before the command, which may end what it is about.
    const line = conversation.mailbox.run(() => this.#line(press, conversation, isNew));
    if (isNew) {
      log.info(`button from ${by} in ${place.chatId}: ${message.text}`);
      receive(message)
        .catch((error) => log.debug(`a button's command stays in the inbox: ${describe(error)}`));
    }
    return await line.catch((error) => {
      conversation.report(error);
      return texts.clickTaken;
    });
  }

  /** Stops a turn even while the press cannot be stored: a shared KV that is away holds up nobody. */
  #stopMeanwhile(press: Press, pressed: Promise<unknown>): void {
    const { admission, known, log } = this.#options;
    if (press.command !== "cancel" || !admission.mayAnswer(press.by, press.owner)) return;
    whenSlow(pressed, SLOW_MS, async () => {
      const conversation = await known(press.conversation);
      if (conversation !== undefined && stop(conversation, press)) {
        log.warn("a turn is stopped by a button that is not stored yet");
      }
      // What the press ends with is told to who pressed.
    }).catch(() => {});
  }

  /** Says in a word what a button does now. */
  async #line(
    { conversation, command, argument, turn }: Press,
    { queue }: ClickedConversation,
    isNew: boolean,
  ): Promise<string> {
    const { store, languages } = this.#options;
    const texts = languages.textsOf(conversation);
    if (turn === undefined) return isNew ? texts.clickTaken : texts.pressedBefore;
    if (command === "cancel" || command === "notify") {
      const isOpen = queue.turns.some(({ record }) => record.id === turn);
      const line = command === "cancel" ? texts.stoppingNote : texts.notifiedOnce;
      return isOpen ? line : texts.pressedOver;
    }
    if (command === "queue") {
      const isWaiting = queue.turns.slice(1)
        .some(({ record }) => record.id === turn && record.state.kind === "queued");
      const line = argument === "now" ? texts.steering : texts.cancelledQueued;
      return isWaiting ? line : texts.pressedOver;
    }
    // Who pressed first may have begun it by now.
    if (!isNew) return texts.pressedBefore;
    const now = await store.conversation(conversation);
    const isOffered = (await store.rows(conversation)).some(({ again }) =>
      again?.turn === turn && (command !== "continue" || again.session === now?.sessionId)
    );
    if (!isOffered) return texts.pressedOver;
    return command === "retry" ? texts.trying : texts.goingOn;
  }
}

/** Stops the turn of a button, without waiting until that is stored; returns whether there is one. */
function stop(conversation: ClickedConversation, { turn: id, by }: Press): boolean {
  const { queue } = conversation;
  const turn = queue.turns.find(({ record }) => record.id === id);
  if (turn === undefined) return false;
  turn.noteStop(by);
  queue.drop(turn).catch((error) => conversation.report(error));
  return true;
}
