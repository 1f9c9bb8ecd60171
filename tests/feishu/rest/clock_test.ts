import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ApiError } from "../../../lib/base/errors.ts";
import { FeishuClock } from "../../../lib/feishu/rest/clock.ts";
import { requestJson } from "../../../lib/feishu/rest/http.ts";
import { startTwin } from "../../../lib/demo/feishu_twin/twin.ts";
import { feishuApi, memoryLog } from "../../helpers.ts";

const MINUTE = 60_000;

/** A clock that has heard an answer whose `Date` is so many milliseconds ahead of ours. */
function heard(...aheads: (number | string)[]) {
  const log = memoryLog();
  const clock = new FeishuClock(log);
  for (const ahead of aheads) {
    const date = typeof ahead === "string" ? ahead : new Date(Date.now() + ahead).toUTCString();
    clock.learn(new Headers({ date }), Date.now());
  }
  return { log, aheadMs: clock.theirs(0) };
}

Deno.test("clocks that are minutes apart are translated both ways, with one warning", async () => {
  await using twin = await startTwin();
  twin.clock.advance(-10 * MINUTE);
  const log = memoryLog();
  const client = feishuApi(twin, log);
  await client.checkCredentials();
  const theirs = client.clock.theirs(Date.now());
  assert(Math.abs(theirs - twin.clock.now()) < 2_000);
  assertEquals(client.clock.ours(client.clock.theirs(123_456)), 123_456);
  const { signal } = new AbortController();
  await client.call("GET", "bot/v3/info", {}, signal);
  const warnings = log.lines.filter((line) => line.includes("clock"));
  assertEquals(warnings.length, 1);
  assertMatch(warnings[0] ?? "", /clock is (9 min 59 s|10 min \d+ s) ahead of Feishu's: set it/);
});

Deno.test("the history between two times of ours is found on Feishu's clock", async () => {
  await using twin = await startTwin();
  twin.clock.advance(30 * MINUTE);
  const api = feishuApi(twin);
  const { signal } = new AbortController();
  await api.botInfo(signal);
  const id = twin.say({ text: "now" });
  twin.say({ text: "an hour ago", createdAt: twin.clock.now() - 60 * MINUTE });
  const now = Date.now();
  const found = await api.history({ chatId: twin.chat.id }, now - MINUTE, now + MINUTE, signal);
  assertEquals(found.map((item) => (item as { message_id: string }).message_id), [id]);
});

Deno.test("small differences, slow answers and broken dates change nothing", () => {
  for (const ahead of [0, 50_000, -50_000, "", "tomorrow"]) {
    const { log, aheadMs } = heard(ahead);
    assertEquals([aheadMs, log.lines], [0, []]);
  }
  const clock = new FeishuClock(memoryLog());
  const date = new Date(Date.now() + 10 * MINUTE).toUTCString();
  clock.learn(new Headers({ date }), Date.now() - 15_000);
  // Somebody set our clock back by an hour meanwhile.
  clock.learn(new Headers({ date: new Date().toUTCString() }), Date.now() + 60 * MINUTE);
  assertEquals(clock.ours(0), 0);
});

Deno.test("the Date of a gateway is not taken for Feishu's time", async () => {
  const date = new Date(Date.now() + 60 * MINUTE).toUTCString();
  const headers = { date, "content-type": "text/html" };
  await using gateway = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response("<h1>log in</h1>", { headers }),
  );
  const log = memoryLog();
  const clock = new FeishuClock(log);
  const url = `http://127.0.0.1:${gateway.addr.port}/open-apis/bot/v3/info`;
  await assertRejects(() => requestJson({ url }, clock), ApiError);
  assertEquals([clock.theirs(0), log.lines], [0, []]);
});

Deno.test("a clock that is set right is believed again", () => {
  const { log, aheadMs } = heard(10 * MINUTE, 10 * MINUTE + 5_000, 3_000);
  assertEquals([aheadMs, log.lines.length], [0, 1]);
});
