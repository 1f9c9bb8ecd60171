/** The month's calls are counted, and used up they pause everything. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ApiError, NetworkError } from "../../../lib/base/errors.ts";
import { startTwin, type Twin } from "../../../lib/demo/feishu_twin/twin.ts";
import { dayOf, feishuTime, monthOf, nextMonth } from "../../../lib/feishu/rest/calendar.ts";
import { MonthlyCalls, type MonthlyCallsOptions } from "../../../lib/feishu/rest/monthly_calls.ts";
import type { CallRecord } from "../../../lib/model/calls.ts";
import { openStore } from "../../../lib/store/open_store.ts";
import { feishuApi, memoryLog, seeded, tempDir } from "../../helpers.ts";

const HOUR_MS = 3_600_000;
const { signal } = new AbortController();

/** A run of the program at the twin's time, with what an earlier one stored. */
function start(twin: Twin, options: Partial<MonthlyCallsOptions> = {}) {
  const log = memoryLog();
  const saved: CallRecord[] = [];
  let refills = 0;
  const calls = new MonthlyCalls({
    perMonth: 0,
    save: (record) => Promise.resolve(void saved.push(record)),
    now: () => twin.clock.now(),
    log,
    onRefilled: () => refills++,
    ...options,
  });
  const api = feishuApi(twin, log, calls);
  return {
    ...{ calls, log, saved, api },
    refills: () => refills,
    react: () => api.react(twin.say({ text: "hi" }), "OnIt", signal),
    send: () => api.send({ chatId: twin.chat.id }, text("hello"), crypto.randomUUID(), signal),
  };
}

const text = (text: string) => ({ type: "text", content: JSON.stringify({ text }) }) as const;
const tries = ({ requests }: Twin) =>
  requests.filter(({ path }) => !path.includes("/auth/")).length;

async function assertUsedUp(call: () => Promise<unknown>): Promise<number> {
  const error = await assertRejects(call, ApiError);
  assertEquals([error.code, error.retryable], [99991403, true]);
  return error.retryAfterMs ?? NaN;
}

Deno.test("a call counts if Feishu counts it: token requests and refused calls do not", async () => {
  await using twin = await startTwin();
  const { calls, api, react, send } = start(twin);
  for (let i = 0; i < 3; i++) await send();
  await react();
  await api.botInfo(signal);
  await assertRejects(() => api.react("om_none", "OnIt", signal), ApiError);
  twin.faults.fail({ status: 500 });
  await assertRejects(send, ApiError);
  twin.faults.revokeToken();
  await send();
  assertEquals([calls.counts.month, twin.faults.countedCalls], [6, 6]);
  // It took effect, as far as anybody knows.
  twin.faults.fail({ loseAnswer: true });
  await assertRejects(send, NetworkError);
  assertEquals([calls.counts.month, calls.counts.today, twin.faults.countedCalls], [7, 7, 7]);
});

Deno.test("used-up calls pause all others, but for one an hour; tokens go on", async () => {
  await using twin = await startTwin();
  const { calls, log, send, react, api, refills } = start(twin);
  twin.faults.leaveCalls(1);
  await send();
  assertEquals(await assertUsedUp(send) <= HOUR_MS, true);
  assertEquals(calls.isLimited, true);
  const before = tries(twin);
  for (let i = 0; i < 20; i++) {
    await assertUsedUp(send);
    await assertUsedUp(react);
  }
  await assertUsedUp(() => api.botInfo(signal));
  assertEquals(tries(twin), before);
  await api.checkCredentials();
  twin.clock.advance(HOUR_MS + 1);
  for (let i = 0; i < 5; i++) await assertUsedUp(send);
  assertEquals(tries(twin), before + 1);
  const until = feishuTime(nextMonth(twin.clock.now()));
  assertEquals(calls.counts.usedUpUntil, until);
  assertEquals(
    log.lines.filter((line) => line.includes(`nothing is sent until ${until}`)).length,
    1,
  );
  twin.faults.leaveCalls(10);
  await assertUsedUp(send);
  twin.clock.advance(HOUR_MS + 1);
  await send();
  assertEquals([calls.counts.usedUpUntil, refills()], ["", 1]);
  await send();
});

Deno.test("only one call tries whether calls are possible again, and one without an answer says nothing", async () => {
  await using twin = await startTwin();
  const { send, refills } = start(twin);
  twin.faults.leaveCalls(0);
  await assertUsedUp(send);
  twin.clock.advance(HOUR_MS + 1);
  const before = tries(twin);
  const all = await Promise.allSettled(Array.from({ length: 10 }, send));
  assertEquals(all.every(({ status }) => status === "rejected"), true);
  assertEquals(tries(twin), before + 1);
  twin.clock.advance(HOUR_MS + 1);
  twin.faults.fail({ status: 503 });
  await assertRejects(send, ApiError, "Internal Error");
  assertEquals(await assertUsedUp(send) <= 60_000, true);
  twin.faults.leaveCalls(1);
  twin.clock.advance(60_001);
  await send();
  assertEquals(refills(), 1);
});

Deno.test("a refusal for another reason shows that calls are possible", async () => {
  await using twin = await startTwin();
  const { api, send, refills } = start(twin);
  twin.faults.leaveCalls(0);
  await assertUsedUp(send);
  twin.faults.leaveCalls(5);
  twin.clock.advance(HOUR_MS + 1);
  await assertRejects(() => api.react("om_none", "OnIt", signal), ApiError);
  assertEquals(refills(), 1);
  await send();
});

Deno.test("the next month begins at midnight in UTC+8, with one try and a count of its own", async () => {
  await using twin = await startTwin();
  const begins = nextMonth(twin.clock.now());
  twin.clock.advance(begins - 10 * 60_000 - twin.clock.now());
  const { calls, send, refills } = start(twin);
  await send();
  twin.faults.leaveCalls(0);
  const waitMs = await assertUsedUp(send);
  assert(Math.abs(waitMs - 10 * 60_000) < 5_000, String(waitMs));
  assertEquals(calls.counts.usedUpUntil, feishuTime(begins));
  twin.clock.advance(begins - 1_000 - twin.clock.now());
  const before = tries(twin);
  await assertUsedUp(send);
  assertEquals(tries(twin), before);
  twin.clock.advance(1_001);
  twin.faults.leaveCalls(100);
  await send();
  await send();
  assertEquals([calls.counts.month, calls.counts.today, refills()], [2, 2, 1]);
  twin.clock.advance(24 * HOUR_MS);
  assertEquals([calls.counts.month, calls.counts.today], [2, 0]);
});

Deno.test("a restart goes on counting, tries at most once, and never in a row", async () => {
  await using twin = await startTwin();
  const first = start(twin);
  await first.send();
  twin.faults.leaveCalls(0);
  await assertUsedUp(first.send);
  await first.calls.save();
  const before = tries(twin);
  for (let run = 0; run < 3; run++) {
    const again = start(twin, { record: first.saved.at(-1) });
    await assertUsedUp(again.send);
    assert(again.log.lines.some((line) => line.includes("are used up")));
    assertEquals([again.calls.counts.month, again.calls.isLimited], [1, true]);
  }
  assertEquals(tries(twin), before);
  twin.clock.advance(60_001);
  const later = start(twin, { record: first.saved.at(-1) });
  for (let i = 0; i < 3; i++) await assertUsedUp(later.send);
  assertEquals(tries(twin), before + 1);
});

Deno.test("the count is stored now and then, and a sudden end loses little of it", async () => {
  await using dir = await tempDir();
  await using twin = await startTwin({ limits: { perChat: 100 } });
  {
    const { store } = await openStore(dir.path);
    await using _ = store;
    let saves = 0;
    const save = (record: CallRecord) => {
      saves++;
      return store.calls.save(record);
    };
    const { calls } = start(twin, { save });
    for (let i = 0; i < 1_000; i++) await calls.run(() => Promise.resolve());
    // Reads wait for no write, and a write is under way.
    let stored = 0;
    for (let i = 0; i < 500 && stored <= 980; i++) stored = (await store.calls.read())?.calls ?? 0;
    assert(stored > 980 && stored <= 1_000, String(stored));
    assert(saves <= 60, String(saves));
    await calls.save();
  }
  const { store } = await openStore(dir.path);
  await using _ = store;
  assertEquals((await store.calls.read())?.calls, 1_000);
  // What cannot be read counts as nothing.
  const damaged: unknown = { month: 3, usedUp: "x" };
  await store.calls.save(damaged as CallRecord);
  assertEquals(await store.calls.read(), undefined);
});

Deno.test("from 80 % of the month's calls on, the log warns once, also over restarts", async () => {
  await using twin = await startTwin();
  const { calls, log, saved } = start(twin, { perMonth: 100 });
  assertEquals([calls.isLimited, calls.usedShare], [true, 0]);
  const run = (times: number, calls: MonthlyCalls) =>
    Promise.all(Array.from({ length: times }, () => calls.run(() => Promise.resolve())));
  await run(79, calls);
  assertEquals([calls.usedShare, log.lines.length], [0.79, 0]);
  await run(11, calls);
  assertEquals(
    log.lines.filter((line) => line.includes("90 of") || line.includes("80 of")).length,
    1,
  );
  const again = start(twin, { perMonth: 100, record: saved.at(-1) });
  await run(30, again.calls);
  assertEquals([again.calls.usedShare, again.log.lines.length], [1, 0]);
});

Deno.test("property: months and days are those of UTC+8", () => {
  const random = seeded(12);
  for (let round = 0; round < 500; round++) {
    const time = 1.6e12 + 2e11 * random();
    const next = nextMonth(time);
    assert(next > time && next - time <= 31 * 24 * HOUR_MS);
    assertEquals([dayOf(next).slice(-2), monthOf(next - 1)], ["01", monthOf(time)]);
    assert(feishuTime(next).endsWith("-01 00:00 (UTC+8)"));
  }
  assertEquals(dayOf(Date.UTC(2026, 10, 30, 15, 59)), "2026-11-30");
  assertEquals(dayOf(Date.UTC(2026, 10, 30, 16, 0)), "2026-12-01");
});

/** Machines that share an app; each learns of the others when it stores its own record. */
function startMachines(twin: Twin, count: number, options: Partial<MonthlyCallsOptions> = {}) {
  const rows = new Map<number, CallRecord>();
  return Array.from({ length: count }, (_, i) =>
    start(twin, {
      save: (record) => Promise.resolve(void rows.set(i, record)),
      others: () => Promise.resolve([...rows].flatMap(([j, row]) => j === i ? [] : [row])),
      machines: () => count,
      ...options,
    }));
}

Deno.test("machines that share an app count its calls together, however often they store them", async () => {
  await using twin = await startTwin();
  const [one, other] = startMachines(twin, 2, { perMonth: 100 });
  if (!one || !other) throw new Error("there are two");
  for (let i = 0; i < 50; i++) await one.calls.run(() => Promise.resolve());
  for (let i = 0; i < 3; i++) await one.calls.save();
  for (let i = 0; i < 35; i++) await other.calls.run(() => Promise.resolve());
  await other.calls.save();
  await one.calls.save();
  assertEquals([one.calls.counts.month, other.calls.counts.today], [85, 85]);
  assertEquals([one.calls.usedShare, other.calls.usedShare], [0.85, 0.85]);
  assert(other.log.lines.some((line) => /\b8\d of this month's 100/.test(line)));
});

Deno.test("all machines know when one learns that the month's calls are used up, or are there again", async () => {
  await using twin = await startTwin();
  const [one, other] = startMachines(twin, 2);
  if (!one || !other) throw new Error("there are two");
  await other.send();
  twin.faults.leaveCalls(0);
  await assertUsedUp(one.send);
  await one.calls.save();
  await other.calls.save();
  const before = tries(twin);
  await assertUsedUp(other.send);
  assertEquals([other.calls.isLimited, tries(twin) - before], [true, 0]);
  twin.clock.advance(HOUR_MS + 1);
  twin.faults.leaveCalls(100);
  await one.send();
  await one.calls.save();
  await other.calls.save();
  assertEquals(other.refills(), 1);
  await other.send();
  assertEquals(other.calls.counts.usedUpUntil, "");
});
