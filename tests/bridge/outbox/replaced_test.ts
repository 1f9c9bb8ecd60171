/** A message in whose place another one was sent is settled, whatever happens meanwhile. */
import { assertEquals } from "@std/assert";
import { startTwin, type Twin } from "../../../lib/demo/feishu_twin/twin.ts";
import { type LedgerRow, newRow } from "../../../lib/model/ledger.ts";
import { tempDir } from "../../helpers.ts";
import type { Store } from "../../../lib/store/store.ts";
import { until } from "../../until.ts";
import { start } from "./start_outbox.ts";

const recalls = /DELETE .*messages\/[^/]+$/;

const shown = (twin: Twin) =>
  twin.botMessages().filter(({ recalled }) => !recalled).map((one) => twin.plain(one));
const asked = (twin: Twin) => twin.requests.filter(({ method }) => method === "DELETE").length;

const isEmpty = (store: Store) =>
  until("the ledger is empty", async () => (await store.rows()).length === 0);

/** Ends a turn whose message takes no edits any more. */
async function end(twin: Twin, bridge: Awaited<ReturnType<typeof start>>): Promise<void> {
  const live = bridge.live();
  live.show(() => ({ status: "working" }));
  await twin.until(() => twin.botMessages().length === 1);
  const slot = await live.stop();
  twin.faults.fail({ match: /PATCH/, status: 400, code: 230031 });
  await bridge.post(newRow(bridge.target.chatId, slot, { status: "done", text: "whole" }));
}

Deno.test("a recall that hangs holds up no answer, and is made after the next start", async () => {
  await using twin = await startTwin();
  await using dir = await tempDir();
  twin.faults.fail({ match: recalls, hang: true });
  {
    await using bridge = await start(twin, { dir: dir.path });
    await end(twin, bridge);
    await twin.until(() => asked(twin) === 1);
    await bridge.post(bridge.row({ status: "plain", text: "the next" }));
    await until("all but the recall is done", async () => (await bridge.store.rows()).length === 1);
    assertEquals(shown(twin).map((text) => /Working|whole|the next/.exec(text)?.[0]), [
      "Working",
      "whole",
      "the next",
    ]);
    // Nobody waits for it.
    const { store } = bridge;
    await until("nothing is undelivered", async () => await store.undelivered() === 0);
  }
  await using bridge = await start(twin, { dir: dir.path });
  await bridge.outbox.resume();
  await isEmpty(bridge.store);
  assertEquals([shown(twin).length, asked(twin)], [2, 2]);
});

Deno.test("a recall that fails is made again, and one that is refused for good is not", async () => {
  const cases = [
    [{ status: 500 }, 2],
    [{ status: 429, retryAfterS: 0.01 }, 2],
    [{
      status: 400,
      code: 230009,
    }, 1],
    [{ status: 400, code: 230026 }, 1],
    [{ loseAnswer: true }, 2],
  ] as const;
  await Promise.all(cases.map(async ([fault, calls]) => {
    await using twin = await startTwin();
    await using bridge = await start(twin);
    twin.faults.fail({ match: recalls, ...fault });
    await end(twin, bridge);
    if (calls > 1) await bridge.failures.reached(1);
    bridge.outbox.retryNow();
    await isEmpty(bridge.store);
    const what = JSON.stringify(fault);
    assertEquals([shown(twin).length, asked(twin)], [calls === 1 ? 2 : 1, calls], what);
  }));
});

Deno.test("what is replaced while it grows is recalled at once", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  const live = bridge.live();
  live.show(() => ({ status: "working", text: "one" }));
  await twin.until(() => twin.botMessages().length === 1);
  twin.faults.fail({ match: /PATCH/, status: 400, code: 230031 });
  live.show(() => ({ status: "working", text: "two" }));
  await twin.until(() => twin.botMessages()[0]?.recalled);
  await live.stop();
  await isEmpty(bridge.store);
  assertEquals(shown(twin).map((text) => text.includes("two")), [true]);
});

Deno.test("what an older version was about to replace is settled, too", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin);
  await bridge.post(bridge.row({ status: "plain", text: "old" }));
  await bridge.settled();
  const stuck = twin.botMessages()[0]?.id ?? "";
  const now = Date.now();
  const slot = { uuid: "a.e", target: bridge.target, mode: "card", triedAt: now, lastTriedAt: now };
  const row = bridge.row({ status: "plain", text: "new" });
  const stored = { ...row, slot: { ...slot, tries: 1, instead: { content: "x", stuck } } };
  await bridge.post(stored as LedgerRow);
  await isEmpty(bridge.store);
  assertEquals(shown(twin), ["new"]);
});
