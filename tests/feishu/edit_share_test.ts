/** Live edits stay below what Feishu takes in a minute, so that no answer waits for them. */
import { assert, assertEquals } from "@std/assert";
import { delay } from "@std/async";
import { EditShare } from "../../lib/feishu/edit_share.ts";
import { busiest } from "../bench/busiest.ts";
import { seeded } from "../helpers.ts";
import { VirtualTime } from "../virtual_time.ts";

/**
 * When each of some messages is edited that always have something new, in milliseconds from the beginning. Each is
 * edited `everyMs` after its edit before, or when its turn comes.
 */
async function edits(
  messages: number,
  { everyMs, ms, machines = 1 }: { everyMs: number; ms: number; machines?: number },
): Promise<number[][]> {
  using time = new VirtualTime();
  const random = seeded(messages);
  const stopping = new AbortController();
  const { signal } = stopping;
  const share = new EditShare(() => machines);
  const grow = async (times: number[]) => {
    await delay(random() * Math.min(everyMs, 3_000));
    while (!signal.aborted) {
      await share.wait(signal);
      if (!signal.aborted) times.push(time.now);
      await delay(everyMs, { signal }).catch(() => {});
    }
  };
  const all = Array.from({ length: messages }, (): number[] => []);
  const growing = Promise.all(all.map(grow));
  await time.pass(ms);
  stopping.abort();
  await growing;
  return all;
}

const longestGap = (times: readonly number[], from: number) =>
  Math.max(...times.slice(1).map((at, i) => at < from ? 0 : at - (times[i] ?? 0)));

Deno.test("property: however many messages grow, their edits leave room for answers in every second and minute", async () => {
  for (const [messages, everyMs] of [[1, 250], [10, 250], [50, 1_500], [200, 1_500]] as const) {
    const times = (await edits(messages, { everyMs, ms: 180_000 })).flat();
    const [second, minute] = [busiest(times), busiest(times, 60_000)];
    assert(minute <= 891, `${messages} every ${everyMs} ms: ${minute} a minute`);
    assert(second <= 46, `${messages} every ${everyMs} ms: ${second} a second`);
  }
});

Deno.test("those that have something new take turns: no drought follows the burst, and none is left behind", async () => {
  const times = await edits(50, { everyMs: 1_500, ms: 180_000 });
  // At first, each is edited as often as it wants.
  for (const one of times) assert(longestGap(one.filter((at) => at < 5_000), 0) <= 1_700);
  // Later, all together every 80 ms.
  const [shortest, longest] = [Math.min, Math.max].map((of) =>
    of(...times.map((one) => longestGap(one, 20_000)))
  );
  assert(shortest !== undefined && longest !== undefined);
  assert(shortest > 3_900 && longest < 4_200, `${shortest} to ${longest} ms`);
  assert(busiest(times.flat().filter((at) => at > 120_000), 60_000) >= 740);
});

Deno.test("as many as Feishu takes wait for nobody, however the edits of others are spread", async () => {
  for (const [messages, everyMs] of [[4, 500], [18, 1_500], [48, 4_000]] as const) {
    for (const one of await edits(messages, { everyMs, ms: 90_000 })) {
      assert(longestGap(one, 0) <= everyMs + 125, `${messages}: ${longestGap(one, 0)} ms`);
    }
  }
});

Deno.test("machines that share an app share its edits", async () => {
  const one = (await edits(50, { everyMs: 1_500, ms: 120_000, machines: 10 })).flat();
  assert(busiest(one, 60_000) <= 90 && one.length >= 150, `${one.length}`);
  assert(busiest(one) <= 5);
});

Deno.test("an edit that gives up leaves the line at once, and takes nothing from those behind", async () => {
  using time = new VirtualTime();
  const share = new EditShare(() => 1_000_000);
  const stopping = new AbortController();
  const never = new AbortController();
  assertEquals(await share.wait(never.signal), false);
  const ended: string[] = [];
  const wait = async (name: string, { signal }: AbortController) => {
    await share.wait(signal);
    ended.push(name);
  };
  const all = [wait("first", never), wait("gives up", stopping), wait("last", never)];
  await time.pass(1_000);
  stopping.abort();
  await time.settle();
  assertEquals(ended, ["gives up"]);
  await time.pass(160_000_000);
  assertEquals(ended, ["gives up", "first", "last"]);
  await Promise.all(all);
});
