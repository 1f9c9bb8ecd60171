/**
 * The program, with two things that a test decides: how far its clock is ahead, in `CHAOS_AHEAD_MS`; and
 * whether reads of its store fail, as long as the file in `CHAOS_NO_READS` exists.
 */
import { existsSync } from "node:fs";
import { main } from "../../lib/cli/main.ts";

const aheadMs = Number(Deno.env.get("CHAOS_AHEAD_MS") ?? 0);
const { now } = Date;
Date.now = () => now.call(Date) + aheadMs;

const noReads = Deno.env.get("CHAOS_NO_READS") ?? "";
const store = Deno.Kv.prototype;
const { get, list } = store;

function check(): void {
  if (noReads !== "" && existsSync(noReads)) throw new Error("disk I/O error");
}

store.get = function (this: Deno.Kv, ...args: Parameters<typeof get>) {
  try {
    check();
  } catch (error) {
    return Promise.reject(error);
  }
  return get.apply(this, args);
} as typeof get;
store.list = function (this: Deno.Kv, ...args: Parameters<typeof list>) {
  check();
  return list.apply(this, args);
} as typeof list;

if (import.meta.main) Deno.exit(await main(Deno.args));
