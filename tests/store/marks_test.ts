import { assert, assertEquals } from "@std/assert";
import { openStore } from "../../lib/store/open_store.ts";
import { tempDir } from "../helpers.ts";
import { incoming } from "./incoming.ts";

const MINUTE = 60_000;

Deno.test("a chat gets its mark with its first message, and keeps what a read made of it", async () => {
  await using dir = await tempDir();
  const first = { chatId: "oc_1", chatType: "group", readTo: 1_000 } as const;
  const later = { ...first, readTo: 9_000, behind: { omt_1: 500 }, topics: ["omt_1", "omt_2"] };
  {
    const { store } = await openStore(dir.path);
    await using _ = store;
    await store.accept(incoming("om_1", { threadId: "omt_1" }), 1_000);
    assertEquals(await store.marks.list(), [first]);
    await store.marks.save(later);
    await store.accept(incoming("om_2"), 7_000);
    assertEquals(await store.marks.list(), [later]);
  }
  const { store } = await openStore(dir.path);
  await using _ = store;
  assertEquals(await store.marks.list(), [later]);
  assertEquals(await store.marks.activity(), new Map([["oc_1", 7_000], ["oc_1/omt_1", 1_000]]));
});

Deno.test("chats of an older version begin where that was last alive, and marks stay", async () => {
  await using dir = await tempDir();
  const { store } = await openStore(dir.path);
  await using _ = store;
  await store.accept(incoming("om_1"), 1_000);
  const places = [
    { chatId: "oc_1", chatType: "group" },
    { chatId: "oc_2", chatType: "p2p" },
    { chatId: "oc_2", chatType: "p2p", threadId: "omt_1" },
  ] as const;
  await store.marks.begin(places, 5_000);
  assertEquals((await store.marks.list()).map(({ chatId, readTo }) => [chatId, readTo]), [
    ["oc_1", 1_000],
    ["oc_2", 5_000],
  ]);
});

Deno.test("an id is forgotten only when its time is over and no read can bring it again", async () => {
  await using dir = await tempDir();
  const { store } = await openStore(dir.path);
  await using _ = store;
  const now = 1_000 * MINUTE;
  const ages = { om_in_reach: 11, om_over: 13, om_behind: 13, om_stranger: 13 };
  const chats = { om_in_reach: "oc_1", om_over: "oc_1", om_behind: "oc_2", om_stranger: "oc_9" };
  const see = (id: keyof typeof ages) =>
    store.markSeen({ chatId: chats[id], messageId: id }, now - ages[id] * MINUTE);
  const ids = Object.keys(ages) as (keyof typeof ages)[];
  for (const id of ids) assert(await see(id));
  const readTo = now - 10 * MINUTE;
  await store.marks.save({ chatId: "oc_1", chatType: "p2p", readTo });
  const behind = { omt_1: now - 60 * MINUTE };
  await store.marks.save({ chatId: "oc_2", chatType: "p2p", readTo, behind });
  const options = { overlapMs: 2 * MINUTE, oldest: 0 };
  await store.marks.sweep({ ...options, ttlMs: 60_000 });
  for (const id of ids) assert(!await see(id), id);
  await store.marks.sweep({ ...options, ttlMs: -1 });
  const gone = [];
  for (const id of ids) if (await see(id)) gone.push(id);
  assertEquals(gone, ["om_over", "om_stranger"]);
  // What no read reaches any more goes, whatever the marks say.
  await store.marks.sweep({ ...options, ttlMs: -1, oldest: now });
  for (const id of ids) assert(await see(id), id);
});
