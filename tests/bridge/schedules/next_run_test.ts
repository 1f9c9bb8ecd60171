import { assert, assertEquals } from "@std/assert";
import { nextRun, zoned } from "../../../lib/bridge/schedules/next_run.ts";
import type { Rhythm } from "../../../lib/model/schedule.ts";
import { seeded } from "../../helpers.ts";

const ZONES = ["UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"];

/** The next times of a rhythm as the clocks of its zone show them. */
function times(rhythm: Rhythm, zone: string, from: string, n: number): string[] {
  const found: string[] = [];
  for (let after = Date.parse(from); found.length < n;) {
    const next = nextRun(rhythm, zone, after);
    if (next === undefined) break;
    found.push(zoned(next, zone).toString({ timeZoneName: "never", smallestUnit: "minute" }));
    after = next;
  }
  return found;
}

const daily = (...times: number[]): Rhythm => ({
  kind: "days",
  days: { of: "count", n: 1, from: "2026-01-01" },
  times,
});
const cron = (pattern: string): Rhythm => ({ kind: "cron", pattern });

Deno.test("an hour that the clock skips happens once, right after it", () => {
  const spring = "2027-03-27T12:00:00Z";
  assertEquals(times(daily(150), "Europe/Berlin", spring, 2), [
    "2027-03-28T03:30+02:00",
    "2027-03-29T02:30+02:00",
  ]);
  assertEquals(times(cron("30 2 * * *"), "Europe/Berlin", spring, 2), [
    "2027-03-28T03:00+02:00",
    "2027-03-29T02:30+02:00",
  ]);
});

Deno.test("an hour that the clock repeats happens once", () => {
  const autumn = "2026-10-24T12:00:00Z";
  for (const rhythm of [daily(150), cron("30 2 * * *")]) {
    assertEquals(times(rhythm, "Europe/Berlin", autumn, 2), [
      "2026-10-25T02:30+02:00",
      "2026-10-26T02:30+01:00",
    ]);
  }
  assertEquals(times(cron("*/30 1-3 * * *"), "Europe/Berlin", autumn, 6).slice(2), [
    "2026-10-25T02:00+02:00",
    "2026-10-25T02:30+02:00",
    "2026-10-25T03:00+01:00",
    "2026-10-25T03:30+01:00",
  ]);
});

Deno.test("a day that a month does not have is its last, and midnight ends a day", () => {
  const monthly: Rhythm = { kind: "days", days: { of: "month", days: [31] }, times: [540] };
  assertEquals(times(monthly, "UTC", "2027-01-01T00:00:00Z", 3), [
    "2027-01-31T09:00+00:00",
    "2027-02-28T09:00+00:00",
    "2027-03-31T09:00+00:00",
  ]);
  const sunday: Rhythm = { kind: "days", days: { of: "week", days: [7] }, times: [1440] };
  assertEquals(times(sunday, "UTC", "2026-11-28T12:00:00Z", 1), ["2026-11-30T00:00+00:00"]);
  const third: Rhythm = {
    kind: "days",
    days: { of: "count", n: 3, from: "2026-11-28" },
    times: [540, 600],
  };
  assertEquals(times(third, "UTC", "2026-11-28T09:30:00Z", 2), [
    "2026-11-28T10:00+00:00",
    "2026-12-01T09:00+00:00",
  ]);
});

Deno.test("a schedule that is over has no next time", () => {
  assertEquals(nextRun({ kind: "once", at: 5 }, "UTC", 5), undefined);
  assertEquals(nextRun({ kind: "once", at: 5 }, "UTC", 4), 5);
  assertEquals(nextRun(cron("0 0 31 2 *"), "UTC", Date.now()), undefined);
  assertEquals(nextRun({ kind: "interval", minutes: 1, from: 0 }, "UTC", 60_000), 120_000);
  assertEquals(nextRun({ kind: "interval", minutes: 1, from: 9e9 }, "UTC", 0), 9e9 + 60_000);
});

Deno.test("times go forward, by the wall clock too, and say what cron says", () => {
  const random = seeded(20);
  const below = (n: number) => Math.floor(random() * n);
  for (let i = 0; i < 60; i++) {
    const zone = ZONES[i % ZONES.length] ?? "UTC";
    const days = [1, 2, 3, 4, 5, 6, 7].filter(() => below(2) === 0);
    if (days.length === 0) continue;
    // Where the clock changes, both are right in their own way.
    const minutes = 4 * 60 + below(20 * 60);
    const rhythm: Rhythm = { kind: "days", days: { of: "week", days }, times: [minutes] };
    const pattern = `${minutes % 60} ${Math.floor(minutes / 60)} * * ${days.join(",")}`;
    let after = Date.parse("2026-01-01T00:00:00Z") + below(365 * 86_400_000);
    for (let n = 0; n < 20; n++) {
      const next = nextRun(rhythm, zone, after);
      assert(next !== undefined && next > after);
      assertEquals(nextRun(cron(pattern), zone, after), next, `${pattern} ${zone} ${after}`);
      after = next;
    }
  }
  for (const zone of ZONES) {
    for (const rhythm of [daily(90, 105, 120, 150), cron("*/15 0-4 * * *")]) {
      let after = Date.parse("2026-01-01T00:00:00Z");
      let wall = zoned(after, zone).toPlainDateTime();
      for (let n = 0; n < 4 * 365; n++) {
        const next = nextRun(rhythm, zone, after) ?? 0;
        const shown = zoned(next, zone).toPlainDateTime();
        assert(next > after && Temporal.PlainDateTime.compare(shown, wall) > 0, `${zone} ${shown}`);
        [after, wall] = [next, shown];
      }
    }
  }
});
