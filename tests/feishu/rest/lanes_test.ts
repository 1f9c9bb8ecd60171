import { assert, assertEquals, assertRejects } from "@std/assert";
import { Lanes } from "../../../lib/feishu/rest/lanes.ts";

const never = new AbortController().signal;

Deno.test("so many leave at once, the others only a second after those before them", async () => {
  const lanes = new Lanes(3);
  const began = performance.now();
  const times = await Promise.all(Array.from({ length: 5 }, async () => {
    await lanes.turn("chat", never);
    return performance.now() - began;
  }));
  assert(times.slice(0, 3).every((at) => at < 500), String(times));
  assert(times.slice(3).every((at) => at >= 1000 && at < 2000), String(times));
});

Deno.test("keys do not wait for each other", async () => {
  const lanes = new Lanes(1);
  const began = performance.now();
  await Promise.all(Array.from({ length: 2000 }, (_, i) => lanes.turn(`chat ${i}`, never)));
  assert(performance.now() - began < 900);
});

Deno.test("an abort ends the wait with its reason", async () => {
  const lanes = new Lanes(1);
  const stopping = new AbortController();
  await lanes.turn("chat", stopping.signal);
  const waiting = lanes.turn("chat", stopping.signal);
  const reason = new Error("stopping");
  stopping.abort(reason);
  assertEquals(await assertRejects(() => waiting), reason);
});

Deno.test("requests that leave late, because the program was busy, count from when they left", async () => {
  const lanes = new Lanes(2);
  const times: number[] = [];
  const all = Array.from({ length: 6 }, async () => {
    await lanes.turn("chat", never);
    times.push(performance.now());
  });
  await all[1];
  const busy = performance.now() + 1_300;
  while (performance.now() < busy);
  await Promise.all(all);
  times.slice(2).forEach((at, i) => assert(at - (times[i] ?? 0) >= 1_000, String(times)));
});

Deno.test("an abort ends the wait at once, also behind others", async () => {
  const lanes = new Lanes(1);
  const stopping = new AbortController();
  const first = lanes.turn("chat", never);
  const second = lanes.turn("chat", never);
  const third = lanes.turn("chat", stopping.signal);
  await first;
  const began = performance.now();
  stopping.abort(new Error("stopping"));
  await assertRejects(() => third, Error, "stopping");
  assert(performance.now() - began < 500);
  await second;
});

Deno.test("who keeps two limits leaves when both let them, and counts from then", async () => {
  const [inAll, perChat] = [new Lanes(4), new Lanes(2)];
  const times: number[] = [];
  const turn = async (chat: string) => {
    await perChat.turn(chat, never, () => inAll.turn("app", never));
    if (chat === "a") times.push(performance.now());
  };
  await Promise.all(["b", "c", "d", "b", "c", "d", "a", "a", "a", "a"].map(turn));
  assertEquals(times.length, 4);
  times.slice(2).forEach((at, i) => assert(at - (times[i] ?? 0) >= 1_000, String(times)));
});
