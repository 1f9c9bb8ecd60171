import { assert, assertEquals, assertRejects } from "@std/assert";
import { ApiError, NetworkError, UsageError } from "../../../lib/base/errors.ts";
import { NO_LOG } from "../../../lib/base/log.ts";
import { persist } from "../../../lib/base/waiting/persist.ts";
import { Wakeup } from "../../../lib/base/waiting/wakeup.ts";
import { canCollect, collectGarbage } from "../../collect_garbage.ts";
import { memoryLog } from "../../helpers.ts";
import { VirtualTime } from "../../virtual_time.ts";

const refusal = (retryable: boolean, retryAfterMs?: number) =>
  new ApiError("Feishu refused", {
    service: "feishu",
    code: 1,
    method: "GET x",
    retryable,
    retryAfterMs,
  });

function options(signal = new AbortController().signal) {
  return { signal, log: memoryLog(), what: "do it" };
}

Deno.test("persist tries until it succeeds, and says each time what it could not do", async () => {
  const opts = options();
  let attempts = 0;
  const result = await persist(() => {
    attempts++;
    return attempts < 8 ? Promise.reject(refusal(true, 1)) : Promise.resolve("done");
  }, opts);
  assertEquals([result, attempts, opts.log.lines.length], ["done", 8, 7]);
  assert(opts.log.lines.every((line) => line.includes("cannot do it: Feishu refused")));
});

Deno.test("persist waits as long as the server asks", async () => {
  const began = performance.now();
  let attempts = 0;
  await persist(
    () => attempts++ === 0 ? Promise.reject(refusal(true, 60)) : Promise.resolve(),
    options(),
  );
  const took = performance.now() - began;
  // Its own first wait is at least 375 ms.
  assert(took >= 55 && took < 375, `took ${took} ms`);
});

Deno.test("persist does not ask a server in a loop that asks for no time at all", async () => {
  const began = performance.now();
  let attempts = 0;
  const attempt = () => attempts++ < 2 ? Promise.reject(refusal(true, 0)) : Promise.resolve();
  await persist(attempt, options());
  // Its own first two waits are at least this long.
  assert(performance.now() - began >= 1_100);
});

Deno.test("persist waits longer and longer for a server that asks for the same delay again and again", async () => {
  using time = new VirtualTime();
  const stopping = new AbortController();
  let attempts = 0;
  const attempt = () => {
    attempts++;
    return Promise.reject(refusal(true, 1_000));
  };
  const waiting = assertRejects(() => persist(attempt, options(stopping.signal)));
  await time.pass(3_600_000);
  // Nearly one a minute, and not one a second.
  assert(attempts < 120, String(attempts));
  stopping.abort();
  await time.settle();
  await waiting;
});

Deno.test("persist tries again when there was no answer", async () => {
  let attempts = 0;
  const lost = new NetworkError("no answer", { service: "feishu", method: "GET x" });
  const attempt = () => attempts++ === 0 ? Promise.reject(lost) : Promise.resolve(attempts);
  assertEquals(await persist(attempt, options()), 2);
});

Deno.test("persist gives up at once what is not worth another attempt", async () => {
  for (const error of [refusal(false), new UsageError("wrong secret"), new TypeError("bug")]) {
    let attempts = 0;
    const attempt = () => {
      attempts++;
      return Promise.reject(error);
    };
    assertEquals(await assertRejects(() => persist(attempt, options())), error);
    assertEquals(attempts, 1);
  }
});

Deno.test("an abort ends persist with its reason, also while it waits", async () => {
  const stopping = new AbortController();
  const reason = new Error("stopping");
  const log = memoryLog(() => stopping.abort(reason));
  const attempt = () => Promise.reject(refusal(true, 3_600_000));
  const { signal } = stopping;
  assertEquals(await assertRejects(() => persist(attempt, { signal, log, what: "x" })), reason);
  assertEquals(await assertRejects(() => persist(attempt, { signal, log, what: "x" })), reason);
});

Deno.test("persist tries again as soon as it is told to, also during the attempt before", async () => {
  const retryNow = new Wakeup();
  let attempts = 0;
  const began = performance.now();
  const result = await persist(() => {
    retryNow.notify();
    return attempts++ < 3 ? Promise.reject(refusal(true, 60_000)) : Promise.resolve("done");
  }, { ...options(), retryNow });
  assertEquals([result, attempts], ["done", 4]);
  assert(performance.now() - began < 1_000);
});

Deno.test("persist waits as it is told to, and is told why and for how long", async () => {
  const told: unknown[] = [];
  const error = refusal(true, 3_600_000);
  let attempts = 0;
  await persist(
    () => attempts++ === 0 ? Promise.reject(error) : Promise.resolve(),
    { ...options(), wait: (ms, error) => Promise.resolve(void told.push(ms, error)) },
  );
  assertEquals(told, [600_000, error]);
});

Deno.test({
  name:
    "what is tried for days, and nobody tells that it may succeed, keeps nothing of each attempt",
  ignore: !canCollect,
  fn: async () => {
    const attempts = 30_000;
    using time = new VirtualTime();
    const stopping = new AbortController();
    const { signal } = stopping;
    const retryNow = new Wakeup();
    const attempt = () => Promise.reject(refusal(true, 1));
    const trying = persist(attempt, { signal, log: NO_LOG, what: "do it", retryNow });
    const heap = async () => {
      await collectGarbage();
      return Deno.memoryUsage().heapUsed;
    };
    await time.pass(1_000);
    const before = await heap();
    await time.pass(attempts);
    const each = (await heap() - before) / attempts;
    stopping.abort(new Error("the test is over"));
    await trying.catch(() => {});
    // A promise that all attempts shared would keep some hundred bytes of each.
    assert(each < 50, `${each} bytes of an attempt`);
  },
});
