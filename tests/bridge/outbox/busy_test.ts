/** What Feishu wants to have later is tried again when it says, and holds nothing else up. */
import { assert, assertEquals } from "@std/assert";
import { busyWaitMs } from "../../../lib/bridge/outbox/busy_wait.ts";
import { RestingRows } from "../../../lib/bridge/outbox/resting_rows.ts";
import { startTwin, type Twin } from "../../../lib/demo/feishu_twin/twin.ts";
import { newRow } from "../../../lib/model/ledger.ts";
import type { View } from "../../../lib/model/view.ts";
import { start } from "./start_outbox.ts";

const plain = (text: string): View => ({ status: "plain", text });
const LOCKED = {
  ...{ match: /PATCH/, status: 400, code: 230099 },
  msg: "Failed to create card content, ext=ErrCode: 11310; ErrMsg: card action is lock; ",
};

/** Milliseconds between the requests of a method. */
function gaps(twin: Twin, method: string): number[] {
  const times = twin.requests.filter((one) =>
    one.method === method && one.path.includes("messages")
  )
    .map(({ at }) => at);
  return times.slice(1).map((at, i) => at - (times[i] ?? 0));
}

Deno.test("a locked card of the ledger is tried again after 0.5 to 1 s, and lets other messages pass", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  const card = { ...bridge.row({ status: "waiting", text: "may I?" }), keep: true };
  await bridge.post(card);
  await twin.until(() => twin.botMessages().length === 1);
  await bridge.settled();
  const [stored = card] = await bridge.store.rows();
  twin.faults.fail({ ...LOCKED, times: 4 });
  const decided: View = { status: "done", text: "allowed" };
  await bridge.post({ ...stored, view: decided, keep: false, shown: false });
  await bridge.failures.reached(1);
  await bridge.post(bridge.row(plain("the next one")));
  await twin.until(() => twin.botMessages().length === 2, { timeoutMs: 600 });
  await twin.until(() => twin.botMessages().some((one) => twin.plain(one).includes("allowed")));
  const waits = gaps(twin, "PATCH");
  assertEquals(waits.length, 4);
  assert(waits.every((ms) => ms >= 500 && ms < 1_000), String(waits));
  await bridge.settled();
  assertEquals([twin.botMessages().length, await bridge.store.rows()], [2, []]);
});

Deno.test("a message that Feishu wants to have later is sent when it says, and those behind it after it", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  twin.faults.fail({ match: /POST .*messages/, status: 429, retryAfterS: 0.7, times: 3 });
  await bridge.post(bridge.row(plain("one")), bridge.row(plain("two")));
  await twin.until(() => twin.botMessages().length === 2);
  assertEquals(twin.botMessages().map((one) => twin.plain(one)), ["one", "two"]);
  const waits = gaps(twin, "POST").slice(0, 3);
  assert(waits.every((ms) => ms >= 690 && ms < 1_200), String(waits));
});

Deno.test("a limit that names no time keeps messages in order, whatever tells of it", async () => {
  const limits = [
    { status: 400, code: 11232 },
    { status: 429 },
    { status: 429, html: true },
    { status: 429, retryAfterS: 0 },
  ];
  await Promise.all(limits.map(async (limit) => {
    await using twin = await startTwin();
    await using bridge = await start(twin);
    twin.faults.fail({ match: /POST .*messages/, ...limit, times: 4 });
    await bridge.post(bridge.row(plain("one")), bridge.row(plain("two")));
    await twin.until(() => twin.botMessages().length === 2, { timeoutMs: 20_000 });
    assertEquals(twin.botMessages().map((one) => twin.plain(one)), ["one", "two"]);
    const waits = gaps(twin, "POST").slice(0, 4);
    assert(waits.every((ms) => ms >= 990), String(waits));
  }));
});

Deno.test("a card that stays locked is tried more and more rarely", () => {
  for (let times = 1; times <= 9; times++) assertEquals(busyWaitMs(times, 750), 750);
  assert(busyWaitMs(12, 750) > 1_500 && busyWaitMs(30, 750) > 10_000);
  assert(busyWaitMs(1_000, 0) < 20_000);
  assertEquals(busyWaitMs(1, 3_600_000), 3_600_000);
});

Deno.test("temporary errors do not count towards the refusals of a message", () => {
  const over = new AbortController();
  const resting = new RestingRows({ onDue: () => {}, signal: over.signal });
  const slot = { uuid: "u", target: { chatId: "c" }, mode: "card", messageId: "om" } as const;
  const row = newRow("c", slot, plain("x"));
  for (let i = 0; i < 5; i++) {
    resting.busy(row, 1);
    resting.failed(row, "stuck");
  }
  assertEquals([1, 2, 3].map(() => resting.failed(row, "refused")), [1, 2, 3]);
  over.abort();
});
