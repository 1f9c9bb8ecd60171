import { assert, assertEquals } from "@std/assert";
import { Caller } from "../../../lib/opencode/v1/caller.ts";
import { isAhead } from "../../../lib/opencode/v1/is_ahead.ts";
import { fakeServer, json } from "../fake_server.ts";

const NOW = "Sun, 29 Nov 2026 03:00:00 GMT";
const SESSION = { id: "ses_1", directory: "/work" };
const { signal } = new AbortController();

/** Asks about a session whose newest message was created so long after what the server's clock says. */
async function ask(aheadMs: number, date: string = NOW): Promise<boolean> {
  const created = Date.parse(NOW) + aheadMs;
  await using server = fakeServer(() => {
    const answer = json([{ info: { time: { created } }, parts: [] }]);
    answer.headers.set("date", date);
    return answer;
  });
  const caller = new Caller({ endpoint: () => Promise.resolve({ url: server.url }) });
  const found = await isAhead(caller, SESSION, signal);
  assertEquals(server.requests[0]?.url.searchParams.get("limit"), "1");
  return found;
}

Deno.test("a session is ahead when its newest message is, by the server's own clock", async () => {
  assert(await ask(8 * 3_600_000));
  assert(!await ask(-3_600_000));
  // That clock has whole seconds.
  assert(!await ask(999));
  assert(!await ask(3_600_000, "no date"));
});

Deno.test("a session that is a little ahead is waited for", async () => {
  const before = performance.now();
  assert(!await ask(1_100));
  assert(performance.now() - before >= 95);
});

Deno.test("a session that is gone is not ahead: the prompt finds out", async () => {
  await using server = fakeServer(() => json({ name: "NotFoundError" }, 404));
  const caller = new Caller({ endpoint: () => Promise.resolve({ url: server.url }) });
  assert(!await isAhead(caller, SESSION, signal));
});
