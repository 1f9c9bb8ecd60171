import { describe } from "../../base/errors.ts";
import type { ChatDirectory, KnownNames } from "../../model/chat_directory.ts";
import type { ConversationRecord } from "../../model/conversation.ts";
import type { Place } from "../../model/place.ts";
import type { ListedChat } from "../../model/script.ts";
import type { Services } from "../services.ts";

/** What {@linkcode KnownChats} need. */
export interface KnownChatsOptions extends Pick<Services, "store" | "agent" | "log"> {
  readonly directory: ChatDirectory;
}

/** A chat with its place. */
export interface KnownChat extends ListedChat {
  readonly place: Place;
}

/** All chats that are known, and the scopes without which there are fewer names. */
export interface ChatList {
  readonly chats: readonly KnownChat[];
  readonly missing: readonly string[];
}

/** How long each of the questions for names may take, in milliseconds. Without an answer, the last names count. */
const READ_MS = 4_000;

/**
 * The chats in which the bot was used, and the groups that it is in. Names are remembered, so that a chat is found
 * even without the network.
 */
export class KnownChats {
  readonly #options: KnownChatsOptions;
  #names: Map<string, string> | undefined;
  /** The groups that the bot was last known to be in. */
  #groups: readonly string[] = [];
  #missing: readonly string[] = [];
  #readAt = -Infinity;
  /** The people whose names the chat platform was asked for. */
  readonly #asked = new Set<string>();

  constructor(options: KnownChatsOptions) {
    this.#options = options;
  }

  /**
   * Lists all chats.
   *
   * @param maxAgeMs How old names may be, in milliseconds, if newer ones can be had. With `Infinity`, nobody is asked.
   */
  async list(maxAgeMs: number, signal: AbortSignal): Promise<ChatList> {
    const { store } = this.#options;
    const records = await store.conversations();
    this.#names ??= await store.names.read();
    const people = [...new Set(records.flatMap((record) => personOf(record) ?? []))];
    const isOld = performance.now() - this.#readAt > maxAgeMs ||
      people.some((one) => !this.#asked.has(one));
    const isLive = maxAgeMs < Infinity;
    if (isLive && isOld) await this.#readNames(people, signal);
    const titles = isLive ? await this.#titles(records, signal) : new Map<string, string>();
    const used = records.map((record) => this.#used(record, titles));
    const others = this.#groups.filter((id) => used.every((one) => one.id !== id))
      .map((id): KnownChat => ({
        id,
        kind: "group",
        name: this.#nameOf(id),
        chat: id,
        place: { chatId: id, chatType: "group" },
      }));
    return { chats: [...used, ...others].sort(byName), missing: this.#missing };
  }

  async #readNames(people: readonly string[], signal: AbortSignal): Promise<void> {
    const { directory, store, log } = this.#options;
    const read = async (ask: (signal: AbortSignal) => Promise<KnownNames>) =>
      await ask(AbortSignal.any([signal, AbortSignal.timeout(READ_MS)])).catch((error) => {
        log.debug(`cannot read names: ${describe(error)}`);
        return undefined;
      });
    const [groups, persons] = await Promise.all([
      read((signal) => directory.groups(signal)),
      people.length === 0 ? undefined : read((signal) => directory.people(people, signal)),
    ]);
    signal.throwIfAborted();
    if (groups !== undefined) this.#groups = [...groups.names.keys()];
    const news = [...groups?.names ?? [], ...persons?.names ?? []];
    this.#missing = [groups, persons].flatMap((one) => one?.missing ?? []);
    if (groups !== undefined) this.#readAt = performance.now();
    if (persons !== undefined) people.forEach((one) => this.#asked.add(one));
    const before = this.#names ?? new Map<string, string>();
    const isChanged = news.some(([id, name]) => before.get(id) !== name);
    this.#names = new Map([...before, ...news]);
    if (!isChanged) return;
    await store.names.save(this.#names)
      .catch((error) => log.debug(`cannot save names: ${describe(error)}`));
  }

  /** The titles of the sessions of topics, by id, as far as the agent tells them. */
  async #titles(
    records: readonly ConversationRecord[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, string>> {
    const { agent, log } = this.#options;
    const topics = records.filter(({ threadId, sessionId }) => threadId && sessionId);
    const limited = AbortSignal.any([signal, AbortSignal.timeout(READ_MS)]);
    const directories = [...new Set(topics.map(({ directory }) => directory))];
    const lists = await Promise.all(
      directories.map((directory) =>
        agent.sessions(directory, limited).catch((error) => {
          log.debug(`cannot read the titles of sessions: ${describe(error)}`);
          return [];
        })
      ),
    );
    return new Map(lists.flat().map(({ id, title }) => [id, title]));
  }

  #used(record: ConversationRecord, titles: ReadonlyMap<string, string>): KnownChat {
    const { chatId, chatType, threadId, directory, sessionId } = record;
    const person = chatType === "p2p" ? personOf(record) : undefined;
    const kind = threadId !== undefined ? "topic" : chatType === "p2p" ? "direct" : "group";
    const name = {
      topic: titles.get(sessionId ?? "") ?? "",
      direct: this.#nameOf(person ?? ""),
      group: this.#nameOf(chatId),
    }[kind];
    return {
      id: threadId ?? chatId,
      kind,
      name,
      chat: chatId,
      directory,
      ...(kind === "direct" && person && { person }),
      ...(sessionId !== undefined && { session: sessionId }),
      place: { chatId, chatType, ...(threadId !== undefined && { threadId }) },
    };
  }

  #nameOf(id: string): string {
    return this.#names?.get(id) ?? "";
  }
}

function personOf(
  { chatType, person, shown }: Pick<ConversationRecord, "chatType" | "person" | "shown">,
): string | undefined {
  return chatType === "p2p" ? person ?? shown?.sender : undefined;
}

const KINDS: readonly ListedChat["kind"][] = ["direct", "group", "topic"];

function byName(a: ListedChat, b: ListedChat): number {
  return KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || a.name.localeCompare(b.name) ||
    (a.id < b.id ? -1 : 1);
}
