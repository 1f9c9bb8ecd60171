import { assertEquals } from "@std/assert";
import { Caller } from "../../../lib/opencode/v1/caller.ts";
import { leadMs } from "../../../lib/opencode/v1/lead.ts";
import { fakeServer, json } from "../fake_server.ts";

const NOW = "Sun, 29 Nov 2026 03:00:00 GMT";
const SESSION = { id: "ses_1", directory: "/work" };
const { signal } = new AbortController();

/**
 * Asks about a session whose newest message was created so long after what the server's clock says; resolves with the
 * answer, and with the methods of the requests.
 *
 * @param date What the header says of the server's clock.
 * @param deleted What the deletion of a session is answered.
 */
async function ask(
  aheadMs: number,
  date: string = NOW,
  deleted: Response = json(true),
): Promise<[number, string]> {
  const now = Date.parse(NOW);
  await using server = fakeServer((i) => {
    const answer = [
      json([{ info: { time: { created: now + aheadMs } }, parts: [] }]),
      json({ id: "ses_2", directory: "/work", time: { created: now } }),
    ][i] ?? deleted;
    answer.headers.set("date", date);
    return answer;
  });
  const caller = new Caller({ endpoint: () => Promise.resolve({ url: server.url }) });
  const found = await leadMs(caller, SESSION, signal);
  const [first] = server.requests;
  assertEquals(first?.url.searchParams.get("limit"), "1");
  const asked = server.requests.map(({ method, url }) => `${method} ${url.pathname}`);
  return [found, asked.join(", ")];
}

const ONE = "GET /session/ses_1/message";
const ALL = `${ONE}, POST /session, DELETE /session/ses_2`;

Deno.test("a session is ahead when its newest message is, by the server's own clock", async () => {
  assertEquals(await ask(8 * 3_600_000), [8 * 3_600_000, ALL]);
  assertEquals(await ask(8 * 3_600_000, NOW, json({}, 403)), [8 * 3_600_000, ALL]);
  assertEquals(await ask(1_100), [1_100, ALL]);
  assertEquals(await ask(-3_600_000), [0, ONE]);
  // The header has whole seconds.
  assertEquals(await ask(999), [0, ONE]);
  assertEquals(await ask(3_600_000, "no date"), [0, ONE]);
});

Deno.test("a session is not ahead by the clock of a proxy before the server", async () => {
  assertEquals(await ask(-1_000, "Sun, 29 Nov 2026 01:00:00 GMT"), [-1_000, ALL]);
});

Deno.test("a session that is gone is not ahead: the prompt finds out", async () => {
  await using server = fakeServer(() => json({ name: "NotFoundError" }, 404));
  const caller = new Caller({ endpoint: () => Promise.resolve({ url: server.url }) });
  assertEquals(await leadMs(caller, SESSION, signal), 0);
});
