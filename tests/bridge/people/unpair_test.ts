import { assertEquals } from "@std/assert";
import { newAdmission } from "../../../lib/bridge/people/admission.ts";
import { unpair } from "../../../lib/bridge/people/unpair.ts";
import { openStore } from "../../../lib/store/open_store.ts";
import { memoryLog, tempDir } from "../../helpers.ts";

Deno.test("a pairing is revoked even where the settings no longer ask for one", async () => {
  await using dir = await tempDir();
  const { store } = await openStore(dir.path);
  await using _store = store;
  await store.addPaired("ou_ann");
  const allowed = { kind: "list", openIds: ["ou_ann"] } as const;
  const admission = newAdmission(allowed, { paired: [], store, log: memoryLog() });
  assertEquals(await unpair("ou_bob", { store, admission }), false);
  assertEquals(await unpair("ou_ann", { store, admission }), true);
  assertEquals(await store.paired(), []);
});

Deno.test("a person whose pairing is revoked may not use the bot any more", async () => {
  await using dir = await tempDir();
  const { store } = await openStore(dir.path);
  await using _store = store;
  await store.addPaired("ou_ann");
  const log = memoryLog();
  const admission = newAdmission({ kind: "pair" }, { paired: await store.paired(), store, log });
  const removed: string[] = [];
  admission.watchRemovals((openId) => removed.push(openId));
  assertEquals(await unpair("ou_ann", { store, admission }), true);
  assertEquals([admission.mayUse("ou_ann"), removed], [false, ["ou_ann"]]);
});
