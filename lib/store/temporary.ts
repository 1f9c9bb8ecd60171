import type { Place } from "../model/place.ts";
import type { Disk } from "./disk.ts";
import type { AtomicChanges, Kv } from "./kv/kv.ts";
import { LIFETIMES_MS } from "./kv/lifetimes.ts";
import type { Values } from "./values.ts";

/** A chat that is on top of a person's list. */
export interface OnTopRecord extends Pick<Place, "chatId" | "chatType"> {
  /** The key of the conversation that asks something. */
  readonly conversation: string;
  /** The person's `open_id`. */
  readonly openId: string;
}

/** What is shown in the chat for a while, so that it is taken off after a crash too. */
export class Temporary {
  readonly #kv: Kv;
  readonly #values: Values;
  readonly #disk: Disk;

  constructor(kv: Kv, values: Values, disk: Disk) {
    this.#kv = kv;
    this.#values = values;
    this.#disk = disk;
  }

  /** Stores the id of the reaction that says that a message was taken. */
  async addTaken(messageId: string, reactionId: string): Promise<void> {
    const key = ["taken", messageId];
    await this.#commit(this.#kv.atomic().set(key, reactionId, { expireIn: LIFETIMES_MS.taken }));
  }

  /** The reactions that say that messages were taken: message id → reaction id. */
  async allTaken(): Promise<ReadonlyMap<string, string>> {
    const entries = await this.#disk.read(() =>
      Array.fromAsync(this.#kv.list<string>({ prefix: ["taken"] }))
    );
    return new Map(entries.map(({ key, value }) => [String(key[1]), value]));
  }

  /** The id of the reaction that says that a message was taken, if there is one. */
  async taken(messageId: string): Promise<string | undefined> {
    const { value } = await this.#disk.read(() => this.#kv.get<string>(["taken", messageId]));
    return value ?? undefined;
  }

  /** Forgets the reaction that says that a message was taken. */
  async removeTaken(messageId: string): Promise<void> {
    await this.#commit(this.#kv.atomic().delete(["taken", messageId]));
  }

  /** Stores that a chat is on top. */
  async addOnTop(record: OnTopRecord): Promise<void> {
    const atomic = this.#kv.atomic();
    this.#values.put(atomic, ["on_top", record.conversation], record);
    await this.#commit(atomic);
  }

  /** The chats that are on top. */
  async allOnTop(): Promise<OnTopRecord[]> {
    return await this.#disk.read(() => this.#values.list<OnTopRecord>(["on_top"]));
  }

  /** Forgets that a conversation's chat is on top. */
  async removeOnTop(conversation: string): Promise<void> {
    await this.#commit(this.#kv.atomic().delete(["on_top", conversation]));
  }

  async #commit(atomic: AtomicChanges): Promise<void> {
    await this.#disk.write(() => atomic.commit());
  }
}
