import type { PairedUser } from "../model/settings.ts";
import type { Kv } from "./kv/kv.ts";

/** Reads everyone who was paired, in the order of pairing. */
export async function readPaired(kv: Kv): Promise<PairedUser[]> {
  const entries = await Array.fromAsync(kv.list<unknown>({ prefix: ["paired"] }));
  // Version 1 stored no time.
  const timeOf = (value: unknown) => typeof value === "number" ? value : 0;
  return entries.sort((a, b) =>
    timeOf(a.value) - timeOf(b.value) || (a.versionstamp < b.versionstamp ? -1 : 1)
  ).map(({ key, value }) => ({ openId: String(key[1]), since: timeOf(value) }));
}
