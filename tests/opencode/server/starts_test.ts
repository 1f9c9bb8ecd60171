import { assert, assertEquals } from "@std/assert";
import { Starts } from "../../../lib/opencode/server/starts.ts";

/** The starts of a server, and its clock in seconds. */
function begin() {
  const clock = { s: 0 };
  return { clock, starts: new Starts(() => clock.s * 1000) };
}

Deno.test("a server that does not come up, or does not last, is started ever more rarely", () => {
  const { clock, starts } = begin();
  assertEquals(starts.waitMs(), 0);
  starts.failed();
  const first = starts.waitMs();
  starts.ready();
  clock.s += 10;
  const second = starts.waitMs();
  // A second and two, each up to a quarter more or less by chance.
  assert(first >= 750 && first <= 1_250 && second >= 1_500, `${first} ${second}`);
});

Deno.test("a server that has lasted is started again at once, whatever came before", () => {
  const { clock, starts } = begin();
  for (let i = 0; i < 9; i++) starts.failed();
  assert(starts.waitMs() > 20_000);
  starts.ready();
  clock.s += 3_600;
  assertEquals(starts.waitMs(), 0);
  // It is not known twice that it has lasted.
  starts.failed();
  assert(starts.waitMs() > 0);
});
