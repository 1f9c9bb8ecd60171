import { join } from "@std/path";
import type { Incoming } from "./feishu/inbound.ts";
import type { RenderMode, View } from "./feishu/view.ts";

/** A chat, or a topic inside one, bound to one opencode session in one directory. */
export interface Conversation {
  /** The chat's id, with the topic's behind a `/` where there is one. */
  readonly key: string;
  readonly chatId: string;
  readonly threadId?: string;
  readonly chatType: "p2p" | "group";
  readonly directory: string;
  /** Unset until the first prompt, and after `/new` or `/cwd`. */
  readonly sessionId?: string;
}

/** Where a message goes: into the chat, or as a reply that stays with what it answers. */
export interface Target {
  readonly chatId: string;
  /** The message to reply to; without it the message stands on its own. */
  readonly replyTo?: string;
  /** Keeps the reply inside the topic. */
  readonly inThread?: boolean;
}

/** One message of ours in a chat, before and after it exists there. */
export interface Slot {
  /** Feishu's `uuid`: for one hour, sends with the same one make one message. */
  readonly uuid: string;
  readonly target: Target;
  /** How it is (to be) drawn; a refusal moves it on. */
  readonly mode: RenderMode;
  /** Set once Feishu returned it. */
  readonly messageId?: string;
  /** When a create request first left; until `messageId` is set, its outcome is not known. */
  readonly triedAt?: number;
  /** How often it was edited; Feishu allows 20 edits of a post or text. */
  readonly edits?: number;
}

/** A prompt from the moment it is accepted until its final answer is in the ledger. */
export interface Prompt {
  readonly id: string;
  /** {@linkcode Conversation.key} */
  readonly conversation: string;
  readonly text: string;
  readonly messageId: string;
  readonly sender: string;
  readonly createdAt: number;
  /** The message that shows the turn. */
  readonly slot: Slot;
  /** Set when the turn has begun. */
  readonly run?: Run;
  /** Somebody asked for an end of this turn. */
  readonly cancelled?: boolean;
}

/** A prompt's turn in opencode; the ids are made and stored before the request that uses them. */
export interface Run {
  readonly sessionId: string;
  readonly directory: string;
  readonly userMessageId: string;
  readonly partId: string;
  readonly startedAt: number;
  /** When opencode accepted the prompt. */
  readonly postedAt?: number;
}

/** One row of the ledger: a message that must reach a chat. */
export interface Row {
  readonly id: string;
  /** {@linkcode Conversation.key}; rows of one conversation are sent in order. */
  readonly conversation: string;
  readonly slot: Slot;
  readonly view: View;
  readonly createdAt: number;
  /** Why the last attempt failed, for `/status`. */
  readonly lastError?: string;
  /** The chat refused it for good; kept so that `/status` can show it. */
  readonly undeliverable?: boolean;
}

/** Changes that happen together or not at all. */
export interface Changes {
  /** Struck off the inbox. */
  readonly handled?: Incoming | undefined;
  readonly conversation?: Conversation | undefined;
  readonly prompts?: readonly Prompt[] | undefined;
  /** Prompts that are over. */
  readonly closed?: readonly Prompt[] | undefined;
  readonly rows?: readonly Row[] | undefined;
  /** Rows that reached the chat. */
  readonly delivered?: readonly Row[] | undefined;
}

/** Deno KV refuses values above 64 KiB; larger ones are cut into parts of this size. */
const PART_BYTES = 60_000;

let last = 0;
/** An id that sorts by the time it was made, unique in this state directory. */
export function newId(now: number = Date.now()): string {
  last = Math.max(last + 1, now * 1000);
  const random = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  return last.toString(36).padStart(11, "0") + random.toString(36).padStart(7, "0");
}

/** What is kept in Deno KV. The only place that knows its keys. */
export class Store implements AsyncDisposable {
  readonly #kv: Deno.Kv;

  private constructor(kv: Deno.Kv) {
    this.#kv = kv;
  }

  /**
   * Opens `state.db` in the state directory. A damaged file is moved aside, and a new one begun.
   *
   * @returns The store, and where a damaged predecessor was put.
   */
  static async open(stateDir: string): Promise<{ store: Store; setAside?: string }> {
    const path = join(stateDir, "state.db");
    try {
      return { store: new Store(await Deno.openKv(path)) };
    } catch (error) {
      // The words of SQLite for a file that is none, or whose pages are broken.
      if (!/not a database|malformed/.test(String(error))) throw error;
      const setAside = `${path}.damaged-${newId()}`;
      for (const suffix of ["", "-wal", "-shm"]) {
        await Deno.rename(path + suffix, setAside + suffix).catch(() => {});
      }
      return { store: new Store(await Deno.openKv(path)), setAside };
    }
  }

  /** Closes the database; the store is of no use afterwards. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#kv.close();
    return Promise.resolve();
  }

  /**
   * Writes a message into the inbox, unless its id was seen within `ttlMs` milliseconds.
   *
   * @returns Whether it is new.
   */
  async accept(incoming: Incoming, ttlMs: number): Promise<boolean> {
    const key = ["seen", incoming.messageId];
    const seen = await this.#kv.get<number>(key);
    if (seen.value !== null && seen.value > Date.now()) return false;
    const atomic = this.#kv.atomic().check(seen)
      // KV sweeps expired keys late, about once a minute; the stored time is the one that counts.
      .set(key, Date.now() + ttlMs, { expireIn: ttlMs });
    this.#put(atomic, ["in", incoming.messageId], incoming);
    return (await atomic.commit()).ok;
  }

  /** Notes that `key` happened, unless it already did within `ttlMs` milliseconds; returns whether it is new. */
  async once(key: string, ttlMs: number): Promise<boolean> {
    const entry = await this.#kv.get<number>(["once", key]);
    if (entry.value !== null && entry.value > Date.now()) return false;
    const result = await this.#kv.atomic().check(entry)
      .set(["once", key], Date.now() + ttlMs, { expireIn: ttlMs }).commit();
    return result.ok;
  }

  /** Makes all of these changes in one step. */
  async commit(changes: Changes): Promise<void> {
    const atomic = this.#kv.atomic();
    if (changes.handled) await this.#drop(atomic, ["in", changes.handled.messageId]);
    if (changes.conversation) {
      this.#put(atomic, ["conversation", changes.conversation.key], changes.conversation);
    }
    for (const one of changes.prompts ?? []) {
      this.#put(atomic, ["prompt", one.conversation, one.id], one);
    }
    for (const one of changes.closed ?? []) {
      await this.#drop(atomic, ["prompt", one.conversation, one.id]);
    }
    for (const one of changes.rows ?? []) this.#put(atomic, ["row", one.conversation, one.id], one);
    for (const one of changes.delivered ?? []) {
      await this.#drop(atomic, ["row", one.conversation, one.id]);
    }
    await atomic.commit();
  }

  /** Messages that were accepted and not yet worked on, oldest first. */
  async inbox(): Promise<Incoming[]> {
    const all = await this.#list<Incoming>(["in"]);
    return all.sort((a, b) => a.receivedAt - b.receivedAt);
  }

  /** One conversation, if it was ever stored. */
  conversation(key: string): Promise<Conversation | undefined> {
    return this.#get<Conversation>(["conversation", key]);
  }

  /** All conversations. */
  conversations(): Promise<Conversation[]> {
    return this.#list<Conversation>(["conversation"]);
  }

  /** Open and queued prompts in the order in which they came, of one conversation or of all. */
  prompts(conversation?: string): Promise<Prompt[]> {
    return this.#list<Prompt>(conversation === undefined ? ["prompt"] : ["prompt", conversation]);
  }

  /** Rows of the ledger in the order in which they are sent, of one conversation or of all. */
  rows(conversation?: string): Promise<Row[]> {
    return this.#list<Row>(conversation === undefined ? ["row"] : ["row", conversation]);
  }

  #put(atomic: Deno.AtomicOperation, key: Deno.KvKey, value: unknown): void {
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    if (bytes.length <= PART_BYTES) {
      atomic.set(key, bytes);
      return;
    }
    const parts = Math.ceil(bytes.length / PART_BYTES);
    atomic.set(key, parts);
    for (let i = 0; i < parts; i++) {
      atomic.set(["part", ...key, i], bytes.slice(i * PART_BYTES, (i + 1) * PART_BYTES));
    }
  }

  async #drop(atomic: Deno.AtomicOperation, key: Deno.KvKey): Promise<void> {
    atomic.delete(key);
    for await (const part of this.#kv.list({ prefix: ["part", ...key] })) atomic.delete(part.key);
  }

  async #get<T>(key: Deno.KvKey): Promise<T | undefined> {
    const { value } = await this.#kv.get<Uint8Array | number>(key);
    return value === null ? undefined : await this.#decode<T>(key, value);
  }

  async #list<T>(prefix: Deno.KvKey): Promise<T[]> {
    const found: T[] = [];
    for await (const { key, value } of this.#kv.list<Uint8Array | number>({ prefix })) {
      const decoded = await this.#decode<T>(key, value);
      if (decoded !== undefined) found.push(decoded);
    }
    return found;
  }

  async #decode<T>(key: Deno.KvKey, value: Uint8Array | number): Promise<T | undefined> {
    const chunks: Uint8Array[] = [];
    if (typeof value === "number") {
      for (let i = 0; i < value; i++) {
        const part = await this.#kv.get<Uint8Array>(["part", ...key, i]);
        if (part.value === null) return undefined;
        chunks.push(part.value);
      }
    } else {
      chunks.push(value);
    }
    return JSON.parse(await new Blob(chunks as BlobPart[]).text()) as T;
  }
}
