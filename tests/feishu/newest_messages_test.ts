import { assertEquals } from "@std/assert";
import { NewestMessages } from "../../lib/feishu/newest_messages.ts";

const place = (n: number) => ({ chatId: `oc_${n}` });

Deno.test("of very many places those are remembered that were written to last", () => {
  const newest = new NewestMessages();
  newest.note(place(0), "om_first");
  for (let n = 1; n < 10_000; n++) newest.note(place(n), `om_${n}`);
  newest.note(place(0), "om_second");
  newest.note(place(10_000), "om_10000");
  assertEquals([0, 1, 2, 10_000].map((n) => newest.of(place(n))), [
    ...["om_second", undefined, "om_2", "om_10000"],
  ]);
});

Deno.test("what an earlier run knew takes no place of what was written since", () => {
  const newest = new NewestMessages();
  newest.note(place(0), "om_new");
  const earlier = Array.from({ length: 20_000 }, (_, n) => [`oc_${n}`, `om_old${n}`] as const);
  newest.learn(new Map(earlier));
  assertEquals([0, 1, 9_999, 10_000].map((n) => newest.of(place(n))), [
    ...["om_new", "om_old1", "om_old9999", undefined],
  ]);
});
