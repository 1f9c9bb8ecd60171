import { dayBefore, localDay } from "../base/time/local_day.ts";
import type { Place } from "../model/place.ts";
import { type DayRange, NOTHING, type Spending, type SpendingEntry } from "../model/spending.ts";
import type { TurnRecord } from "../model/turn.ts";
import { deleteKeys } from "./kv/delete_keys.ts";
import type { Disk } from "./disk.ts";
import type { AtomicChanges, Kv } from "./kv/kv.ts";
import type { Values } from "./values.ts";

/** Sums are whole numbers: a billion of them is a dollar. */
const UNITS: Readonly<Record<keyof Spending, number>> = { cost: 1e9, tokens: 1, turns: 1 };
const KINDS = ["cost", "tokens", "turns"] as const;

/**
 * What was used up on each day: under `["spent", day, chatId, conversation, person, kind]`, and of all together
 * under `["spentInAll", day, kind]`. They are sums of the database, so that several bridges can add to one.
 */
export class Spendings {
  readonly #kv: Kv;
  readonly #values: Values;
  readonly #disk: Disk;

  constructor(kv: Kv, values: Values, disk: Disk) {
    this.#kv = kv;
    this.#values = values;
    this.#disk = disk;
  }

  /**
   * Adds to `atomic` what a turn has used up since its stored record, so that nothing counts twice, however often
   * this is written. What has no record any more was counted.
   */
  async count(atomic: AtomicChanges, turn: TurnRecord): Promise<void> {
    const { spent, conversation, sender, slot: { target: { chatId } } } = turn;
    if (spent === undefined) return;
    const { entry, value: stored } = await this.#values.entry<TurnRecord>(
      ["prompt", conversation, turn.id],
    );
    if (stored === undefined) return;
    atomic.check(entry);
    const day = localDay(Date.now());
    for (const kind of KINDS) {
      const more = Math.round((spent[kind] - (stored.spent?.[kind] ?? 0)) * UNITS[kind]);
      if (!(more > 0)) continue;
      atomic.sum(["spent", day, chatId, conversation, sender, kind], BigInt(more));
      atomic.sum(["spentInAll", day, kind], BigInt(more));
    }
  }

  /** What was used up in all on a day. */
  async inAll(day: string): Promise<Spending> {
    return await this.#disk.read(async () => {
      const keys = KINDS.map((kind) => ["spentInAll", day, kind]);
      const found = await this.#kv.getMany<Deno.KvU64[]>(keys);
      return found.reduce((sum, { key, value }) => withSum(sum, key, value), NOTHING);
    });
  }

  /** What was used up in a chat with its topics, or in one topic, in these days: an entry a day and person. */
  async in(
    { chatId, threadId }: Pick<Place, "chatId" | "threadId">,
    days: DayRange,
  ): Promise<SpendingEntry[]> {
    const conversation = threadId === undefined ? [] : [`${chatId}/${threadId}`];
    const all: SpendingEntry[] = [];
    for (let day = days.from; day <= days.to; day = nextDay(day)) {
      all.push(...await this.#list({ prefix: ["spent", day, chatId, ...conversation] }));
    }
    return all;
  }

  /** What was used up anywhere in these days. */
  async everywhere({ from, to }: DayRange): Promise<SpendingEntry[]> {
    return await this.#list({ start: ["spent", from], end: ["spent", nextDay(to)] });
  }

  /** Forgets what was used up before a day. */
  async sweep(before: string): Promise<void> {
    for (const kind of ["spent", "spentInAll"]) {
      const old = await Array.fromAsync(this.#kv.list({ start: [kind], end: [kind, before] }));
      const keys = old.map(({ key }) => key);
      await deleteKeys(this.#kv, keys, (atomic) => this.#disk.write(() => atomic.commit()));
    }
  }

  async #list(selector: Deno.KvListSelector): Promise<SpendingEntry[]> {
    return await this.#disk.read(async () => {
      const found = new Map<string, SpendingEntry>();
      for await (const { key, value } of this.#kv.list<Deno.KvU64>(selector)) {
        const [, day = "", chatId = "", conversation = "", person = ""] = key.map(String);
        const id = key.slice(0, -1).join();
        const before = found.get(id) ?? { ...NOTHING, day, chatId, conversation, person };
        found.set(id, { ...before, ...withSum(before, key, value) });
      }
      return [...found.values()];
    });
  }
}

/** A sum with that of one kind, which ends its key. */
function withSum(sum: Spending, key: Deno.KvKey, value: Deno.KvU64 | null): Spending {
  const kind = KINDS.find((one) => one === key.at(-1));
  // Another program may have written something else.
  if (kind === undefined || !(value instanceof Deno.KvU64)) return sum;
  return { ...sum, [kind]: Number(value.value) / UNITS[kind] };
}

function nextDay(day: string): string {
  return dayBefore(day, -1);
}
