import { Serial } from "../../base/waiting/serial.ts";
import type { Arrival } from "../../model/chat_events.ts";
import { type LedgerRow, newRow } from "../../model/ledger.ts";
import { conversationKey } from "../../model/place.ts";
import type { Chat } from "../../model/ports.ts";
import type { Admission } from "./admission.ts";
import { take, UNASKED } from "./allowance.ts";
import type { Committer } from "../effects.ts";
import type { Languages } from "../places/languages.ts";
import { type FirstTimes, REMEMBERED_MS } from "./newcomers.ts";

/** Where greetings are noted. */
export interface GreetedStore extends FirstTimes {
  /** Whether a key was noted and counts still. */
  happened(key: string): Promise<boolean>;
  /** What is known of a conversation, if it was ever stored. */
  conversation(key: string): Promise<unknown>;
}

/** A conversation in which a greeting is sent. */
export interface GreeterConversation extends Committer {
  readonly record: { readonly directory: string };
}

/** What a {@linkcode Greeter} needs. */
export interface GreeterOptions {
  readonly chat: Pick<Chat, "slot">;
  readonly store: GreetedStore;
  readonly admission: Admission;
  readonly languages: Languages;
  /** Opens the conversation of a chat. */
  readonly open: (arrival: Arrival) => Promise<GreeterConversation>;
  /** Tells a stranger how to get access, if that is due. */
  readonly turnAway: (arrival: Arrival) => Promise<void>;
}

/** Notes that a person or a group was greeted, so that it does not happen again. */
export async function noteGreeted(store: FirstTimes, whom: string): Promise<void> {
  await store.once(keyOf(whom), REMEMBERED_MS);
}

function keyOf(whom: string): string {
  return `greeted/${whom}`;
}

/** Greets people who open the chat with the bot, and groups that it joins: each once. */
export class Greeter {
  readonly #options: GreeterOptions;
  readonly #work = new Serial();

  constructor(options: GreeterOptions) {
    this.#options = options;
  }

  /** Greets, if that has not happened. Resolves when the greeting is in the ledger. */
  async greet(arrival: Arrival): Promise<void> {
    // The same event may come twice at the same time.
    await this.#work.run(() => this.#greet(arrival));
  }

  async #greet(arrival: Arrival): Promise<void> {
    const { store, admission, turnAway } = this.#options;
    const { chatId, chatType, by } = arrival;
    if (!admission.mayUse(by)) return await turnAway(arrival);
    const whom = chatType === "p2p" ? by : chatId;
    if (await store.happened(keyOf(whom))) return;
    // A person who has talked with the bot before needs no greeting.
    if (await store.conversation(conversationKey({ chatId })) === undefined) {
      // A person who adds the bot to hundreds of groups must not use up the month's calls.
      if (!await take("greeting", UNASKED, store)) return;
      const conversation = await this.#options.open(arrival);
      await conversation.commit({ rows: [this.#row(arrival, conversation.record.directory)] });
    }
    // Last: after a crash in between, the same row is written again.
    await noteGreeted(store, whom);
  }

  #row({ chatId, chatType }: Arrival, directory: string): LedgerRow {
    const { chat, languages } = this.#options;
    const id = `greeting.${chatId}`.slice(0, 50);
    const text = languages.texts.greeting(directory, chatType === "group");
    return newRow(conversationKey({ chatId }), chat.slot({ chatId }, id), {
      status: "plain",
      text,
    }, id);
  }
}
