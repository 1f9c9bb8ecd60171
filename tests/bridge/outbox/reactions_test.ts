/** A message's reaction says what became of it. */
import { assertEquals } from "@std/assert";
import { startTwin, type Twin } from "../../../lib/demo/feishu_twin/twin.ts";
import { Reactions } from "../../../lib/bridge/outbox/reactions.ts";
import { until } from "../../until.ts";
import { startBridge } from "../start_services.ts";

const marks = (twin: Twin, id: string) => twin.message(id).reactions.map(({ emoji }) => emoji);

Deno.test("the reaction for “taken” goes when another says how it ended, however soon that is", async () => {
  await using twin = await startTwin();
  await using bridge = await startBridge(twin);
  const { outbox } = bridge.services;
  const ends = { done: "DONE", failed: "ERROR", cancelled: "CrossMark" } as const;
  for (const [mark, emoji] of Object.entries(ends) as [keyof typeof ends, string][]) {
    const id = twin.say({ text: mark });
    outbox.react(id, "taken");
    outbox.react(id, mark);
    await twin.until(() => marks(twin, id).join() === emoji);
  }
  // Two of the calls that add, and one that removes, for each.
  const calls = twin.requests.filter(({ path }) => path.includes("/reactions"));
  assertEquals(calls.length, 9);
  bridge.stop();
});

Deno.test("a reaction that a crash left is taken off at the next start, unless its message is still open", async () => {
  await using twin = await startTwin();
  await using bridge = await startBridge(twin);
  const { store, services: { outbox, chat, log, signal } } = bridge;
  const [over, open] = ["over", "open"].map((text) => twin.say({ text }));
  for (const id of [over ?? "", open ?? ""]) outbox.react(id, "taken");
  const isNoted = async (n: number) => {
    while ((await store.temporary.allTaken()).size !== n) {
      await new Promise((r) => setTimeout(r, 5));
    }
  };
  await isNoted(2);
  const turns = () => Promise.resolve([{ messageId: open ?? "" }]);
  const leftStore = {
    temporary: store.temporary,
    inbox: () => Promise.resolve([]),
    turns,
  };
  await new Reactions({ chat, store: leftStore, log, signal }).tidy();
  assertEquals([marks(twin, over ?? ""), marks(twin, open ?? "")], [[], ["OnIt"]]);
  assertEquals((await store.temporary.allTaken()).size, 1);
  bridge.stop();
});

Deno.test("without the scope a reaction is one refused call each, and nothing is left to take off", async () => {
  await using twin = await startTwin({ scopes: ["im:message:send_as_bot"] });
  await using bridge = await startBridge(twin);
  const id = twin.say({ text: "hi" });
  bridge.services.outbox.react(id, "taken");
  bridge.services.outbox.react(id, "done");
  const calls = () => twin.requests.filter(({ path }) => path.includes("/reactions"));
  await twin.until(() => calls().length === 2 && calls().every(({ status }) => status === 400));
  assertEquals((await bridge.store.temporary.allTaken()).size, 0);
  bridge.stop();
});

Deno.test("what became of a message is told after an outage, and that it was taken goes", async () => {
  await Promise.all([/POST .*reactions/, /DELETE .*reactions/].map(async (lost) => {
    await using twin = await startTwin();
    await using bridge = await startBridge(twin);
    const { services: { outbox }, store: { temporary } } = bridge;
    const id = twin.say({ text: "hi" });
    outbox.react(id, "taken");
    await until("it is taken", async () => await temporary.taken(id) !== undefined);
    twin.faults.fail({ match: lost, status: 502, html: true, times: 3 });
    outbox.react(id, "done");
    const failed = () => twin.requests.filter(({ status }) => status === 502).length;
    await twin.until(() => failed() === 3, { timeoutMs: 20_000 });
    // The network is back.
    outbox.retryNow();
    await twin.until(() => marks(twin, id).join() === "DONE");
    await until("nothing is left to take off", async () => await temporary.taken(id) === undefined);
    bridge.stop();
  }));
});
