/**
 * The program, with three things that a test decides: how far its clock is ahead, in `CHAOS_AHEAD_MS`; whether
 * reads of its store fail, as long as the file in `CHAOS_NO_READS` exists; and whether something in front of
 * opencode refuses its requests, as long as the file in `CHAOS_REFUSAL` exists, and with what.
 */
import { existsSync, readFileSync } from "node:fs";
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

const refusal = Deno.env.get("CHAOS_REFUSAL") ?? "";
const feishu = new URL(Deno.env.get("FEISHU_DOMAIN") ?? "http://feishu.invalid").origin;
const ask = globalThis.fetch;

globalThis.fetch = (input, init) => {
  const { origin, pathname } = new URL(input instanceof Request ? input.url : input);
  // Whether the server is up does not depend on it: else it would be started again.
  const isOpencode = origin !== feishu && pathname !== "/global/health";
  if (!isOpencode || refusal === "" || !existsSync(refusal)) return ask(input, init);
  switch (readFileSync(refusal, "utf8")) {
    case "html":
      return Promise.resolve(
        new Response("<html>Sign in</html>", { headers: { "content-type": "text/html" } }),
      );
    case "401":
      return Promise.resolve(Response.json({ name: "Unauthorized" }, { status: 401 }));
    default:
      return Promise.resolve(Response.json({ name: "ConfigJsonError" }, { status: 500 }));
  }
};

if (import.meta.main) Deno.exit(await main(Deno.args));
