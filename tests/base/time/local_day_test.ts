import { assertEquals } from "@std/assert";
import { dayBefore, localDay, mondayOf } from "../../../lib/base/time/local_day.ts";

Deno.test("days, weeks and months are those of the calendar, also where the clock skips an hour", () => {
  assertEquals(localDay(new Date(2026, 0, 9, 23, 59, 59).getTime()), "2026-01-09");
  assertEquals(localDay(new Date(2026, 0, 10).getTime()), "2026-01-10");
  assertEquals(dayBefore("2026-03-01", 1), "2026-02-28");
  assertEquals(dayBefore("2028-03-01", 1), "2028-02-29");
  assertEquals(dayBefore("2026-12-31", -1), "2027-01-01");
  assertEquals(dayBefore("2026-03-29", -1), "2026-03-30");
  assertEquals(mondayOf("2026-11-28"), "2026-11-23");
  assertEquals(mondayOf("2026-11-23"), "2026-11-23");
  assertEquals(mondayOf("2026-11-29"), "2026-11-23");
  assertEquals(mondayOf("2027-01-01"), "2026-12-28");
});
