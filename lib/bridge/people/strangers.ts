import type { Log } from "../../base/log.ts";
import type { Arrival } from "../../model/chat_events.ts";
import { type IncomingMessage, targetOf } from "../../model/message.ts";
import { conversationKey, type Place, type Target } from "../../model/place.ts";
import type { Chat } from "../../model/ports.ts";
import type { Admission } from "./admission.ts";
import { take, UNASKED } from "./allowance.ts";
import type { Languages } from "../places/languages.ts";
import type { FirstTimes } from "./newcomers.ts";
import { typedCode } from "./pairing.ts";

/** Where it is noted who was turned away, and what they sent. */
export interface StrangerStore extends FirstTimes {
  /** Records that a message was seen; returns whether it is new. */
  markSeen(
    message: Pick<IncomingMessage, "chatId" | "messageId">,
    sentAt: number,
  ): Promise<boolean>;
}

/** What {@linkcode Strangers} need. */
export interface StrangersOptions {
  readonly chat: Pick<Chat, "clock">;
  readonly store: StrangerStore;
  readonly admission: Admission;
  readonly languages: Languages;
  readonly log: Log;
  /** Sends a text to a place. */
  readonly say: (place: Place, target: Target, text: string) => Promise<void>;
}

/** The shortest time between two replies to the same stranger, in milliseconds. */
const STRANGER_MS = 3_600_000;

/** Those who may not use the bot. */
export class Strangers {
  readonly #options: StrangersOptions;

  constructor(options: StrangersOptions) {
    this.#options = options;
  }

  /** Tells a stranger, once an hour, how to get access; or checks the pairing code that they sent. */
  async answer(message: IncomingMessage): Promise<void> {
    const { store, admission, chat } = this.#options;
    const { sender, chatId, text } = message;
    // Once its sender is admitted, a redelivery of this message must not run.
    if (!await store.markSeen(message, chat.clock.theirs(message.createdAt))) return;
    // Only a few codes an hour count, so only these are answered.
    const isCode = admission.pairing?.isLocked(sender) === false && typedCode(text) !== undefined;
    // A line in a topic stays there.
    const target = message.threadId === undefined ? { chatId } : targetOf(message);
    await this.#answer(sender, message, { target, text, isDue: isCode });
  }

  /** Tells a stranger who came, once an hour, how to get access. */
  async turnAway({ by, ...place }: Arrival): Promise<void> {
    await this.#answer(by, place, { target: { chatId: place.chatId } });
  }

  async #answer(
    openId: string,
    place: Place,
    { target, text = "", isDue = false }: { target: Target; text?: string; isDue?: boolean },
  ): Promise<void> {
    const { store, admission, languages, say, log } = this.#options;
    const line = `${openId} in ${place.chatId} was turned away: not in FEISHU_ALLOWED_USERS`;
    if (!isDue && !await store.once(`stranger/${openId}`, STRANGER_MS)) {
      // A stranger must not fill the log.
      if (await store.once(`refused/${openId}`, STRANGER_MS)) log.warn(line);
      return;
    }
    const texts = languages.textsOf(conversationKey(place));
    const reply = await admission.pairing?.try(openId, text, texts) ?? texts.stranger(openId);
    if (admission.mayUse(openId)) return await say(place, target, reply);
    const isAnswered = await take("stranger", UNASKED, store);
    log.warn(isAnswered ? line : `${line}; too many were told so lately, so nothing was sent`);
    if (isAnswered) await say(place, target, reply);
  }
}
