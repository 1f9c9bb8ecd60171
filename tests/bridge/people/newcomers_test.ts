import { assertEquals } from "@std/assert";
import { Newcomers } from "../../../lib/bridge/people/newcomers.ts";

/** What was noted, and how often something was to be. */
function firstTimes() {
  const noted = new Set<string>();
  let asked = 0;
  return {
    once: (key: string) => {
      asked++;
      const isNew = !noted.has(key);
      noted.add(key);
      return Promise.resolve(isNew);
    },
    get asked() {
      return asked;
    },
  };
}

Deno.test("each person is warned once, but for the first", async () => {
  const newcomers = new Newcomers(firstTimes());
  const warned: string[] = [];
  for (const openId of ["ou_owner", "ou_ann", "ou_ann", "ou_bob", "ou_owner"]) {
    await newcomers.warn(openId, () => Promise.resolve(void warned.push(openId)));
  }
  assertEquals(warned, ["ou_ann", "ou_bob"]);
});

Deno.test("people who write to an open bot do not fill its memory", async () => {
  const store = firstTimes();
  const newcomers = new Newcomers(store);
  const write = (openId: string) => newcomers.warn(openId, () => Promise.resolve());
  await write("ou_first");
  for (let i = 0; i < 1_000; i++) await write(`ou_${i}`);
  const before = store.asked;
  await write("ou_999");
  assertEquals(store.asked, before, "somebody who wrote lately is known");
  await write("ou_first");
  assertEquals(store.asked, before + 1, "somebody who did not is looked up");
});
