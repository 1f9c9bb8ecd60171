import { describe } from "../base/errors.ts";
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

/** An open conversation. */
interface Opened {
  readonly conversation: Promise<Conversation>;
  /** Ends its work here, if another machine may take it over. */
  readonly end?: AbortController;
}

/** The conversations that are open. Each is opened when it is needed, and stays open. */
export class Conversations {
  readonly #services: Omit<Services, "texts">;
  readonly #opened = new Map<string, Opened>();
  /** The conversations that go to another machine → when their work here has ended. */
  readonly #leaving = new Map<string, Promise<unknown>>();

  constructor(services: Omit<Services, "texts">) {
    this.#services = services;
  }

  /** A conversation, by its key, if it is open. */
  known(key: string): Promise<Conversation> | undefined {
    return this.#opened.get(key)?.conversation;
  }

  /** The keys of those that are open. */
  keys(): string[] {
    return [...this.#opened.keys()];
  }

  /** All that are open. */
  all(): Promise<Conversation>[] {
    return [...this.#opened.values()].map(({ conversation }) => conversation);
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
    const conversation = opening.catch((error) => {
      // The next caller tries again.
      this.#opened.delete(key);
      throw error;
    });
    this.#opened.set(key, { conversation, ...(end && { end }) });
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

  async #end({ conversation, end }: Partial<Opened> = {}): Promise<void> {
    const open = await conversation?.catch(() => undefined);
    end?.abort(new DOMException("The conversation goes to another machine", "AbortError"));
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
