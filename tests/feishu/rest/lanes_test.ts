import { assert, assertEquals, assertRejects } from "@std/assert";
import { ApiError } from "../../../lib/base/errors.ts";
import { Lanes } from "../../../lib/feishu/rest/lanes.ts";

const never = new AbortController().signal;

/** So many requests of one key within a second. */
const each = (key: string, count: number) => ({ key, windows: [{ count, ms: 1_000 }] });

Deno.test("as many calls as the limit leave at once, and the next as many a second later", async () => {
  const lanes = new Lanes();
  const began = performance.now();
  const times = await Promise.all(Array.from({ length: 5 }, async () => {
    await lanes.turn([each("chat", 3)], never);
    return performance.now() - began;
  }));
  assert(times.slice(0, 3).every((at) => at < 500), String(times));
  assert(times.slice(3).every((at) => at >= 1000 && at < 2000), String(times));
});

Deno.test("keys do not wait for each other", async () => {
  const lanes = new Lanes();
  const began = performance.now();
  await Promise.all(
    Array.from({ length: 2000 }, (_, i) => lanes.turn([each(`chat ${i}`, 1)], never)),
  );
  assert(performance.now() - began < 900);
});

Deno.test("an abort ends the wait with its reason", async () => {
  const lanes = new Lanes();
  const stopping = new AbortController();
  await lanes.turn([each("chat", 1)], stopping.signal);
  const waiting = lanes.turn([each("chat", 1)], stopping.signal);
  const reason = new Error("stopping");
  stopping.abort(reason);
  assertEquals(await assertRejects(() => waiting), reason);
});

Deno.test("requests that leave late, because the program was busy, count from when they left", async () => {
  const lanes = new Lanes();
  const times: number[] = [];
  const all = Array.from({ length: 6 }, async () => {
    await lanes.turn([each("chat", 2)], never);
    times.push(performance.now());
  });
  await all[1];
  const busy = performance.now() + 1_300;
  while (performance.now() < busy);
  await Promise.all(all);
  times.slice(2).forEach((at, i) => assert(at - (times[i] ?? 0) >= 1_000, String(times)));
});

Deno.test("an abort ends the wait at once, also behind others", async () => {
  const lanes = new Lanes();
  const stopping = new AbortController();
  const first = lanes.turn([each("chat", 1)], never);
  const second = lanes.turn([each("chat", 1)], never);
  const third = lanes.turn([each("chat", 1)], stopping.signal);
  await first;
  const began = performance.now();
  stopping.abort(new Error("stopping"));
  await assertRejects(() => third, Error, "stopping");
  assert(performance.now() - began < 500);
  await second;
});

Deno.test("a call with two limits leaves when both have room, and counts in both from then on", async () => {
  const lanes = new Lanes();
  const times: number[] = [];
  const turn = async (chat: string) => {
    await lanes.turn([each(chat, 2), each("api", 4)], never);
    if (chat === "a") times.push(performance.now());
  };
  await Promise.all(["b", "c", "d", "b", "c", "d", "a", "a", "a", "a"].map(turn));
  assertEquals(times.length, 4);
  times.slice(2).forEach((at, i) => assert(at - (times[i] ?? 0) >= 1_000, String(times)));
});

Deno.test("a key with several windows stays within each of them", async () => {
  const lanes = new Lanes();
  const windows = [{ count: 2, ms: 100 }, { count: 3, ms: 1_500 }];
  const times: number[] = [];
  await Promise.all(Array.from({ length: 5 }, async () => {
    await lanes.turn([{ key: "api", windows }], never);
    times.push(performance.now());
  }));
  const since = (later: number, earlier: number) => (times[later] ?? 0) - (times[earlier] ?? 0);
  assert(since(1, 0) < 100 && since(2, 0) >= 100 && since(2, 0) < 1_000, String(times));
  assert(since(3, 0) >= 1_500 && since(4, 1) >= 1_500, String(times));
});

Deno.test("a held key waits for the work, and some time after it, also when the work fails", async () => {
  const lanes = new Lanes();
  for (const fails of [false, true]) {
    const work = Promise.withResolvers<void>();
    lanes.holdWhile("card", work.promise, 200);
    let left = 0;
    const turn = lanes.turn([each("card", 9)], never).then(() => left = performance.now());
    await lanes.turn([each("other", 9)], never);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assertEquals(left, 0);
    const ended = performance.now();
    if (fails) work.reject(new Error("no"));
    else work.resolve();
    await turn;
    assert(left - ended >= 195, String(left - ended));
  }
});

Deno.test("an abort ends the wait for a held key", async () => {
  const lanes = new Lanes();
  const work = Promise.withResolvers<void>();
  lanes.holdWhile("card", work.promise, 0);
  const stopping = new AbortController();
  const turn = lanes.turn([each("card", 9)], stopping.signal);
  stopping.abort(new Error("stopping"));
  await assertRejects(() => turn, Error, "stopping");
  work.resolve();
});

Deno.test("a call whose key is held again and again gives up after a while, to be tried later", async () => {
  const lanes = new Lanes();
  const press = () => lanes.holdWhile("card", Promise.resolve(), 500);
  press();
  const hammering = setInterval(press, 100);
  const began = performance.now();
  const error = await assertRejects(() => lanes.turn([each("card", 5)], never), ApiError);
  assert(error.retryable);
  assert(performance.now() - began >= 5_000);
  await lanes.turn([each("another card", 5)], never);
  clearInterval(hammering);
  await lanes.turn([each("card", 5)], never);
  assert(performance.now() - began < 15_000);
});
