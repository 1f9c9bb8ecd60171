import { delay } from "@std/async";
import { join } from "@std/path";
import { DatabaseSync } from "node:sqlite";
import { describe, UsageError } from "../base/errors.ts";
import type { Incoming } from "../feishu/connection/events.ts";
import { type Conversation, newId, type Prompt, type Row, type Slot } from "../model/records.ts";
import { Values } from "./values.ts";

/** Changes that happen together or not at all. */
export interface Changes {
  /** Struck off the inbox. */
  readonly handled?: Incoming | undefined;
  readonly conversation?: Conversation | undefined;
  readonly prompts?: readonly Prompt[] | undefined;
  /** Prompts that are over. */
  readonly closed?: readonly Prompt[] | undefined;
  readonly rows?: readonly Row[] | undefined;
}

/** How this program lays out what it keeps; a store without a mark has version 1. */
const SCHEMA = 1;

/** Rows that surely fit into one step; Deno KV takes 800 KB. */
const ROWS_AT_ONCE = 10;

/** Milliseconds between two attempts to save what the disk does not take. */
const RETRY_MS = 2_000;

/** What is kept in Deno KV. The only place that knows its keys. */
export class Store implements AsyncDisposable {
  readonly #kv: Deno.Kv;
  readonly #values: Values;
  #closed = false;
  #trouble: string | undefined;

  private constructor(kv: Deno.Kv) {
    this.#kv = kv;
    this.#values = new Values(kv);
  }

  /**
   * Opens `state.db` in the state directory. A damaged file is moved aside, and a new one begun.
   *
   * @returns The store, and where a damaged predecessor was put.
   * @throws {UsageError} When a newer version of this program has written it; it stays as it is.
   */
  static async open(stateDir: string): Promise<{ store: Store; setAside?: string }> {
    const path = join(stateDir, "state.db");
    const open = async () => {
      // SQLite gives its other files the mode of this one.
      (await Deno.open(path, { create: true, write: true, mode: 0o600 })).close();
      await Deno.chmod(path, 0o600);
      checkPages(path);
      const kv = await Deno.openKv(path);
      const { value: schema } = await kv.get<number>(["schema"]);
      if (schema === null || schema <= SCHEMA) return new Store(kv);
      kv.close();
      throw new UsageError(
        `${path} was written by a newer version of this program (store version ${schema}, ` +
          `this one knows ${SCHEMA}): update this program, or set BRIDGE_STATE_DIR to another directory`,
      );
    };
    try {
      return { store: await open() };
    } catch (error) {
      // The words of SQLite for a file that is none, or whose pages are broken.
      if (!/not a database|malformed/.test(String(error))) throw error;
      const setAside = `${path}.damaged-${newId()}`;
      for (const suffix of ["", "-wal", "-shm"]) {
        await Deno.rename(path + suffix, setAside + suffix).catch(() => {});
      }
      return { store: await open(), setAside };
    }
  }

  /** Closes the database; the store is of no use afterwards. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#kv.close();
    return Promise.resolve();
  }

  /** Why nothing can be saved at the moment: a full disk, for example. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /**
   * Writes a message into the inbox, unless its id was seen within `ttlMs` milliseconds.
   *
   * @returns Whether it is new.
   */
  async accept(incoming: Incoming, ttlMs: number): Promise<boolean> {
    const atomic = this.#kv.atomic();
    this.#values.put(atomic, ["in", incoming.messageId], incoming);
    return await this.#once(["seen", incoming.messageId], ttlMs, atomic);
  }

  /** Notes that a message was dealt with, without keeping it; returns whether its id is new. */
  see(messageId: string, ttlMs: number): Promise<boolean> {
    return this.#once(["seen", messageId], ttlMs);
  }

  /** Notes that `key` happened, unless it already did within `ttlMs` milliseconds; returns whether it is new. */
  once(key: string, ttlMs: number): Promise<boolean> {
    return this.#once(["once", key], ttlMs);
  }

  /** The same, together with what else is to happen then. */
  async #once(key: Deno.KvKey, ttlMs: number, atomic = this.#kv.atomic()): Promise<boolean> {
    const entry = await this.#kv.get<number>(key);
    if (entry.value !== null && entry.value > Date.now()) return false;
    // KV sweeps expired keys late, about once a minute; the stored time is the one that counts.
    atomic.check(entry).set(key, Date.now() + ttlMs, { expireIn: ttlMs });
    return (await this.#commit(atomic)).ok;
  }

  /**
   * Makes all of these changes in one step. While the disk does not take them, it waits: whoever asked
   * has nothing better to do than to wait too.
   */
  async commit(changes: Changes): Promise<void> {
    await this.#untilSaved(() => this.#write(changes));
  }

  async #write(changes: Changes): Promise<void> {
    let atomic = this.#kv.atomic();
    // The rows of a very long answer are more than one step can take. Nobody sends them before the last
    // step is done; whoever is interrupted before does it all again, under the same ids.
    let steps = 0;
    for (const one of changes.rows ?? []) {
      this.#values.put(atomic, ["row", one.conversation, one.id], one);
      if (++steps % ROWS_AT_ONCE !== 0) continue;
      await this.#commit(atomic);
      atomic = this.#kv.atomic();
    }
    if (changes.handled) await this.#values.drop(atomic, ["in", changes.handled.messageId]);
    if (changes.conversation) {
      this.#values.put(atomic, ["conversation", changes.conversation.key], changes.conversation);
    }
    for (const one of changes.prompts ?? []) {
      this.#values.put(atomic, ["prompt", one.conversation, one.id], one);
      noteSent(atomic, one.slot);
    }
    for (const one of changes.closed ?? []) {
      await this.#values.drop(atomic, ["prompt", one.conversation, one.id]);
    }
    await this.#commit(atomic);
  }

  /**
   * Changes one row of the ledger, whatever else changes it at the same time.
   *
   * @param change Gets the row as it is, or nothing; what it returns is stored, `undefined` deletes.
   * @param slot The message that shows the row, when it is to be deleted.
   */
  async changeRow(
    { conversation, id }: Pick<Row, "conversation" | "id">,
    change: (row: Row | undefined) => Row | undefined,
    slot?: Slot,
  ): Promise<void> {
    const key = ["row", conversation, id];
    for (;;) {
      const { entry, value: before } = await this.#values.entry<Row>(key);
      const after = change(before);
      if (after === before) return;
      const atomic = this.#kv.atomic().check(entry);
      if (after === undefined) await this.#values.drop(atomic, key);
      else this.#values.put(atomic, key, after);
      noteSent(atomic, slot ?? after?.slot);
      if ((await this.#untilSaved(() => this.#commit(atomic))).ok) return;
    }
  }

  /** Lets a person in from now on. */
  async addPaired(openId: string): Promise<void> {
    await this.#commit(this.#kv.atomic().set(["paired", openId], true));
  }

  /** Who was let in with a code. */
  async paired(): Promise<string[]> {
    const entries = await Array.fromAsync(this.#kv.list({ prefix: ["paired"] }));
    return entries.map(({ key }) => String(key[1]));
  }

  /** One row of the ledger. */
  row(conversation: string, id: string): Promise<Row | undefined> {
    return this.#values.get<Row>(["row", conversation, id]);
  }

  /** Notes that a message is the answer to an ask; remembered for a day. */
  async noteAnswer(messageId: string, ask: string): Promise<void> {
    const expireIn = 24 * 3_600_000;
    await this.#untilSaved(() =>
      this.#commit(this.#kv.atomic().set(["answer", messageId], ask, { expireIn }))
    );
  }

  /** The ask to which a message is the answer, as far as noted. */
  async answerTo(messageId: string): Promise<string | undefined> {
    return (await this.#kv.get<string>(["answer", messageId])).value ?? undefined;
  }

  /** Notes that the bridge, with this layout of the store, is running at `time` (ms since 1970). */
  async markAlive(time: number): Promise<void> {
    await this.#commit(this.#kv.atomic().set(["alive"], time).set(["schema"], SCHEMA));
  }

  /** When the bridge was last known to run, in milliseconds since 1970. */
  async lastAlive(): Promise<number | undefined> {
    return (await this.#kv.get<number>(["alive"])).value ?? undefined;
  }

  /** Whether a message is known to be one of ours; remembered for two days. */
  async isSent(messageId: string): Promise<boolean> {
    return (await this.#kv.get(["sent", messageId])).value !== null;
  }

  /** Messages that were accepted and not yet worked on, oldest first. */
  async inbox(): Promise<Incoming[]> {
    const all = await this.#values.list<Incoming>(["in"]);
    return all.sort((a, b) => a.receivedAt - b.receivedAt);
  }

  /** One conversation, if it was ever stored. */
  conversation(key: string): Promise<Conversation | undefined> {
    return this.#values.get<Conversation>(["conversation", key]);
  }

  /** All conversations. */
  conversations(): Promise<Conversation[]> {
    return this.#values.list<Conversation>(["conversation"]);
  }

  /** Open and queued prompts in the order in which they came, of one conversation or of all. */
  prompts(conversation?: string): Promise<Prompt[]> {
    return this.#values.list<Prompt>(under("prompt", conversation));
  }

  /** Rows of the ledger in the order in which they are sent, of one conversation or of all. */
  async rows(conversation?: string): Promise<Row[]> {
    const rows = await this.#values.list<Row>(under("row", conversation));
    // Stable: rows of one moment stay in the order of their ids.
    return rows.sort((a, b) => a.createdAt - b.createdAt);
  }

  async #commit(atomic: Deno.AtomicOperation): Promise<{ ok: boolean }> {
    try {
      const result = await atomic.commit();
      this.#trouble = undefined;
      return result;
    } catch (error) {
      this.#trouble = describe(error);
      throw error;
    }
  }

  async #untilSaved<T>(write: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await write();
      } catch (error) {
        // The words of SQLite for what may pass; a lock is held by whoever copies the file.
        const passes = /disk is full|readonly|disk I\/O|locked/.test(String(error));
        if (this.#closed || !passes) throw error;
        await delay(RETRY_MS);
        if (this.#closed) throw error;
      }
    }
  }
}

function under(kind: "prompt" | "row", conversation: string | undefined): Deno.KvKey {
  return conversation === undefined ? [kind] : [kind, conversation];
}

/** Remembers a message of ours, to tell it from one whose creation we never heard of. */
function noteSent(atomic: Deno.AtomicOperation, slot: Slot | undefined): void {
  if (slot?.messageId === undefined) return;
  atomic.set(["sent", slot.messageId], true, { expireIn: 2 * 24 * 3_600_000 });
}

/** Deno KV ends the whole program when it meets a broken page, so SQLite is asked before. */
function checkPages(path: string): void {
  const database = new DatabaseSync(path);
  try {
    const found = database.prepare("PRAGMA quick_check(1)").get();
    if (found?.["quick_check"] !== "ok") throw new Error("database disk image is malformed");
  } finally {
    database.close();
  }
}
