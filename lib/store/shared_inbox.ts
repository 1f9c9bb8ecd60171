import type { IncomingMessage } from "../model/message.ts";
import { conversationKey } from "../model/place.ts";
import type { Disk } from "./disk.ts";
import type { Kv } from "./kv/kv.ts";
import type { Marks } from "./marks.ts";
import type { Claims, Owners } from "./owners.ts";
import type { Values } from "./values.ts";

/** How many entries are deleted in one step. */
const BATCH = 100;

/** The inbox that machines share: whichever gets a message stores it, and wakes the machine that handles it. */
export class SharedInbox {
  /** The ids of the messages that were handed over to the conversations of this machine, or soon are. */
  readonly #taken = new Set<string>();
  /** Those of them that are being stored. */
  readonly #accepting = new Set<string>();
  /** Who gets a conversation that is new. */
  #first: () => string;
  readonly #kv: Kv;
  readonly #disk: Disk;
  readonly #values: Values;
  readonly #marks: Marks;
  readonly #owners: Owners;

  constructor(
    kv: Kv,
    values: Values,
    disk: Disk,
    marks: Marks,
    owners: Owners,
  ) {
    this.#first = () => owners.machine;
    this.#kv = kv;
    this.#disk = disk;
    this.#values = values;
    this.#marks = marks;
    this.#owners = owners;
  }

  /** @param first Names the machine that gets a conversation that is new; it is this one unless set. */
  giveNewTo(first: () => string): void {
    this.#first = first;
  }

  /**
   * See `Store.accept`. A message for a conversation of this machine counts as taken: the caller handles it.
   *
   * @param sentAt In milliseconds since 1970 on the chat platform's clock, by which messages stay in order.
   */
  async accept(message: IncomingMessage, sentAt: number): Promise<boolean> {
    const { messageId } = message;
    const key = conversationKey(message);
    // Before it is stored: from then on it is found in the inbox.
    const isFree = this.take(messageId);
    this.#accepting.add(messageId);
    let claims: Claims = [];
    try {
      const versionstamp = await this.#marks.see(message, sentAt, async (atomic, attempt) => {
        if (attempt > 0) await this.#owners.reread([key]);
        claims = this.#owners.address(atomic, message, this.#first());
        this.#values.put(atomic, ["in", messageId], { ...message, sentAt });
        await this.#marks.note(atomic, message, sentAt);
      });
      if (versionstamp !== undefined) this.#owners.note(claims, versionstamp);
      const isOurs = versionstamp !== undefined && this.#owners.isOurs(key);
      if (isFree && !isOurs) this.#taken.delete(messageId);
      return versionstamp !== undefined;
    } catch (error) {
      // It may be stored all the same: then it is found.
      if (isFree) this.#taken.delete(messageId);
      throw error;
    } finally {
      this.#accepting.delete(messageId);
    }
  }

  /** Reads the messages that other machines have stored for this one since it last looked, oldest first. */
  async addressed(): Promise<IncomingMessage[]> {
    const prefix = ["todo", this.#owners.machine];
    const found: IncomingMessage[] = [];
    const keys = await this.#disk.read(() => Array.fromAsync(this.#kv.list({ prefix })));
    for (let i = 0; i < keys.length; i += BATCH) {
      const atomic = this.#kv.atomic();
      for (const { key } of keys.slice(i, i + BATCH)) {
        const read = () => this.#values.get<IncomingMessage>(["in", String(key[2])]);
        const message = await this.#disk.read(read);
        if (message !== undefined) found.push(message);
        atomic.delete(key);
      }
      // If it was not deleted, it is read again, and taken already.
      await this.#disk.write(() => atomic.commit());
    }
    return found.toSorted((a, b) => (a.sentAt ?? 0) - (b.sentAt ?? 0));
  }

  /** Takes a message, so that it is handled once; returns whether nobody here had. */
  take(messageId: string): boolean {
    const isFree = !this.#taken.has(messageId);
    this.#taken.add(messageId);
    return isFree;
  }

  /** The messages that were taken so far and are stored. */
  get taken(): readonly string[] {
    return [...this.#taken].filter((id) => !this.#accepting.has(id));
  }

  /** Gives messages back: they were handled, or their conversation has moved. */
  giveBack(messageIds: Iterable<string>): void {
    for (const id of messageIds) this.#taken.delete(id);
  }
}
