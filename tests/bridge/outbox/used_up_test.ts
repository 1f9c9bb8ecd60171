/** A used-up month loses nothing. */
import { assert, assertEquals } from "@std/assert";
import { startTwin, type Twin } from "../../../lib/demo/feishu_twin/twin.ts";
import { MonthlyCalls } from "../../../lib/feishu/rest/monthly_calls.ts";
import { newRow } from "../../../lib/model/ledger.ts";
import { memoryLog } from "../../helpers.ts";
import { until } from "../../until.ts";
import { start } from "./start_outbox.ts";

const HOUR_MS = 3_600_000;
const shown = (twin: Twin) => twin.botMessages().map((message) => twin.plain(message));

/** An outbox over calls that are counted at the twin's time, and its conversation. */
async function begin(twin: Twin) {
  let wake = () => {};
  const calls = new MonthlyCalls({
    ...{ perMonth: 0, log: memoryLog(), save: () => Promise.resolve() },
    now: () => twin.clock.now(),
    onRefilled: () => wake(),
  });
  const bridge = await start(twin, {
    meter: (retryNow) => {
      wake = retryNow;
      return calls;
    },
  });
  return { calls, bridge, wake: () => wake() };
}

Deno.test("used up in the middle of a turn, live edits are dropped, and answer and ask arrive once, in order", async () => {
  await using twin = await startTwin();
  const { calls, bridge, wake } = await begin(twin);
  await using _ = bridge;
  const live = bridge.live();
  live.show(() => ({ status: "working", text: "first words" }));
  await twin.until(() => shown(twin).length === 1);
  twin.faults.leaveCalls(0);
  let n = 0;
  const refused = () => twin.requests.filter(({ code }) => code === 99991403).length;
  live.show(() => ({ status: "working", text: `${++n}` }));
  await twin.until(() => refused() === 1);
  for (let i = 0; i < 10; i++) live.show(() => ({ status: "working", text: `${++n}` }));
  const slot = await live.stop();
  const { chatId } = bridge.target;
  const ask = bridge.row({ status: "waiting", text: "may I?" });
  let askedAt: number | undefined;
  bridge.outbox.watch(ask.id, ({ shownAt }) => askedAt = shownAt);
  await bridge.post(newRow(chatId, slot, { status: "done", text: "whole" }), ask);
  await bridge.failures.reached(1);
  // Whoever tries at once is refused without a call.
  for (let i = 2; i < 5; i++) {
    wake();
    await bridge.failures.reached(i);
  }
  assertEquals([refused(), askedAt], [1, undefined]);
  assert(calls.counts.usedUpUntil !== "");
  const [row] = await bridge.store.rows();
  assert(row?.lastError?.includes(calls.counts.usedUpUntil), row?.lastError);

  twin.faults.leaveCalls(100);
  twin.clock.advance(HOUR_MS + 1);
  const refilledAt = Date.now();
  wake();
  await bridge.settled();
  assertEquals(shown(twin).length, 2);
  assert(shown(twin)[0]?.includes("whole") && shown(twin)[1]?.includes("may I?"));
  assert((askedAt ?? 0) >= refilledAt);
  assertEquals([await bridge.store.undelivered(), calls.counts.usedUpUntil], [0, ""]);
});

Deno.test("rows of all conversations go on as soon as one call has got through", async () => {
  await using twin = await startTwin();
  const { bridge, wake } = await begin(twin);
  await using _ = bridge;
  const groups = Array.from({ length: 5 }, () => twin.addGroup().id);
  twin.faults.leaveCalls(0);
  await bridge.post(
    ...groups.map((chatId) => bridge.row({ status: "plain", text: "hi" }, { chatId })),
  );
  await bridge.failures.reached(5);
  twin.faults.leaveCalls(100);
  twin.clock.advance(HOUR_MS + 1);
  wake();
  await bridge.settled();
  for (const chatId of groups) assertEquals(twin.botMessages(chatId).length, 1);
});

Deno.test("running turns grow on as soon as one call has got through, though nothing has changed", async () => {
  await using twin = await startTwin();
  const { bridge } = await begin(twin);
  await using _ = bridge;
  const lives = ["a", "b"].map((name) => ({ name, live: bridge.live() }));
  for (const { name, live } of lives) live.show(() => ({ status: "working", text: `${name}1` }));
  await twin.until(() => shown(twin).length === 2);
  twin.faults.leaveCalls(0);
  for (const { name, live } of lives) live.show(() => ({ status: "working", text: `${name}2` }));
  const failed = () => bridge.log.lines.filter((line) => line.includes("live edit failed")).length;
  await until("both are refused", () => failed() >= 2);
  twin.faults.leaveCalls(100);
  twin.clock.advance(HOUR_MS + 1);
  // The one call that tries is another message's.
  const chatId = twin.addGroup().id;
  await bridge.post(bridge.row({ status: "plain", text: "hi" }, { chatId }));
  await twin.until(() => lives.every(({ name }) => shown(twin).join().includes(`${name}2`)), {
    timeoutMs: 5_000,
  });
  for (const { live } of lives) await live.stop();
});
