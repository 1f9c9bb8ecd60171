import { describe } from "../base/errors.ts";
import { pause } from "../base/waiting/wakeup.ts";
import type { ConversationRecord } from "../model/conversation.ts";
import { conversationKey, type Place } from "../model/place.ts";
import { MovedError } from "../store/moved_error.ts";
import type { Shared } from "../store/shared.ts";
import { Conversation } from "./conversation/conversation.ts";
import { recalledOf } from "./conversation/recalled_work.ts";
import { firstRecord } from "./places/first_record.ts";
import { fetchFiles } from "./machines/fetch_files.ts";
import { forbidden } from "./places/path_rules.ts";
import type { Services } from "./services.ts";
import type { TurnRecord } from "../model/turn.ts";

/** An open conversation, or one that is being opened. */
interface Opened {
  /** Set while it is kept here, whether anybody uses it or not. */
  kept: Promise<Conversation> | undefined;
  /** Set once it is open. */
  ref?: WeakRef<Conversation>;
  /** Whether it rested at the last look, and nobody has asked for it since. */
  hasRested: boolean;
  /** Ends its work here, if another machine may take it over. */
  readonly end?: AbortController;
}

/** How long a conversation is kept at least after somebody has asked for it, in milliseconds. */
const KEPT_MS = 15 * 60_000;
/** For how long only a conversation that is kept can tell that an answer is for a question that is over. */
const OVER_MS = 24 * 3_600_000;

/**
 * The conversations that are open. Each is opened when it is needed, and let go when it has rested for a while.
 *
 * One that was let go is still found for as long as anything holds it: who got it before, its work, its timers. So
 * there are never two of the same conversation, and nobody has to say that they are done with one. What nothing holds
 * goes with the garbage, and is opened again from the store, as after a restart.
 */
export class Conversations {
  readonly #services: Omit<Services, "texts">;
  readonly #opened = new Map<string, Opened>();
  /** The conversations that go to another machine → when their work here has ended. */
  readonly #leaving = new Map<string, Promise<unknown>>();

  constructor(services: Omit<Services, "texts">) {
    this.#services = services;
  }

  /** A conversation, by its key, if it is open. It is kept again. */
  known(key: string): Promise<Conversation> | undefined {
    const opened = this.#opened.get(key);
    if (opened === undefined) return undefined;
    opened.hasRested = false;
    return opened.kept = current(opened);
  }

  /** The keys of those that are open. */
  keys(): string[] {
    return [...this.#opened].flatMap(([key, opened]) => current(opened) === undefined ? [] : key);
  }

  /** All that are open. */
  all(): Promise<Conversation>[] {
    return [...this.#opened.values()].flatMap((opened) => current(opened) ?? []);
  }

  /** Lets go again and again of what rests, until the signal aborts. */
  async run(): Promise<void> {
    const { signal } = this.#services;
    while (!signal.aborted) {
      await pause(KEPT_MS, signal);
      this.letGo();
    }
  }

  /** Lets go of the conversations that rest, and that nobody has asked for since the last call. */
  letGo(): void {
    for (const [key, opened] of this.#opened) {
      // It is being opened.
      if (opened.ref === undefined) continue;
      const conversation = opened.ref.deref();
      if (conversation === undefined) this.#opened.delete(key);
      else if (!isAtRest(conversation)) this.known(key);
      else if (opened.hasRested) opened.kept = undefined;
      else opened.hasRested = true;
    }
  }

  /**
   * The conversation of a chat or topic; opens it if needed.
   *
   * @throws {MovedError} If it belongs to another machine.
   */
  get(place: Place): Promise<Conversation> {
    const key = conversationKey(place);
    const known = this.known(key);
    if (known) return known;
    const { shared } = this.#services.store;
    const leaving = this.#leaving.get(key);
    if (leaving !== undefined) return leaving.catch(() => {}).then(() => this.get(place));
    if (shared && !shared.owners.isOurs(key)) {
      const machine = shared.owners.entry(key)?.ownership.machine ?? "";
      return Promise.reject(new MovedError(key, machine));
    }
    this.#services.groups.join(place);
    const end = shared && new AbortController();
    const opening = shared && end ? this.#takeUp(place, shared, end) : this.open(place);
    const opened: Opened = { kept: undefined, hasRested: false, ...(end && { end }) };
    const conversation = opening.then((conversation) => {
      opened.ref = new WeakRef(conversation);
      return conversation;
    }, (error) => {
      // The next caller tries again.
      this.#opened.delete(key);
      throw error;
    });
    opened.kept = conversation;
    this.#opened.set(key, opened);
    return conversation;
  }

  /** Opens a conversation without keeping it. */
  async open(place: Place, signal = this.#services.signal): Promise<Conversation> {
    const { store, settings, machines } = this.#services;
    const chat = (await this.known(place.chatId))?.record ?? await store.conversation(place.chatId);
    const found = await store.conversation(conversationKey(place)) ??
      firstRecord(place, chat, settings.cwd);
    // Where a state came from a shared KV to the only machine, nothing goes elsewhere any more.
    const { moving: _moving, ...staying } = found;
    const stored = machines === undefined ? staying : found;
    // The settings may have changed since somebody went there.
    const mayStay = await forbidden(stored.directory, settings) === undefined;
    const { sessionId: _, listed: _listed, ...moved } = stored;
    const record: ConversationRecord = mayStay ? stored : { ...moved, directory: settings.cwd };
    return new Conversation(record, { ...this.#services, signal });
  }

  /**
   * Ends the work of a conversation here once nothing runs in it, and hands it over. New messages wait meanwhile.
   *
   * @param handOver Called when all that is open is in the store.
   */
  async leave(key: string, handOver: () => Promise<void>): Promise<void> {
    if (this.#leaving.has(key)) return;
    const opened = this.#opened.get(key);
    const left = (async () => {
      await this.#end(opened);
      await handOver();
    })();
    this.#leaving.set(key, left);
    this.#opened.delete(key);
    try {
      await left;
    } finally {
      this.#leaving.delete(key);
    }
  }

  /** Drops a conversation that another machine has taken over. */
  async drop(key: string): Promise<void> {
    await this.leave(key, () => Promise.resolve());
  }

  async #end(opened: Opened | undefined): Promise<void> {
    const open = await (opened && current(opened))?.catch(() => undefined);
    opened?.end?.abort(new DOMException("The conversation goes to another machine", "AbortError"));
    await open?.settled(true);
  }

  /** Opens a conversation; if it came from another machine or an earlier run, with all that is open in it. */
  async #takeUp(
    place: Place,
    { inbox, owners }: Pick<Shared, "inbox" | "owners">,
    { signal: ended }: AbortController,
  ): Promise<Conversation> {
    const { store, signal, log, machines } = this.#services;
    const conversation = await this.open(place, AbortSignal.any([signal, ended]));
    const { key } = conversation.record;
    if (!owners.gained.includes(key)) return conversation;
    if (conversation.record.moving !== undefined) machines?.move(key);
    const turns = await this.#withFiles(conversation, await store.turns(key));
    const messages = (await store.inbox()).filter((message) =>
      conversationKey(message) === key && inbox.take(message.messageId)
    );
    owners.tookUp(key);
    if (turns.length + messages.length === 0) return conversation;
    const recalled = recalledOf(messages, this.#services);
    // Who was told that this machine is away could have it run elsewhere, and is not asked again.
    const confirmed = owners.entry(key)?.ownership.told !== undefined &&
      { isConfirmed: true as const };
    const work = {
      turns: turns.map((turn) => ({ ...turn, ...confirmed })),
      inbox: messages.map((message) => ({ ...message, ...confirmed })),
    };
    conversation.resume({ ...work, recalled })
      .catch((error) => log.error(`cannot resume conversation ${key}: ${describe(error)}`));
    return conversation;
  }

  /** Fetches the files of a conversation and of its turns to this machine, and says which cannot be had. */
  async #withFiles(
    conversation: Conversation,
    turns: readonly TurnRecord[],
  ): Promise<readonly TurnRecord[]> {
    const { languages } = this.#services;
    const { key, chatId, files = [] } = conversation.record;
    const options = { ...this.#services, conversation: key };
    const waiting = await fetchFiles(files, options);
    const lost = [waiting.missing];
    const fetched: TurnRecord[] = [];
    for (const turn of turns) {
      const { files, missing } = await fetchFiles(turn.files ?? [], options);
      lost.push(missing);
      fetched.push(turn.files === undefined ? turn : { ...turn, files });
    }
    const names = lost.filter((one) => one !== "").join(", ");
    const isChanged = waiting.files.some((file, i) => file !== files[i]) ||
      waiting.files.length < files.length;
    const target = turns[0]?.slot.target ?? { chatId };
    await conversation.commit({
      ...(isChanged && { update: (record) => ({ ...record, files: waiting.files }) }),
      rows: names === ""
        ? []
        : conversation.rows(target, languages.textsOf(key).filesNotFetched(names)),
    });
    return fetched;
  }
}

/** A conversation while it is kept, or while anything else holds it. */
function current({ kept, ref }: Opened): Promise<Conversation> | undefined {
  const held = ref?.deref();
  return kept ?? (held && Promise.resolve(held));
}

/**
 * Whether the store has all of a conversation, and nobody is waited for. What it does, or is to do at some time, holds
 * it by itself.
 */
function isAtRest({ record, queue, asks }: Conversation): boolean {
  const isAsking = asks.isOpen() || asks.hasEndedSince(Date.now() - OVER_MS);
  return record.moving === undefined && queue.turns.length === 0 && !isAsking;
}
