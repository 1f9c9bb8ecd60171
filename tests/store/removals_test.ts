import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { deadline } from "@std/async";
import { handleRemovals, requestRemoval } from "../../lib/store/removals.ts";
import { tempDir } from "../helpers.ts";

Deno.test("who asks for a removal hears whether that person was paired, and no request is left", async () => {
  await using dir = await tempDir();
  const paired = new Set(["ou_ann", "ou_bob"]);
  const ended = new AbortController();
  const remove = (openId: string) => Promise.resolve(paired.delete(openId));
  const handling = handleRemovals(dir.path, remove, ended.signal);
  const ask = (openId: string) => requestRemoval(dir.path, openId, 10_000);
  assertEquals(await ask("ou_ann"), "removed");
  assertEquals(await ask("ou_ann"), "not paired");
  assertEquals(await Promise.all([ask("ou_eve"), ask("ou_bob")]), ["not paired", "removed"]);
  assertEquals(await Array.fromAsync(Deno.readDir(dir.path)), []);
  ended.abort();
  await handling;
});

Deno.test("a request that nobody answers is handled by the next bridge", async () => {
  await using dir = await tempDir();
  assertEquals(await requestRemoval(dir.path, "ou_ann", 100), "no answer");
  const ended = new AbortController();
  const removed = Promise.withResolvers<string>();
  const remove = (openId: string) => {
    removed.resolve(openId);
    return Promise.resolve(true);
  };
  const handling = handleRemovals(dir.path, remove, ended.signal);
  assertEquals(await removed.promise, "ou_ann");
  ended.abort();
  await handling;
});

Deno.test("a request that is taken back meanwhile holds up no other", async () => {
  await using dir = await tempDir();
  const people = ["ou_ann", "ou_bob", "ou_cem"];
  const fileOf = (openId: string) => join(dir.path, `remove-${openId}`);
  for (const openId of people) await Deno.writeTextFile(fileOf(openId), "");
  const ended = new AbortController();
  const removed: string[] = [];
  // The first of them has another one taken back.
  const remove = async (openId: string) => {
    removed.push(openId);
    const [other] = people.filter((one) => !removed.includes(one));
    if (removed.length === 1 && other !== undefined) await Deno.remove(fileOf(other));
    else ended.abort();
    return true;
  };
  await handleRemovals(dir.path, remove, ended.signal);
  assertEquals(removed.length, 2);
});

Deno.test("a clock that is set back does not prolong the wait for a bridge that is silent", async () => {
  await using dir = await tempDir();
  const { now } = Date;
  let time = now();
  Date.now = () => time -= 1_000;
  try {
    const asked = requestRemoval(dir.path, "ou_ann", 100);
    assertEquals(await deadline(asked, 10_000), "no answer");
  } finally {
    Date.now = now;
  }
});
