import { defined, need, number, object, parser, string } from "../base/json.ts";
import type { CallRecord } from "../model/calls.ts";
import type { Disk } from "./disk.ts";
import type { Kv } from "./kv/kv.ts";

/** The key of the only machine's record, and the beginning of those of several. */
const ONLY: Deno.KvKey = ["calls"];

/** Reads a stored {@linkcode CallRecord}; `undefined` if it is not one. */
const readCalls: (stored: unknown) => CallRecord | undefined = parser((record) => {
  const { since, triedAt } = object(record.usedUp);
  const usedUp = number(since) === undefined ? undefined : {
    since: number(since) ?? 0,
    triedAt: number(triedAt) ?? 0,
  };
  return defined({
    month: need(string(record.month)),
    calls: need(number(record.calls)),
    day: need(string(record.day)),
    today: number(record.today) ?? 0,
    isLimited: record.isLimited === true ? true : undefined,
    isWarned: record.isWarned === true ? true : undefined,
    refilledAt: number(record.refilledAt),
    usedUp,
  });
});

/** What is known of the calls to the chat platform. Machines that share a store count each for itself. */
export class StoredCalls {
  readonly #kv: Kv;
  readonly #disk: Disk;
  readonly #machine: string | undefined;
  readonly #key: Deno.KvKey;

  /** @param machine The name of this machine, if several share the store. */
  constructor(kv: Kv, disk: Disk, machine: string | undefined) {
    this.#kv = kv;
    this.#disk = disk;
    this.#machine = machine;
    this.#key = machine === undefined ? ONLY : [...ONLY, machine];
  }

  /** What this machine has stored, if that can be read. */
  async read(): Promise<CallRecord | undefined> {
    return readCalls((await this.#disk.read(() => this.#kv.get<unknown>(this.#key))).value);
  }

  /** What others have stored: other machines, and this one before the state was moved. */
  async others(): Promise<CallRecord[]> {
    const all = await this.#disk.read(async () => [
      await this.#kv.get<unknown>(ONLY),
      ...await Array.fromAsync(this.#kv.list<unknown>({ prefix: ONLY })),
    ]);
    return all.flatMap(({ key, value }) => key[1] === this.#machine ? [] : readCalls(value) ?? []);
  }

  /** Stores what this machine knows, in one attempt. */
  async save(record: CallRecord): Promise<void> {
    await this.#disk.write(() => this.#kv.atomic().set(this.#key, record).commit());
  }
}
