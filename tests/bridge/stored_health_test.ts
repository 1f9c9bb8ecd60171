import { assertEquals, assertMatch } from "@std/assert";
import { StoredHealth } from "../../lib/bridge/stored_health.ts";
import type { StoreTrouble } from "../../lib/model/store_trouble.ts";
import { memoryLog } from "../helpers.ts";

Deno.test("while the store gives no answer, what it knew last is told, and why; the log says so once", async () => {
  const log = memoryLog();
  const answer = { trouble: undefined as StoreTrouble | undefined, isAway: false };
  const never = Promise.withResolvers<never>();
  const store = {
    get trouble() {
      return answer.trouble;
    },
    undelivered: () => answer.isAway ? Promise.reject(new Error("away")) : Promise.resolve(2),
    paired: () => answer.isAway ? never.promise : Promise.resolve([{ openId: "ou_1", since: 1 }]),
  };
  const health = new StoredHealth(store, [], log);
  const known = { undelivered: 2, paired: [{ openId: "ou_1", since: 1 }] };
  assertEquals(await health.read(), known);
  const trouble = { of: "kv", why: "it does not answer" } as const;
  Object.assign(answer, { trouble, isAway: true });
  for (let i = 0; i < 3; i++) assertEquals(await health.read(), { ...known, trouble });
  assertEquals(log.lines.length, 1);
  assertMatch(log.lines[0] ?? "", /WARN +the shared KV cannot be reached: it does not answer/);
  Object.assign(answer, { trouble: undefined, isAway: false });
  await health.read();
  assertMatch(log.lines[1] ?? "", /INFO +the shared KV answers again/);
});
