import { object, string } from "../base/json.ts";
import type { Disk } from "./disk.ts";
import type { Kv } from "./kv/kv.ts";
import type { Values } from "./values.ts";

const KEY = ["names"];

/** The names of chats and people that were last known, by id: they are needed even without the network. */
export class ChatNames {
  readonly #kv: Kv;
  readonly #values: Values;
  readonly #disk: Disk;

  constructor(kv: Kv, values: Values, disk: Disk) {
    this.#kv = kv;
    this.#values = values;
    this.#disk = disk;
  }

  /** The names, by id. */
  async read(): Promise<Map<string, string>> {
    const stored = await this.#disk.read(() => this.#values.get<object>(KEY));
    const entries = Object.entries(object(stored)).map(([id, name]) => [id, string(name)] as const);
    return new Map(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
  }

  /** Stores the names, in one attempt. */
  async save(names: ReadonlyMap<string, string>): Promise<void> {
    const atomic = this.#kv.atomic();
    this.#values.put(atomic, KEY, Object.fromEntries(names));
    await this.#disk.write(() => atomic.commit());
  }
}
