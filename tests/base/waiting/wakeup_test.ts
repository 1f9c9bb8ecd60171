import { assert } from "@std/assert";
import { deadline } from "@std/async";
import { pause, Wakeup } from "../../../lib/base/waiting/wakeup.ts";

const never = new AbortController().signal;
const soon = <T>(promise: Promise<T>) => deadline(promise, 2000);

Deno.test("a notification ends all waits that are under way, and none that begins later", async () => {
  const wakeup = new Wakeup();
  const waits = [wakeup.wait(Infinity, never), wakeup.wait(60_000, never)];
  wakeup.notify();
  await soon(Promise.all(waits));
  const stopping = new AbortController();
  let over = false;
  const later = wakeup.wait(60_000, stopping.signal).then(() => over = true);
  await soon(wakeup.wait(0, never));
  assert(!over);
  stopping.abort();
  await soon(later);
});

Deno.test("a wait since before a notification is none, and one since then waits for the next", async () => {
  const wakeup = new Wakeup();
  const before = wakeup.count;
  wakeup.notify();
  await soon(wakeup.wait(Infinity, never, before));
  const next = wakeup.wait(Infinity, never, wakeup.count);
  wakeup.notify();
  await soon(next);
});

Deno.test("a wait ends after its time", async () => {
  const began = performance.now();
  await soon(new Wakeup().wait(30, never));
  assert(performance.now() - began >= 28);
});

Deno.test("a pause ends with its time, and sooner with the signal or what it is told to wait for", async () => {
  const began = performance.now();
  await soon(pause(30, never));
  assert(performance.now() - began >= 28);
  await soon(pause(Infinity, never, Promise.resolve()));
  const stopping = new AbortController();
  const paused = pause(Infinity, stopping.signal);
  stopping.abort();
  await soon(paused);
});

Deno.test("an aborted signal ends a wait at once and without an error", async () => {
  await soon(new Wakeup().wait(Infinity, AbortSignal.abort(new Error("stopping"))));
});
