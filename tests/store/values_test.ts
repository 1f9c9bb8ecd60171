/** One damaged record costs nothing else. */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { ConversationRecord } from "../../lib/model/conversation.ts";
import type { LedgerRow } from "../../lib/model/ledger.ts";
import type { IncomingMessage } from "../../lib/model/message.ts";
import type { TurnRecord } from "../../lib/model/turn.ts";
import { JsonKv } from "../../lib/store/kv/json_kv.ts";
import { openStore } from "../../lib/store/open_store.ts";
import { tempDir } from "../helpers.ts";

const slot = { uuid: "u", target: { chatId: "oc_1" }, mode: "card" } as const;
const talk: ConversationRecord = { key: "oc_1", chatId: "oc_1", chatType: "p2p", directory: "/p" };
const message: IncomingMessage = {
  ...{ messageId: "om_1", chatId: "oc_1", chatType: "p2p", sender: "ou_1", createdAt: 1 },
  ...{ receivedAt: 1, type: "text", text: "hello", mentionsBot: false, attachments: [] },
};
const turn: TurnRecord = {
  ...{ id: "t1", conversation: "oc_1", text: "x", messageId: "om_0", sender: "ou_1" },
  ...{ createdAt: 1, slot, state: { kind: "queued" } },
};
/** Its text fills two chunks. */
const row: LedgerRow = {
  ...{ id: "r1", conversation: "oc_1", slot, createdAt: 1 },
  view: { status: "plain", text: "x".repeat(80_000) },
};

/** Every kind of record that can be listed, and the key of one more of the kind. */
const KINDS: Readonly<Record<string, Deno.KvKey>> = {
  conversation: ["conversation", "oc_0"],
  inbox: ["in", "om_0"],
  turn: ["prompt", "oc_1", "t0"],
  row: ["row", "oc_1", "r0"],
  mark: ["mark", "oc_0"],
};

/** Values that no version of this program has stored. */
const DAMAGED: Readonly<Record<string, unknown>> = {
  "half a record": new TextEncoder().encode('{"id":'),
  "bytes that are no text": new Uint8Array([0xff, 0xfe, 0, 1]),
  "nothing": new Uint8Array(),
  "no object": new TextEncoder().encode("null"),
  "chunks that are gone": 2,
  "another type": "text",
};

for (const [kind, key] of Object.entries(KINDS)) {
  for (const [damage, value] of Object.entries(DAMAGED)) {
    Deno.test(`a damaged ${kind} (${damage}) is set aside and said once, and the others are read`, async () => {
      await using dir = await tempDir();
      const { store } = await openStore(dir.path);
      await using _ = store;
      const damaged: string[] = [];
      store.watchDamage((key) => damaged.push(key));
      await store.accept(message);
      await store.commit({ conversation: talk, turns: [turn], rows: [row] });
      const kv = new JsonKv(await Deno.openKv(join(dir.path, "state.db")));
      await kv.atomic().set(key, value).commit();
      for (let times = 0; times < 2; times++) {
        assertEquals(await store.conversations(), [talk]);
        assertEquals(await store.inbox(), [message]);
        assertEquals(await store.turns(), [turn]);
        assertEquals(await store.rows(), [row]);
        assertEquals((await store.marks.list()).map(({ chatId }) => chatId), ["oc_1"]);
      }
      assertEquals(damaged, [key.join("/")]);
      assertEquals((await kv.get(["damaged", ...key])).value, value);
      kv.close();
    });
  }
}

Deno.test("a damaged record that is read by itself is absent, and can be written anew", async () => {
  await using dir = await tempDir();
  const { store } = await openStore(dir.path);
  await using _ = store;
  const kv = new JsonKv(await Deno.openKv(join(dir.path, "state.db")));
  for (const key of [["conversation", "oc_1"], ["row", "oc_1", "r1"]]) {
    await kv.atomic().set(key, new TextEncoder().encode("{")).commit();
  }
  kv.close();
  assertEquals(await store.conversation("oc_1"), undefined);
  const id = { conversation: "oc_1", id: "r1" };
  await store.updateRow(id, (now) => now ?? row);
  await store.commit({ conversation: talk });
  assertEquals([await store.conversation("oc_1"), await store.row("oc_1", "r1")], [talk, row]);
});

Deno.test("a record that is replaced while its chunks are read is read as it is then", async () => {
  await using dir = await tempDir();
  const { store } = await openStore(dir.path);
  await using _ = store;
  const damaged: string[] = [];
  store.watchDamage((key) => damaged.push(key));
  const versions = [80_000, 1, 130_000, 70_000].map((length, i): LedgerRow => ({
    ...row,
    view: { status: "plain", text: String(i).repeat(length) },
  }));
  for (let round = 0; round < 30; round++) {
    const reading = Array.from({ length: 4 }, () => store.row("oc_1", "r1"));
    const next = versions[round % versions.length] ?? row;
    await store.updateRow({ conversation: "oc_1", id: "r1" }, () => next);
    for (const { view } of (await Promise.all(reading)).filter((found) => found !== undefined)) {
      assertEquals(new Set(view.text).size, 1, "a mixture of two");
    }
  }
  assertEquals(damaged, []);
});

Deno.test("the chunks of a record go with it, also when it has shrunk or a restart came between", async () => {
  await using dir = await tempDir();
  const id = { conversation: "oc_1", id: "r1" };
  const of = (length: number): LedgerRow => ({
    ...row,
    view: { status: "plain", text: "x".repeat(length) },
  });
  const parts = async () => {
    using kv = await Deno.openKv(join(dir.path, "state.db"));
    return (await Array.fromAsync(kv.list({ prefix: ["part"] }))).length;
  };
  for (const sizes of [[200_000], [200_000, 1], [1, 70_000], [200_000, 70_000, 130_000]]) {
    for (const isRestarted of [false, true]) {
      let { store } = await openStore(dir.path);
      for (const size of sizes) {
        await store.updateRow(id, () => of(size));
        if (!isRestarted) continue;
        await store[Symbol.asyncDispose]();
        ({ store } = await openStore(dir.path));
      }
      await store.updateRow(id, () => undefined);
      await store[Symbol.asyncDispose]();
      assertEquals(await parts(), 0, `${sizes} ${isRestarted}`);
    }
  }
});
