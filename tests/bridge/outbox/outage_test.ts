/** An answer is out soon after Feishu is back, however long it waited and whoever notices first. */
import { assert, assertEquals } from "@std/assert";
import { ApiError, NetworkError } from "../../../lib/base/errors.ts";
import { outageWaitMs } from "../../../lib/bridge/outbox/waits.ts";
import { startTwin } from "../../../lib/demo/feishu_twin/twin.ts";
import { Outage } from "../../../lib/feishu/rest/outage.ts";
import type { View } from "../../../lib/model/view.ts";
import { VirtualTime } from "../../virtual_time.ts";
import { start } from "./start_outbox.ts";

const plain = (text: string): View => ({ status: "plain", text });
const lost = new NetworkError("no answer", { service: "feishu", method: "POST x" });

Deno.test("the first call that gets through wakes all that wait for Feishu", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  const group = twin.addGroup();
  twin.faults.fail({ match: /POST .*messages/, status: 503, html: true, times: 2 });
  await bridge.post(bridge.row(plain("one")));
  await bridge.post(bridge.row(plain("two"), { chatId: group.id }));
  await bridge.failures.reached(2);
  const began = performance.now();
  await bridge.api.react(twin.say({ text: "hello" }), "OnIt", bridge.stopping.signal);
  await bridge.settled();
  const tookMs = performance.now() - began;
  assertEquals([twin.botMessages(), twin.botMessages(group.id)].map((all) => all.length), [1, 1]);
  // Without it, each waits 1.5 s at least.
  assert(tookMs < 1_400, `${tookMs} ms`);
});

Deno.test("an attempt that hangs until after Feishu is back is followed by the next one at once", async () => {
  await using twin = await startTwin();
  const hanging = Promise.withResolvers<never>();
  let sends = 0;
  await using bridge = await start(twin, {
    send: (send) => (...args) => sends++ === 0 ? hanging.promise : send(...args),
  });
  await bridge.post(bridge.row(plain("one")));
  while (sends === 0) await new Promise((go) => setTimeout(go, 5));
  bridge.outbox.retryNow();
  const began = performance.now();
  hanging.reject(lost);
  await bridge.settled();
  const tookMs = performance.now() - began;
  assertEquals(twin.botMessages().length, 1);
  assert(tookMs < 1_400, `${tookMs} ms`);
});

Deno.test("one that waits alone tries every few seconds at first, many together no more often than each 15 s", () => {
  const between = (waits: number[], least: number, most: number) =>
    assert(waits.every((ms) => ms >= least * 0.75 && ms <= most * 1.25), `${waits}`);
  for (let failures = 1; failures < 70; failures++) {
    between([outageWaitMs(failures, 1)], 2_000, 4_000);
    between([outageWaitMs(failures, 60)], 2_000, 15_000);
  }
  between([outageWaitMs(10, 1)], 4_000, 4_000);
  between([outageWaitMs(10, 2)], 8_000, 8_000);
  between([outageWaitMs(10, 60), outageWaitMs(100, 1)], 15_000, 15_000);
});

Deno.test("an outage is over once, when an answer follows several calls without one", async () => {
  using time = new VirtualTime();
  let ends = 0;
  const outage = new Outage(() => ends++);
  const call = (error?: Error) =>
    outage.watch(() => error ? Promise.reject(error) : Promise.resolve()).catch(() => {});
  const refused = (retryable: boolean) =>
    new ApiError("no", { service: "feishu", method: "x", code: 1, retryable });
  for (const error of [undefined, lost, undefined, lost, lost, refused(true)]) await call(error);
  assertEquals(ends, 0);
  await call(refused(false));
  await call();
  assertEquals(ends, 1);
  // Where only some calls fail, again and again, nobody is woken by each of the others.
  for (let second = 0; second < 60; second++) {
    for (const error of [lost, lost, undefined]) await call(error);
    await time.pass(1_000);
  }
  assertEquals(ends, 4);
});
