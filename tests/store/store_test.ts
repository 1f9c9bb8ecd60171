import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { deadline } from "@std/async";
import { join } from "@std/path";
import { DatabaseSync } from "node:sqlite";
import { UsageError } from "../../lib/base/errors.ts";
import { newId } from "../../lib/base/ids.ts";
import type { ConversationRecord } from "../../lib/model/conversation.ts";
import type { LedgerRow } from "../../lib/model/ledger.ts";
import type { Slot } from "../../lib/model/slot.ts";
import type { TurnRecord } from "../../lib/model/turn.ts";
import { JsonKv } from "../../lib/store/kv/json_kv.ts";
import { openStore } from "../../lib/store/open_store.ts";
import type { Store } from "../../lib/store/store.ts";
import { tempDir } from "../helpers.ts";
import { incoming } from "./incoming.ts";

const slot: Slot = { uuid: "u", target: { chatId: "oc_1" }, mode: "card" };
const talk = (key: string): ConversationRecord => ({
  key,
  chatId: key,
  chatType: "p2p",
  directory: "/tmp",
});

function row(conversation: string, text = "x"): LedgerRow {
  return { id: newId(), conversation, slot, view: { status: "plain", text }, createdAt: 1 };
}

function turn(conversation: string, text = "x"): TurnRecord {
  const id = newId();
  const base = { conversation, text, messageId: `om_${id}`, sender: "ou_1", createdAt: 1, slot };
  return { id, ...base, state: { kind: "queued" } };
}

async function open(dir: string): Promise<Store> {
  const { store, setAside } = await openStore(dir);
  assertEquals(setAside, undefined);
  return store;
}

Deno.test("a message is accepted once, also after it was handled and across restarts", async () => {
  await using dir = await tempDir();
  {
    await using store = await open(dir.path);
    assert(await store.accept(incoming("om_1"), 60_000));
    assert(!await store.accept(incoming("om_1"), 60_000));
    await store.commit({ handled: [incoming("om_1")] });
    assert(!await store.accept(incoming("om_1"), 60_000));
  }
  await using store = await open(dir.path);
  assert(!await store.accept(incoming("om_1"), 60_000));
  assert(await store.accept(incoming("om_2"), 60_000));
  assertEquals((await store.inbox()).map(({ messageId }) => messageId), ["om_2"]);
});

Deno.test("of deliveries that race only one is accepted", async () => {
  await using dir = await tempDir();
  await using store = await open(dir.path);
  const results = await Promise.all(
    Array.from({ length: 10 }, () => store.accept(incoming("om_1"), 60_000)),
  );
  assertEquals(results.filter((accepted) => accepted).length, 1);
});

Deno.test("an event may happen again after its time", async () => {
  await using dir = await tempDir();
  await using store = await open(dir.path);
  assert(await store.once("greeting", 1));
  const deadline = Date.now() + 5000;
  while (!await store.once("greeting", 60_000)) assert(Date.now() < deadline);
  assert(!await store.once("greeting", 60_000));
});

Deno.test("a message of 200 KB in Chinese survives a restart, and leaves nothing behind", async () => {
  await using dir = await tempDir();
  const long = incoming("om_1", { text: "汉字与𝒰𝓉𝒻".repeat(12_000) });
  {
    await using store = await open(dir.path);
    assert(await store.accept(long, 60_000));
    await store.commit({ turns: [{ ...turn("c"), text: long.text }] });
  }
  {
    await using store = await open(dir.path);
    assertEquals(await store.inbox(), [long]);
    const turns = await store.turns();
    assertEquals(turns.map(({ text }) => text), [long.text]);
    await store.commit({ handled: [long], closed: turns });
    assertEquals([await store.inbox(), await store.turns()], [[], []]);
  }
  const kv = await Deno.openKv(join(dir.path, "state.db"));
  const keys = (await Array.fromAsync(kv.list({ prefix: [] }))).map(({ key }) => key[0]);
  kv.close();
  assertEquals(keys, ["active", "mark", "schema", "seen"]);
});

Deno.test("a value that shrinks or grows over the limit of one key reads back as it is", async () => {
  await using dir = await tempDir();
  await using store = await open(dir.path);
  const one = row("c");
  for (const size of [10, 300_000, 70_000, 59_000, 61_000, 1]) {
    const changed = { ...one, view: { status: "plain" as const, text: "字".repeat(size / 3 + 1) } };
    await store.commit({ rows: [changed] });
    assertEquals(await store.rows("c"), [changed]);
  }
  await store.updateRow(one, () => undefined);
  assertEquals(await store.rows(), []);
});

Deno.test("a commit happens as a whole or not at all", async () => {
  await using dir = await tempDir();
  await using store = await open(dir.path);
  const message = incoming("om_1");
  await store.accept(message, 60_000);
  // More than Deno KV takes in one step.
  const tooMuch = row("c", "x".repeat(3_000_000));
  const changes = { handled: [message], conversation: talk("c"), turns: [turn("c")] };
  let failed = false;
  await store.commit({ ...changes, rows: [tooMuch] }).catch(() => failed = true);
  const left = {
    inbox: (await store.inbox()).length,
    conversations: (await store.conversations()).length,
    turns: (await store.turns()).length,
    rows: (await store.rows()).length,
  };
  assertEquals(
    left,
    failed
      ? { inbox: 1, conversations: 0, turns: 0, rows: 0 }
      : { inbox: 0, conversations: 1, turns: 1, rows: 1 },
  );
});

Deno.test("rows and turns come in the order in which they were made, apart by conversation", async () => {
  await using dir = await tempDir();
  const rows = Array.from({ length: 30 }, (_, i) => row(i % 2 === 0 ? "oc_1" : "oc_1/omt_2"));
  const turns = Array.from({ length: 30 }, (_, i) => turn(i % 3 === 0 ? "a" : "ab"));
  {
    await using store = await open(dir.path);
    await store.commit({ rows: rows.toReversed(), turns: turns.toReversed() });
  }
  await using store = await open(dir.path);
  for (const key of ["oc_1", "oc_1/omt_2"]) {
    const expected = rows.filter(({ conversation }) => conversation === key);
    assertEquals(await store.rows(key), expected);
  }
  for (const key of ["a", "ab"]) {
    assertEquals(
      await store.turns(key),
      turns.filter(({ conversation }) => conversation === key),
    );
  }
  assertEquals((await store.rows()).length, 30);
  const first = turns.slice(0, 3);
  await store.commit({ closed: first });
  await store.updateRow(rows[0] ?? row("?"), () => undefined);
  assertEquals((await store.turns()).length, 27);
  assertEquals(await store.rows("oc_1"), rows.filter((_, i) => i > 0 && i % 2 === 0));
});

Deno.test("the inbox gives the oldest message first", async () => {
  await using dir = await tempDir();
  await using store = await open(dir.path);
  for (const [id, receivedAt] of [["om_b", 3], ["om_c", 1], ["om_a", 2]] as const) {
    await store.accept(incoming(id, { receivedAt }), 60_000);
  }
  assertEquals((await store.inbox()).map(({ messageId }) => messageId), ["om_c", "om_a", "om_b"]);
});

Deno.test("a conversation is kept as it was last stored", async () => {
  await using dir = await tempDir();
  await using store = await open(dir.path);
  assertEquals(await store.conversation("c"), undefined);
  await store.commit({ conversation: { ...talk("c"), sessionId: "ses_1" } });
  await store.commit({ conversation: talk("c") });
  assertEquals(await store.conversation("c"), talk("c"));
  assertEquals(await store.conversations(), [talk("c")]);
});

Deno.test("a chat's conversations are its own and those of its topics", async () => {
  await using dir = await tempDir();
  await using store = await open(dir.path);
  const all = ["oc_", "oc_a", "oc_a/om_1", "oc_a/om_2", "oc_ab", "oc_b/om_3"].map(talk);
  for (const conversation of all) await store.commit({ conversation });
  const keys = (await store.conversations("oc_a")).map(({ key }) => key);
  assertEquals(keys, ["oc_a", "oc_a/om_1", "oc_a/om_2"]);
  assertEquals(await store.conversations(), all);
});

/** Ways in which the file of a store comes to harm. */
const DAMAGES: readonly (readonly [string, (bytes: Uint8Array) => Uint8Array])[] = [
  ["is no database", () => new TextEncoder().encode("this is not a database".repeat(500))],
  ["was cut off", (bytes) => bytes.slice(0, bytes.length / 2)],
  ["was cut off after its first page", (bytes) => bytes.slice(0, 4_096)],
  ["has lost its beginning", (bytes) => bytes.fill(0, 0, 8_192)],
  [
    "is whole only in its first pages",
    (bytes) => bytes.map((byte, i) => i < 8_192 || i >= 68_000 ? byte : (i * 7919) & 255),
  ],
];

for (const [name, damage] of DAMAGES) {
  Deno.test(`a store that ${name} is set aside as it is, and a new one begun`, async () => {
    await using dir = await tempDir();
    const file = join(dir.path, "state.db");
    const whole = await open(dir.path);
    for (let i = 0; i < 20; i++) {
      await whole.accept(incoming(`om_${i}`, { text: "x".repeat(30_000) }), 60_000);
    }
    await whole[Symbol.asyncDispose]();
    const damaged = damage(await Deno.readFile(file));
    await Deno.writeFile(file, damaged);
    const { store, setAside = "" } = await openStore(dir.path);
    assertEquals(await Deno.readFile(setAside), damaged);
    assertEquals(((await Deno.stat(setAside)).mode ?? 0) & 0o077, 0);
    assert(await store.accept(incoming("om_new"), 60_000));
    await store[Symbol.asyncDispose]();
    await using again = await open(dir.path);
    assertEquals((await again.inbox()).length, 1);
  });
}

Deno.test("a store of a newer version is refused in one sentence, and stays as it is", async () => {
  await using dir = await tempDir();
  const path = join(dir.path, "state.db");
  {
    await using store = await open(dir.path);
    await store.accept(incoming("om_1"), 60_000);
  }
  {
    const kv = await Deno.openKv(path);
    await kv.set(["schema"], 3);
    kv.close();
  }
  const before = await Deno.readFile(path);
  const error = await assertRejects(() => openStore(dir.path), UsageError);
  assertMatch(
    error.message,
    /newer version .*store version 3.*: update this program, or set BRIDGE_/,
  );
  assertEquals(error.exitCode, 1);
  assertEquals(await Deno.readFile(path), before);
  const names = (await Array.fromAsync(Deno.readDir(dir.path))).map(({ name }) => name);
  assertEquals(names.filter((name) => /damaged/.test(name)), []);
});

Deno.test("a store without a mark is one of version 1, and gets today's when it is opened", async () => {
  await using dir = await tempDir();
  const path = join(dir.path, "state.db");
  {
    await using store = await open(dir.path);
    await store.accept(incoming("om_1"), 60_000);
  }
  {
    using kv = await Deno.openKv(path);
    assertEquals((await new JsonKv(kv).get(["schema"])).value, 2);
    await kv.delete(["schema"]);
  }
  {
    await using store = await open(dir.path);
    assertEquals((await store.inbox()).length, 1);
    await store.markAlive(7);
  }
  {
    using kv = await Deno.openKv(path);
    assertEquals((await new JsonKv(kv).get(["schema"])).value, 2);
  }
  await using store = await open(dir.path);
  assertEquals(await store.lastAlive(), 7);
});

Deno.test("ids made in one go sort as they were made", () => {
  const ids = Array.from({ length: 1000 }, () => newId());
  assertEquals(ids.toSorted(), ids);
  assertEquals(new Set(ids).size, ids.length);
  // A clock that was set back does not bring disorder.
  assert(newId(1) > (ids.at(-1) ?? ""));
  assertNotEquals(newId(1), newId(1));
  assert(ids.every((id) => /^[a-z0-9]{1,40}$/.test(id)));
});

Deno.test("changes of a row that race all count", async () => {
  await using dir = await tempDir();
  await using store = await open(dir.path);
  const one = { ...row("c"), createdAt: 0 };
  await store.commit({ rows: [one] });
  await Promise.all(
    Array.from(
      { length: 10 },
      () => store.updateRow(one, (now) => now && { ...now, createdAt: now.createdAt + 1 }),
    ),
  );
  assertEquals((await store.row("c", one.id))?.createdAt, 10);
});

Deno.test("a message is known as ours once a row or prompt holds it, also after the row is gone", async () => {
  await using dir = await tempDir();
  await using store = await open(dir.path);
  const one = row("c");
  await store.commit({ rows: [one] });
  assertEquals(await store.sentAs("om_9"), undefined);
  await store.updateRow(one, () => undefined, { sent: [{ ...slot, messageId: "om_9" }] });
  assertEquals([await store.sentAs("om_9"), await store.rows()], [slot.uuid, []]);
});

Deno.test("an update that changes nothing is not written, so it does not wait for a disk", async () => {
  await using dir = await tempDir();
  await using store = await open(dir.path);
  const one = row("c");
  await store.commit({ rows: [one] });
  using other = new DatabaseSync(join(dir.path, "state.db"));
  // Nobody else can write as long as this lasts.
  other.exec("BEGIN IMMEDIATE");
  const unchanged = { conversation: "c", id: one.id, change: (now?: LedgerRow) => now };
  await deadline(store.commit({ rowChanges: [unchanged], turns: [], handled: [] }), 2_000);
  other.exec("ROLLBACK");
});
