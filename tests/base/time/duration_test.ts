import { assertEquals } from "@std/assert";
import { duration } from "../../../lib/base/time/duration.ts";

Deno.test("a duration is written as people write it", () => {
  const written = [42_000, 185_000, 7_440_000, -8 * 3_600_000].map((ms) => duration(ms));
  assertEquals(written, ["42 s", "3 min 5 s", "2 h 4 min", "0 s"]);
});
