import { assertEquals } from "@std/assert";
import { newRow } from "../../lib/model/ledger.ts";
import type { Slot } from "../../lib/model/slot.ts";
import type { TurnRecord } from "../../lib/model/turn.ts";
import { openStore } from "../../lib/store/open_store.ts";
import { tempDir } from "../helpers.ts";

const DAY_MS = 24 * 3_600_000;
const slot: Slot = { uuid: "u", target: { chatId: "oc_1" }, mode: "card" };

function laterBy(ms: number): Disposable {
  const { now } = Date;
  Date.now = () => now.call(Date) + ms;
  return { [Symbol.dispose]: () => Date.now = now };
}

const turn = (createdAt: number): TurnRecord => ({
  ...{ id: "t1", conversation: "oc_1", messageId: "om", sender: "ou", createdAt, text: "x", slot },
  state: { kind: "queued" },
});

Deno.test("our messages are known as long as another may be among them, and forgotten then", async () => {
  await using dir = await tempDir();
  const { store } = await openStore(dir.path);
  await using _store = store;
  const now = Date.now();
  const unclear = newRow("oc_1", { ...slot, triedAt: now, lastTriedAt: now, tries: 1 }, {
    status: "plain",
  });
  await store.noteSent("om_old", "oc_1");
  await store.commit({ rows: [unclear], turns: [turn(now)] });
  {
    using _ = laterBy(30 * DAY_MS);
    await store.noteSent("om_new", "oc_1");
    assertEquals(await store.sweepSent(), new Map([["oc_1", "om_new"]]));
    assertEquals(await store.isSent("om_old"), true);
    // An open turn may have a message that nobody knows of.
    await store.updateRow(unclear, () => undefined);
    await store.sweepSent();
    assertEquals(await store.isSent("om_old"), true);
    await store.commit({ closed: [turn(now)] });
    await store.sweepSent();
    assertEquals([await store.isSent("om_old"), await store.isSent("om_new")], [false, true]);
  }
});

Deno.test("the newest message of each chat and topic is known after a restart", async () => {
  await using dir = await tempDir();
  {
    const { store } = await openStore(dir.path);
    await using _store = store;
    for (const [i, place] of ["oc_1", "oc_1/omt_2", "oc_1"].entries()) {
      using _ = laterBy(i);
      await store.noteSent(`om_${i}`, place);
    }
  }
  const { store } = await openStore(dir.path);
  await using _store = store;
  assertEquals(await store.sweepSent(), new Map([["oc_1", "om_2"], ["oc_1/omt_2", "om_1"]]));
});
