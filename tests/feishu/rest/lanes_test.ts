import { assert, assertEquals, assertRejects } from "@std/assert";
import { Pace } from "../../../lib/feishu/rest/lanes.ts";

const never = new AbortController().signal;

Deno.test("so many leave at once, the others only a second after those before them", async () => {
  const pace = new Pace(3);
  const began = performance.now();
  const times = await Promise.all(Array.from({ length: 5 }, async () => {
    await pace.turn("chat", never);
    return performance.now() - began;
  }));
  assert(times.slice(0, 3).every((at) => at < 500), String(times));
  assert(times.slice(3).every((at) => at >= 1000 && at < 2000), String(times));
});

Deno.test("keys do not wait for each other", async () => {
  const pace = new Pace(1);
  const began = performance.now();
  await Promise.all(Array.from({ length: 2000 }, (_, i) => pace.turn(`chat ${i}`, never)));
  assert(performance.now() - began < 900);
});

Deno.test("an abort ends the wait with its reason", async () => {
  const pace = new Pace(1);
  const stopping = new AbortController();
  await pace.turn("chat", stopping.signal);
  const waiting = pace.turn("chat", stopping.signal);
  const reason = new Error("stopping");
  stopping.abort(reason);
  assertEquals(await assertRejects(() => waiting), reason);
});

Deno.test("requests that leave late, because the program was busy, count from when they left", async () => {
  const pace = new Pace(2);
  const times: number[] = [];
  const all = Array.from({ length: 6 }, async () => {
    await pace.turn("chat", never);
    times.push(performance.now());
  });
  await all[1];
  const busy = performance.now() + 1_300;
  while (performance.now() < busy);
  await Promise.all(all);
  times.slice(2).forEach((at, i) => assert(at - (times[i] ?? 0) >= 1_000, String(times)));
});

Deno.test("an abort ends the wait at once, also behind others", async () => {
  const pace = new Pace(1);
  const stopping = new AbortController();
  const first = pace.turn("chat", never);
  const second = pace.turn("chat", never);
  const third = pace.turn("chat", stopping.signal);
  await first;
  const began = performance.now();
  stopping.abort(new Error("stopping"));
  await assertRejects(() => third, Error, "stopping");
  assert(performance.now() - began < 500);
  await second;
});

Deno.test("who keeps two paces leaves when both let them, and counts from then", async () => {
  const [inAll, perChat] = [new Pace(4), new Pace(2)];
  const times: number[] = [];
  const turn = async (chat: string) => {
    await perChat.turn(chat, never, () => inAll.turn("app", never));
    if (chat === "a") times.push(performance.now());
  };
  await Promise.all(["b", "c", "d", "b", "c", "d", "a", "a", "a", "a"].map(turn));
  assertEquals(times.length, 4);
  times.slice(2).forEach((at, i) => assert(at - (times[i] ?? 0) >= 1_000, String(times)));
});
