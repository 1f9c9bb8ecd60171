import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { newId } from "../../lib/base/ids.ts";
import type { LedgerRow } from "../../lib/model/ledger.ts";
import { openStore } from "../../lib/store/open_store.ts";
import { failReads, tempDir } from "../helpers.ts";

const row = (conversation: string, shown?: boolean): LedgerRow => ({
  id: newId(),
  conversation,
  slot: { uuid: "u", target: { chatId: conversation }, mode: "card" },
  view: { status: "plain", text: "x" },
  createdAt: 1,
  ...(shown && { shown }),
});

Deno.test("a read that the disk refuses is repeated, and the trouble is known meanwhile", async () => {
  await using dir = await tempDir();
  const { store } = await openStore(dir.path);
  await using _store = store;
  await store.commit({ rows: [row("c")] });
  const asked = [
    () => store.rows(),
    () => store.turns(),
    () => store.inbox(),
    () => store.conversations(),
    () => store.conversation("c"),
    () => store.row("c", "?"),
    () => store.sentAs("om_1"),
    () => store.notes.answerTo("om_1"),
    () => store.paired(),
    () => store.lastAlive(),
  ];
  for (const ask of asked) {
    using reads = failReads("database is locked", 1);
    const answer = ask();
    await reads.failed;
    // The error passes through a few promises.
    for (let i = 0; i < 100 && store.trouble === undefined; i++) await Promise.resolve();
    assertMatch(store.trouble?.why ?? "", /locked/, `${ask}`);
    await answer;
    assertEquals(reads.left, 0);
    assertEquals(store.trouble, undefined);
  }
  using reads = failReads("disk I/O error", 2);
  const answer = store.rows();
  await reads.failed;
  // The error passes through a few promises.
  while (store.trouble === undefined) await Promise.resolve();
  assertMatch(store.trouble.why, /disk I\/O error/);
  assertEquals((await answer).length, 1);
  assertEquals(store.trouble, undefined);
});

Deno.test("an error that cannot pass is not repeated", async () => {
  await using dir = await tempDir();
  const { store } = await openStore(dir.path);
  await using _store = store;
  using reads = failReads("nobody expects this", 1);
  await assertRejects(() => store.rows(), Error, "nobody expects this");
  assertEquals(reads.left, 0);
});

Deno.test("a store that is closed waits for no disk", async () => {
  await using dir = await tempDir();
  const { store } = await openStore(dir.path);
  using reads = failReads("disk I/O error", 1_000);
  const answer = assertRejects(() => store.rows(), Error, "disk I/O error");
  await reads.failed;
  await store[Symbol.asyncDispose]();
  await answer;
});

Deno.test("undelivered rows are counted without reading the ledger again", async () => {
  await using dir = await tempDir();
  const { store } = await openStore(dir.path);
  await using _store = store;
  const [one, two, three] = [row("a"), row("b", true), row("b")];
  await store.commit({ rows: [one, two, three] });
  assertEquals(await store.undelivered(), 2);
  using reads = failReads("read again", 1_000);
  assertEquals(await store.undelivered(), 2);
  reads[Symbol.dispose]();
  await store.updateRow(one, () => undefined);
  await store.commit({
    rows: [row("c")],
    rowChanges: [{ ...two, change: (now) => now && { ...now, shown: false } }],
  });
  await store.updateRow(three, (now) => now && { ...now, shown: true });
  assertEquals(await store.undelivered(), 2);
  const all = Array.from({ length: 25 }, () => row("d"));
  await Promise.all([store.commit({ rows: all }), store.undelivered()]);
  assertEquals(await store.undelivered(), 27);
  assertEquals((await store.rows()).filter(({ shown }) => !shown).length, 27);
});
