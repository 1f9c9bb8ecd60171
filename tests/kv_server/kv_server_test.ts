import { assert, assertEquals, assertRejects } from "@std/assert";
import { deadline } from "@std/async";
import { join } from "@std/path";
import { tempDir } from "../helpers.ts";
import { emptyKv } from "./empty_kv.ts";
import { KvDatabase } from "./kv_database.ts";
import { KvServer } from "./kv_server.ts";
import { startKvProcess } from "./start_kv_process.ts";

/** Opens a server as Deno's own client does. */
async function open({ url, token }: { url: string; token: string }): Promise<Deno.Kv> {
  Deno.env.set("DENO_KV_ACCESS_TOKEN", token);
  return await Deno.openKv(url);
}

Deno.test("Deno's own client reads and writes as in a file", async () => {
  await using server = await emptyKv();
  using kv = await open(server);
  const { versionstamp } = await kv.set(["a", 1], { of: "any kind", bytes: new Uint8Array(3) });
  const entry = await kv.get(["a", 1]);
  assertEquals(entry.value, { of: "any kind", bytes: new Uint8Array(3) });
  assertEquals(entry.versionstamp, versionstamp);
  await kv.atomic().set(["a", 2], "two").set(["a", 10], "ten").set(["b"], "other").commit();
  const listed = await Array.fromAsync(kv.list<unknown>({ prefix: ["a"] }), ({ key }) => key[1]);
  assertEquals(listed, [1, 2, 10]);
  const last = await Array.fromAsync(kv.list({ prefix: ["a"] }, { reverse: true, limit: 1 }));
  assertEquals(last.map(({ value }) => value), ["ten"]);
  await kv.delete(["a", 2]);
  assertEquals((await kv.get(["a", 2])).value, null);
  const [one, none] = await kv.getMany([["b"], ["c"]]);
  assertEquals([one?.value, none?.value], ["other", null]);
});

Deno.test("a check that fails changes nothing, and numbers are added up", async () => {
  await using server = await emptyKv();
  using kv = await open(server);
  const none = await kv.get(["x"]);
  assert((await kv.atomic().check(none).set(["x"], 1).commit()).ok);
  assert(!(await kv.atomic().check(none).set(["x"], 2).set(["y"], 2).commit()).ok);
  assertEquals((await kv.getMany([["x"], ["y"]])).map(({ value }) => value), [1, null]);
  await kv.atomic().sum(["n"], 5n).max(["m"], 3n).min(["l"], 7n).commit();
  await kv.atomic().sum(["n"], 6n).max(["m"], 9n).min(["l"], 8n).commit();
  const numbers = await kv.getMany<[Deno.KvU64, Deno.KvU64, Deno.KvU64]>([["n"], ["m"], ["l"]]);
  assertEquals(numbers.map(({ value }) => value?.value), [11n, 9n, 7n]);
  await assertRejects(() => kv.atomic().sum(["x"], 1n).commit(), Error, "400");
});

Deno.test("the server has denokv's limits, of which one is below those of a file", async () => {
  await using server = await emptyKv();
  using kv = await open(server);
  const checked = (count: number) => {
    const atomic = kv.atomic();
    for (let i = 0; i < count; i++) atomic.check({ key: ["c", i], versionstamp: null });
    return atomic.set(["d"], 1).commit();
  };
  assert((await checked(10)).ok);
  await assertRejects(() => checked(11), Error, "Too many checks");
  await assertRejects(() => kv.enqueue("work"), Error, "not supported");
});

Deno.test("a watch tells the newest value, also after it broke", async () => {
  await using server = new KvServer();
  using kv = await open(server);
  const reader = kv.watch<[number]>([["w"]]).getReader();
  const next = async () => (await deadline(reader.read(), 5_000)).value?.[0]?.value;
  assertEquals(await next(), null);
  await kv.set(["w"], 1);
  assertEquals(await next(), 1);
  server.breakOpen();
  await kv.set(["w"], 2);
  assertEquals(await next(), 2);
  await reader.cancel();
});

/** Opens a server and reads from it: before Deno 2.8, opening alone says nothing of the token. */
async function read(server: { url: string; token: string }): Promise<void> {
  using kv = await open(server);
  await kv.get(["a"]);
}

Deno.test("a server that refuses its token is not read", async () => {
  await using server = new KvServer();
  await read(server);
  server.faults.requests = "denied";
  await assertRejects(() => read(server), Error, "Invalid access token");
});

Deno.test("a write whose answer is lost was made, and the client's own repetition says no", async () => {
  await using server = new KvServer();
  using kv = await open(server);
  const none = await kv.get(["a"]);
  Object.assign(server.faults, { requests: "lose", times: 1 });
  assertEquals((await kv.atomic().check(none).set(["a"], 1).commit()).ok, false);
  assertEquals((await kv.get(["a"])).value, 1);
});

Deno.test("two servers share one database", async () => {
  using database = new KvDatabase();
  await using one = new KvServer({ database });
  await using other = new KvServer({ database });
  using near = await open(one);
  using far = await open(other);
  const reader = far.watch([["a"]]).getReader();
  await reader.read();
  await near.set(["a"], 1);
  assertEquals((await deadline(reader.read(), 5_000)).value?.[0]?.value, 1);
  await reader.cancel();
  assertEquals(one.counts["atomic_write"], 1);
});

Deno.test("an expired value goes with the next sweep, not before", async () => {
  using database = new KvDatabase();
  await using server = new KvServer({ database });
  using kv = await open(server);
  await kv.set(["a"], 1, { expireIn: 1 });
  await new Promise((resolve) => setTimeout(resolve, 5));
  assertEquals((await kv.get(["a"])).value, 1);
  database.sweep();
  assertEquals((await kv.get(["a"])).value, null);
});

Deno.test("a server that is killed keeps what it had, and its client finds it again", async () => {
  await using dir = await tempDir();
  await using server = await startKvProcess(join(dir.path, "kv.sqlite"));
  using kv = await open({ url: server.urls[0] ?? "", token: server.token });
  await kv.set(["a"], 1);
  await server.kill();
  const reading = kv.get(["a"]);
  await server.start();
  assertEquals((await deadline(reading, 15_000)).value, 1);
});

Deno.test({
  name: "each way to a stand-in in another process has faults of its own",
  // denokv has none.
  ignore: Deno.env.has("DENOKV_URL"),
  fn: async () => {
    await using server = await startKvProcess(":memory:", 2);
    const [url = "", other = ""] = server.urls;
    await server.setFaults({ requests: "denied" }, url);
    const { token } = server;
    await assertRejects(() => read({ url, token }), Error, "Invalid access token");
    await read({ url: other, token });
  },
});
