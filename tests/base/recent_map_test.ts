import { assertEquals } from "@std/assert";
import { RecentMap } from "../../lib/base/recent_map.ts";

Deno.test("a map that is full loses the entry that was set longest ago", () => {
  const map = new RecentMap<string, number>(2);
  map.set("a", 1).set("b", 2).set("a", 3).set("c", 4);
  assertEquals([...map], [["a", 3], ["c", 4]]);
  map.delete("a");
  map.set("d", 5);
  assertEquals([...map], [["c", 4], ["d", 5]]);
});
