import { assertEquals } from "@std/assert";
import { RecentSet } from "../../lib/base/recent_set.ts";

Deno.test("a set that is full loses the value that was added longest ago", () => {
  const set = new RecentSet<string>(2);
  for (const value of ["a", "b", "a", "c"]) set.add(value);
  assertEquals([...set], ["a", "c"]);
  assertEquals([set.delete("a"), set.delete("a")], [true, false]);
  for (const value of ["d", "e"]) set.add(value);
  assertEquals([...set], ["d", "e"]);
});
