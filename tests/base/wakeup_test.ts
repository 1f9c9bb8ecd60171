import { assert } from "@std/assert";
import { deadline } from "@std/async";
import { Poke } from "../../lib/base/wakeup.ts";

const never = new AbortController().signal;
const soon = <T>(promise: Promise<T>) => deadline(promise, 2000);

Deno.test("a poke ends all waits that are under way, and none that begins later", async () => {
  const poke = new Poke();
  const waits = [poke.wait(Infinity, never), poke.wait(60_000, never)];
  poke.poke();
  await soon(Promise.all(waits));
  const stopping = new AbortController();
  let over = false;
  const later = poke.wait(60_000, stopping.signal).then(() => over = true);
  await soon(poke.wait(0, never));
  assert(!over);
  stopping.abort();
  await soon(later);
});

Deno.test("a wait ends after its time", async () => {
  const began = performance.now();
  await soon(new Poke().wait(30, never));
  assert(performance.now() - began >= 28);
});

Deno.test("a wait that is not pokable ends only with its time or the signal", async () => {
  const poke = new Poke();
  const stopping = new AbortController();
  let over = false;
  const wait = poke.wait(Infinity, stopping.signal, { pokable: false }).then(() => over = true);
  poke.poke();
  await soon(poke.wait(0, never));
  assert(!over);
  stopping.abort();
  await soon(wait);
});

Deno.test("an aborted signal ends a wait at once and without an error", async () => {
  await soon(new Poke().wait(Infinity, AbortSignal.abort(new Error("stopping"))));
});
