import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { deadline } from "@std/async";
import { UsageError } from "../../../lib/base/errors.ts";
import type { LedgerRow } from "../../../lib/model/ledger.ts";
import type { KvAddress } from "../../../lib/store/kv/ask_kv.ts";
import { openStore } from "../../../lib/store/open_store.ts";
import { SharedKv } from "../../../lib/store/kv/shared_kv.ts";
import { tempDir } from "../../helpers.ts";
import { keptPort } from "../../kept_port.ts";
import { emptyKv } from "../../kv_server/empty_kv.ts";
import { KvDatabase } from "../../kv_server/kv_database.ts";
import { KvServer } from "../../kv_server/kv_server.ts";
import { incoming } from "../incoming.ts";

/** How long the server may take here, in milliseconds. */
const ANSWER_MS = 300;

/** Resolves once something holds; rejects after some seconds. */
async function until(holds: () => boolean): Promise<void> {
  const wait = async () => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  await deadline(wait(), 5_000);
}

const openShared = ({ url, token }: KvAddress) => SharedKv.open({ url, token }, ANSWER_MS);

Deno.test("a store on a server holds what one in a file does, for all who open it", async () => {
  await using dir = await tempDir();
  await using server = await emptyKv();
  const place = { stateDir: dir.path, kv: server.url, kvToken: server.token };
  const { store: one } = await openStore(place);
  await using _one = one;
  const { store: other } = await openStore(place);
  await using _other = other;
  const message = incoming("om_1", { text: "x".repeat(200_000) });
  assert(await one.accept(message));
  assert(!await other.accept(message));
  assertEquals(await other.inbox(), [message]);
  await other.commit({ handled: [message] });
  assertEquals(await one.inbox(), []);
  assertEquals(await Array.fromAsync(Deno.readDir(dir.path)), []);
});

Deno.test("a message whose first storing was not answered is new, not one that was seen", async () => {
  await using dir = await tempDir();
  await using server = new KvServer();
  const { store } = await openStore({ stateDir: dir.path, kv: server.url, kvToken: server.token });
  await using _store = store;
  Object.assign(server.faults, { requests: "lose", of: "atomic_write", times: 1 });
  assert(await store.accept(incoming("om_1")));
  assert(!await store.accept(incoming("om_1")));
});

Deno.test("changes of more rows than a server checks at once are all made", async () => {
  await using dir = await tempDir();
  await using server = await emptyKv();
  const { store } = await openStore({ stateDir: dir.path, kv: server.url, kvToken: server.token });
  await using _store = store;
  const ids = Array.from({ length: 23 }, (_, i) => `r${i}`);
  const row = (id: string): LedgerRow => ({
    ...{ id, conversation: "oc_1", createdAt: 1, view: { status: "plain", text: "" } },
    slot: { uuid: id, target: { chatId: "oc_1" }, mode: "card" },
  });
  await store.commit({ rows: ids.map(row) });
  const rowChanges = ids.map((id) => ({
    ...{ conversation: "oc_1", id },
    change: (now: LedgerRow | undefined) => now && { ...now, shown: true as const },
  }));
  await store.commit({ rowChanges });
  assertEquals((await store.rows()).filter(({ shown }) => shown).length, 23);
});

Deno.test("more values than a page are all listed, in order", async () => {
  await using server = await emptyKv();
  const kv = await openShared(server);
  try {
    for (let i = 0; i < 1200; i += 400) {
      const atomic = kv.atomic();
      for (let j = 0; j < 400; j++) atomic.set(["n", i + j], i + j);
      await atomic.commit();
    }
    const listed = await Array.fromAsync(kv.list<number>({ prefix: ["n"] }), ({ value }) => value);
    assertEquals(listed, Array.from({ length: 1200 }, (_, i) => i));
  } finally {
    await kv.close();
  }
});

Deno.test("while the server hangs, calls wait and the trouble is known; then each is made once", async () => {
  await using server = new KvServer();
  const kv = await openShared(server);
  try {
    server.faults.requests = "hang";
    const writing = kv.atomic().check({ key: ["a"], versionstamp: null }).set(["a"], 1).commit();
    await until(() => kv.trouble !== undefined);
    assertMatch(kv.trouble?.why ?? "", /does not answer/);
    const reading = kv.get<number>(["b"]);
    server.faults.requests = "answer";
    assert((await deadline(writing, 5_000)).ok);
    assertEquals((await deadline(reading, 5_000)).value, null);
    assertEquals(kv.trouble, undefined);
    // What hung arrives now, too late to count.
    await kv.atomic().set(["a"], 2).commit();
    server.breakOpen();
    await kv.get(["a"]);
    assertEquals((await kv.get<number>(["a"])).value, 2);
  } finally {
    await kv.close();
  }
});

Deno.test("a server that comes back on its port is found again, and so are watches", async () => {
  using database = new KvDatabase();
  const port = keptPort();
  let server = new KvServer({ database, port });
  const kv = await openShared(server);
  const watch = kv.watch<[number]>([["w"]]).getReader();
  try {
    assertEquals((await watch.read()).value?.[0]?.value, null);
    await server[Symbol.asyncDispose]();
    const writing = kv.atomic().set(["w"], 1).commit();
    await until(() => /refused/.test(kv.trouble?.why ?? ""));
    server = new KvServer({ database, port, faults: { requests: "hang", of: "atomic_write" } });
    // Deno's client goes on with the attempt that was given up, even when it is closed: both come.
    await until(() => (server.counts.atomic_write ?? 0) > 1);
    server.faults.requests = "answer";
    server.breakOpen();
    assert((await deadline(writing, 8_000)).ok);
    assertEquals((await deadline(watch.read(), 5_000)).value?.[0]?.value, 1);
  } finally {
    await watch.cancel();
    await kv.close();
    await server[Symbol.asyncDispose]();
  }
});

Deno.test("a wrong password and a wrong server are told at once", async () => {
  await using server = new KvServer();
  const open = (url: string, token: string) => SharedKv.open({ url, token }, ANSWER_MS);
  await assertRejects(() => open(server.url, "wrong"), UsageError, "DENO_KV_ACCESS_TOKEN: 401");
  await assertRejects(() => open(`${server.url}/x`, server.token), UsageError, "no server of Deno");
  server.faults.requests = "error";
  await assertRejects(
    () => open(server.url, server.token),
    Error,
    "cannot be reached: it answers 503",
  );
  server.faults.requests = "hang";
  await assertRejects(() => open(server.url, server.token), Error, "it does not answer");
});

Deno.test("an answer that takes longer than the server usually may is waited for longer each time", async () => {
  await using server = new KvServer();
  const kv = await openShared(server);
  try {
    Object.assign(server.faults, { latencyMs: 2 * ANSWER_MS, of: "atomic_write" });
    assert((await deadline(kv.atomic().set(["a"], 1).commit(), 8_000)).ok);
    assertEquals((await kv.get(["a"])).value, 1);
  } finally {
    await kv.close();
  }
});

Deno.test("the token does not stay in the environment, which other programs inherit", async () => {
  await using server = new KvServer();
  const before = Deno.env.get("DENO_KV_ACCESS_TOKEN");
  await (await openShared(server)).close();
  assertEquals(Deno.env.get("DENO_KV_ACCESS_TOKEN"), before);
});

Deno.test("a token that has expired is renewed", async () => {
  await using server = new KvServer();
  const kv = await openShared(server);
  try {
    await kv.atomic().set(["a"], 1).commit();
    server.expireToken();
    assertEquals((await deadline(kv.get(["a"]), 5_000)).value, 1);
  } finally {
    await kv.close();
  }
});
