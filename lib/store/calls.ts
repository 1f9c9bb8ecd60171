import { defined, need, number, object, parser, string } from "../base/json.ts";
import type { CallRecord } from "../model/calls.ts";
import type { Kv } from "./kv/kv.ts";

/** Reads a stored {@linkcode CallRecord}; `undefined` if it is none. */
export const readCalls: (stored: unknown) => CallRecord | undefined = parser((record) => {
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

/** Where the calls of a machine are stored; of the only one unless given. */
export function callsKey(machine?: string): Deno.KvKey {
  return machine === undefined ? ["calls"] : ["calls", machine];
}

/** What is stored of calls but for those of a machine, or of the only one. */
export async function callsOfOthers(kv: Kv, machine?: string): Promise<CallRecord[]> {
  const all = [
    await kv.get<unknown>(callsKey()),
    ...await Array.fromAsync(kv.list<unknown>({ prefix: callsKey() })),
  ];
  return all.flatMap(({ key, value }) => key[1] === machine ? [] : readCalls(value) ?? []);
}
