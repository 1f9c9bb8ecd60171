import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { ConversationRecord } from "../../lib/model/conversation.ts";
import { openStore } from "../../lib/store/open_store.ts";
import { tempDir } from "../helpers.ts";

const record = (key: string, more: Partial<ConversationRecord> = {}): ConversationRecord => ({
  key,
  chatId: key,
  chatType: "group",
  directory: "/",
  sessionId: "ses_1",
  ...more,
});
const TOPIC = { key: "oc_1/omt_1", chatId: "oc_1", chatType: "group", threadId: "omt_1" } as const;
const CHINESE = { preferences: { language: "zh" } } as const;

/** A store that a bridge has used and left: a plain chat, one with a choice, and a topic. */
async function used(path: string) {
  const { store } = await openStore(path);
  await using _ = store;
  assert(await store.known.isOld());
  await store.known.keep(await store.known.list());
  await store.commit({ conversation: record("oc_plain") });
  await store.commit({ conversation: record("oc_chosen", CHINESE) });
  await store.commit({ conversation: record(TOPIC.key, TOPIC) });
  await store.markAlive(1_000);
}

/** What the next start knows: whether it had to read everything, and of which conversations. */
async function next(path: string) {
  const { store } = await openStore(path);
  await using _ = store;
  const isOld = await store.known.isOld();
  return { isOld, keys: (await store.known.list()).map(({ key }) => key) };
}

Deno.test("a start reads the topics and what was set, and no other conversation", async () => {
  await using dir = await tempDir();
  await used(dir.path);
  assertEquals(await next(dir.path), { isOld: false, keys: [TOPIC.key, "oc_chosen"] });
  {
    const { store } = await openStore(dir.path);
    await using _ = store;
    await store.known.isOld();
    await store.commit({ conversation: record("oc_chosen") });
    const auto = { until: 1, by: "ou_1", directory: "/" };
    await store.commit({ conversation: record("oc_plain", { auto }) });
    await store.markAlive(2_000);
    assertEquals((await store.known.list()).map(({ auto }) => auto), [undefined, auto]);
  }
  assertEquals(await next(dir.path), { isOld: false, keys: [TOPIC.key, "oc_plain"] });
});

Deno.test("after a run of an older version, what is known is read from the records, and kept again", async () => {
  await using dir = await tempDir();
  await used(dir.path);
  {
    using kv = await Deno.openKv(join(dir.path, "state.db"));
    // An older version knows nothing of what is kept.
    const { value } = await kv.get<Uint8Array<ArrayBuffer>>(["conversation", "oc_chosen"]);
    await kv.set(["conversation", "oc_chosen"], value);
    await kv.delete(["conversation", TOPIC.key]);
    await kv.set(["alive"], 5_000);
  }
  assertEquals(await next(dir.path), { isOld: true, keys: ["oc_chosen", "oc_plain"] });
  {
    const { store } = await openStore(dir.path);
    await using _ = store;
    assert(await store.known.isOld());
    await store.known.keep(await store.known.list());
    await store.markAlive(6_000);
  }
  assertEquals(await next(dir.path), { isOld: false, keys: ["oc_chosen"] });
});

Deno.test("a damaged part of what is known costs a reading of the records, and nothing else", async () => {
  await using dir = await tempDir();
  await used(dir.path);
  {
    using kv = await Deno.openKv(join(dir.path, "state.db"));
    await kv.set(["known", "oc_chosen"], new Uint8Array([1, 123]));
  }
  const { keys } = await next(dir.path);
  assertEquals(keys, [TOPIC.key, "oc_chosen", "oc_plain"]);
});
