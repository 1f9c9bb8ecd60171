import { assert, assertEquals } from "@std/assert";
import { JsonKv } from "../../../lib/store/kv/json_kv.ts";

Deno.test("values are stored as JSON, which every version of Deno can read", async () => {
  using raw = await Deno.openKv(":memory:");
  const kv = new JsonKv(raw);
  const values = { text: "字", number: 2, flag: false, list: [1, "b"], record: { a: { b: 1 } } };
  const atomic = kv.atomic();
  for (const [name, value] of Object.entries(values)) atomic.set([name], value);
  assert((await atomic.commit()).ok);
  for await (const { key, value } of raw.list({ prefix: [] })) {
    assert(value instanceof Uint8Array, `${key} is stored in V8's format`);
  }
  const read = await Array.fromAsync(kv.list({ prefix: [] }));
  assertEquals(Object.fromEntries(read.map(({ key: [name], value }) => [name, value])), values);
  assertEquals((await kv.get(["number"])).value, 2);
  const both = await kv.getMany<[string, unknown]>([["text"], ["nothing"]]);
  assertEquals(both.map(({ value }) => value), ["字", null]);
});

Deno.test("bytes, sums, and what was stored without JSON are read as they are", async () => {
  using raw = await Deno.openKv(":memory:");
  const kv = new JsonKv(raw);
  const bytes = new TextEncoder().encode('{"a":1}');
  await raw.set(["old"], { sentAt: 1 });
  await kv.atomic().set(["bytes"], bytes).sum(["sum"], 3n).commit();
  assertEquals((await kv.get(["old"])).value, { sentAt: 1 });
  assertEquals((await kv.get(["bytes"])).value, bytes);
  assertEquals((await kv.get<Deno.KvU64>(["sum"])).value?.value, 3n);
});

Deno.test("a check and a watch see what was stored", async () => {
  using raw = await Deno.openKv(":memory:");
  const kv = new JsonKv(raw);
  const watch = kv.watch<[number]>([["n"]]).getReader();
  assertEquals((await watch.read()).value?.[0].value, null);
  await kv.atomic().set(["n"], 1).commit();
  assertEquals((await watch.read()).value?.[0].value, 1);
  await watch.cancel();
  const entry = await kv.get<number>(["n"]);
  assert((await kv.atomic().check(entry).set(["n"], 2).commit()).ok);
  assert(!(await kv.atomic().check(entry).set(["n"], 3).commit()).ok);
});
