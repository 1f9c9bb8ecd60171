import type { Disk } from "./disk.ts";
import type { Kv } from "./kv/kv.ts";
import { LIFETIMES_MS } from "./kv/lifetimes.ts";

/** What handling a message began, for the case that it is handled again: kept for a day. */
export class DayNotes {
  readonly #kv: Kv;
  readonly #disk: Disk;

  constructor(kv: Kv, disk: Disk) {
    this.#kv = kv;
    this.#disk = disk;
  }

  /** Records that a message is the answer to an ask. */
  async noteAnswer(messageId: string, ask: string): Promise<void> {
    await this.#note(["answer", messageId], ask);
  }

  /** The id of the ask that a message was recorded as the answer to. */
  async answerTo(messageId: string): Promise<string | undefined> {
    return await this.#get<string>(["answer", messageId]);
  }

  /** Records what the command in a message ends, by ids of turns and messages. */
  async noteCancel(messageId: string, ids: readonly string[]): Promise<void> {
    await this.#note(["cancel", messageId], ids);
  }

  /** What the command in a message was recorded to end. */
  async cancelledBy(messageId: string): Promise<readonly string[] | undefined> {
    return await this.#get<readonly string[]>(["cancel", messageId]);
  }

  async #note(key: readonly ["answer" | "cancel", string], value: unknown): Promise<void> {
    const set = () =>
      this.#kv.atomic().set(key, value, { expireIn: LIFETIMES_MS[key[0]] }).commit();
    await this.#disk.persist(() => this.#disk.write(set));
  }

  async #get<T>(key: Deno.KvKey): Promise<T | undefined> {
    return (await this.#disk.read(() => this.#kv.get<T>(key))).value ?? undefined;
  }
}
