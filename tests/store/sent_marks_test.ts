import { assertEquals } from "@std/assert";
import { newRow } from "../../lib/model/ledger.ts";
import type { Slot } from "../../lib/model/slot.ts";
import type { TurnRecord } from "../../lib/model/turn.ts";
import { openStore } from "../../lib/store/open_store.ts";
import { tempDir } from "../helpers.ts";
import { laterBy } from "../later_by.ts";

const DAY_MS = 24 * 3_600_000;
const slot: Slot = { uuid: "u", target: { chatId: "oc_1" }, mode: "card" };

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
  await store.noteSent({ ...slot, messageId: "om_old" });
  await store.commit({ rows: [unclear], turns: [turn(now)] });
  {
    using _ = laterBy(30 * DAY_MS);
    await store.noteSent({ ...slot, messageId: "om_new" });
    assertEquals(await store.sweepSent(), new Map([["oc_1", "om_new"]]));
    assertEquals(await store.sentAs("om_old"), slot.uuid);
    // An open turn may have a message that nobody knows of.
    await store.updateRow(unclear, () => undefined);
    await store.sweepSent();
    assertEquals(await store.sentAs("om_old"), slot.uuid);
    await store.commit({ closed: [turn(now)] });
    await store.sweepSent();
    assertEquals([await store.sentAs("om_old"), await store.sentAs("om_new")], [
      undefined,
      slot.uuid,
    ]);
  }
});

Deno.test("the newest message of each chat and topic is known after a restart", async () => {
  await using dir = await tempDir();
  {
    const { store } = await openStore(dir.path);
    await using _store = store;
    for (const [i, threadId] of [undefined, "omt_2", undefined].entries()) {
      using _ = laterBy(i);
      const target = { chatId: "oc_1", ...(threadId !== undefined && { threadId }) };
      await store.noteSent({ ...slot, target, messageId: `om_${i}` });
    }
  }
  const { store } = await openStore(dir.path);
  await using _store = store;
  assertEquals(await store.sweepSent(), new Map([["oc_1", "om_2"], ["oc_1/omt_2", "om_1"]]));
});

Deno.test("an answer is told from a notice, and what is not known is neither", async () => {
  await using dir = await tempDir();
  const { store } = await openStore(dir.path);
  await using _store = store;
  // The message of a running turn is a notice until it says the answer.
  await store.commit({ turns: [{ ...turn(1), slot: { ...slot, messageId: "om_answer" } }] });
  await store.noteSent({ ...slot, messageId: "om_notice" });
  assertEquals(
    await Promise.all(["om_answer", "om_notice", "om_x"].map((id) => store.isNotice(id))),
    [
      ...[true, true, false],
    ],
  );
  await store.commit({ sent: [{ ...slot, messageId: "om_answer", isAnswer: true }] });
  assertEquals(await store.isNotice("om_answer"), false);
});
