import { backoff } from "../../base/waiting/backoff.ts";
import { describe } from "../../base/errors.ts";
import { Serial } from "../../base/waiting/serial.ts";
import { pause } from "../../base/waiting/wakeup.ts";
import type { LedgerRow } from "../../model/ledger.ts";
import type { TurnRecord } from "../../model/turn.ts";
import type { OnTopRecord } from "../../store/temporary.ts";
import { isAgentRequest, isOfKind, ownAskId } from "../asks/ask.ts";
import { isOurs } from "../machines/is_ours.ts";
import type { Services } from "../services.ts";

/** What {@linkcode ChatsOnTop} need. */
export interface ChatsOnTopOptions extends Pick<Services, "chat" | "store" | "log" | "signal"> {
  /** How long after its delivery a question is still open that puts its chat on top, in milliseconds. */
  readonly onTopAfterMs?: number;
}

/**
 * A person who is looking has answered by then, which saves two calls: a turn may make only a few, and a month only so
 * many (see `live_pace.ts`).
 */
const ON_TOP_AFTER_MS = 10_000;

/** How often a chat is taken off without a response until the next start. */
const ATTEMPTS = 3;
const BACKOFF = { firstMs: 1_000, maxMs: 10_000 };

/**
 * Keeps a chat at the top of its person's list while the agent has waited long for an answer there. The
 * ledger says whether an ask is open, so a crash changes nothing.
 */
export class ChatsOnTop {
  readonly #options: ChatsOnTopOptions;
  /** The key of a conversation → what is on top, as it is stored. */
  #records: Map<string, OnTopRecord> | undefined;
  readonly #work = new Serial();
  /** The conversations that are to be looked at. */
  readonly #changed = new Set<string>();
  /** The conversations whose question has yet to be open for long enough. */
  readonly #waiting = new Set<string>();

  constructor(options: ChatsOnTopOptions) {
    this.#options = options;
  }

  /** Follows the ledger, and takes off what an earlier run of the program left on top; never rejects. */
  async begin(): Promise<void> {
    const { store, log } = this.#options;
    try {
      const records = await store.temporary.allOnTop();
      this.#records = new Map(records.map((record) => [record.conversation, record]));
      store.watchChanges((conversation) => this.#look(conversation));
      const open = (await store.rows()).filter(isOpenQuestion);
      for (const { conversation } of [...records, ...open]) this.#look(conversation);
    } catch (error) {
      log.debug(`cannot put chats on top: ${describe(error)}`);
    }
  }

  /** Resolves when all changes so far have been looked at. */
  async settled(): Promise<void> {
    await this.#work.settled();
  }

  #look(conversation: string): void {
    if (this.#changed.has(conversation) || !isOurs(this.#options.store, conversation)) return;
    this.#changed.add(conversation);
    this.#work.run(() => {
      this.#changed.delete(conversation);
      return this.#update(conversation);
    }).catch((error) => this.#options.log.debug(`cannot put a chat on top: ${describe(error)}`));
  }

  async #update(conversation: string): Promise<void> {
    const { store, signal } = this.#options;
    if (signal.aborted) return;
    const known = this.#records?.get(conversation);
    const question = (await store.rows(conversation)).find(isOpenQuestion);
    if (question === undefined) return known && await this.#takeOff(known);
    if (known !== undefined || this.#isEarly(conversation, question)) return;
    const openId = await this.#asked(question);
    const place = await store.conversation(conversation);
    if (openId === undefined || place === undefined) return;
    const { chatId, chatType } = place;
    await this.#putOn({ conversation, chatId, chatType, openId });
  }

  /** Whether a question may still be answered soon; if so, it is looked at again. */
  #isEarly(conversation: string, { shownAt = 0 }: LedgerRow): boolean {
    const { signal, onTopAfterMs = ON_TOP_AFTER_MS } = this.#options;
    // The clock may have been set back since.
    const waitMs = Math.min(shownAt + onTopAfterMs - Date.now(), onTopAfterMs);
    if (waitMs <= 0) return false;
    if (this.#waiting.has(conversation)) return true;
    this.#waiting.add(conversation);
    void pause(waitMs, signal).then(() => {
      this.#waiting.delete(conversation);
      this.#look(conversation);
    });
    return true;
  }

  /** The person whose answer is waited for. */
  async #asked({ id, conversation, memo }: LedgerRow): Promise<string | undefined> {
    if (memo !== undefined) return memo.sender;
    const turns = await this.#options.store.turns(conversation);
    const isBegun = ({ state }: TurnRecord) => state.kind !== "queued";
    const isAbout = (turn: TurnRecord) => ownAskId("budget", turn.id) === id;
    return turns.find(isOfKind(id, "budget") ? isAbout : isBegun)?.sender;
  }

  async #putOn(record: OnTopRecord): Promise<void> {
    const { chat, store, signal } = this.#options;
    const isOnTop = this.#isNeeded(record);
    this.#records?.set(record.conversation, record);
    // Before the call: it may take effect without a response.
    await store.temporary.addOnTop(record);
    if (isOnTop) return;
    if (await chat.offers.setOnTop(record, record.openId, true, signal) === "refused") {
      await this.#forget(record);
    }
  }

  async #takeOff(record: OnTopRecord): Promise<void> {
    const { chat, signal } = this.#options;
    if (this.#isNeeded(record)) return await this.#forget(record);
    for (let attempt = 1; attempt <= ATTEMPTS && !signal.aborted; attempt++) {
      const offered = await chat.offers.setOnTop(record, record.openId, false, signal);
      if (offered !== "unclear") return await this.#forget(record);
      await pause(backoff(attempt, BACKOFF), signal);
    }
  }

  /** Whether another conversation in the same chat waits for the same person. */
  #isNeeded({ conversation, chatId, openId }: OnTopRecord): boolean {
    return [...this.#records?.values() ?? []].some((one) =>
      one.conversation !== conversation && one.chatId === chatId && one.openId === openId
    );
  }

  async #forget({ conversation }: OnTopRecord): Promise<void> {
    this.#records?.delete(conversation);
    await this.#options.store.temporary.removeOnTop(conversation);
  }
}

/** Whether a row is the delivered card of a question that is open. The card of late messages does not count. */
function isOpenQuestion({ id, keep, shownAt, memo }: LedgerRow): boolean {
  const isForOne = memo !== undefined || isAgentRequest(id) || isOfKind(id, "budget");
  return keep === true && shownAt !== undefined && isForOne;
}
