import { assertEquals, assertRejects } from "@std/assert";
import { delay } from "@std/async";
import { SharedReads } from "../../../lib/base/waiting/shared_reads.ts";

/** Reads that end when they are told to. */
function start() {
  const begun: { key: string; signal: AbortSignal; end: (value: number | Error) => void }[] = [];
  const reads = new SharedReads<number>((key, signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const end = (value: number | Error) => value instanceof Error ? reject(value) : resolve(value);
    begun.push({ key, signal, end });
    return promise;
  });
  return { begun, reads };
}

/** A read is under way, and who waited for the next one has given up. */
async function startWithOneGivenUp() {
  const { begun, reads } = start();
  const first = reads.get("a", signal);
  await delay(0);
  const gone = new AbortController();
  const second = reads.get("a", gone.signal);
  gone.abort(new Error("gone"));
  await assertRejects(() => second, Error, "gone");
  return { begun, reads, first };
}

const { signal } = new AbortController();

Deno.test("who asks while something is read shares the next read, which begins afterwards", async () => {
  const { begun, reads } = start();
  const first = [reads.get("a", signal), reads.get("a", signal)];
  await delay(0);
  const later = [reads.get("a", signal), reads.get("a", signal)];
  const other = reads.get("b", signal);
  await delay(0);
  assertEquals(begun.map(({ key }) => key), ["a", "b"]);
  begun[0]?.end(1);
  assertEquals(await Promise.all(first), [1, 1]);
  await delay(0);
  begun[2]?.end(2);
  begun[1]?.end(3);
  assertEquals(await Promise.all([...later, other]), [2, 2, 3]);
  const last = reads.get("a", signal);
  await delay(0);
  begun[3]?.end(4);
  assertEquals([await last, begun.length], [4, 4]);
});

Deno.test("a read that fails fails for those who share it, and the next one is made all the same", async () => {
  const { begun, reads } = start();
  const first = reads.get("a", signal);
  await delay(0);
  const second = reads.get("a", signal);
  begun[0]?.end(new Error("away"));
  await assertRejects(() => first, Error, "away");
  await delay(0);
  begun[1]?.end(2);
  assertEquals(await second, 2);
});

Deno.test("a read ends when nobody waits for it any longer, and not before", async () => {
  const { begun, reads } = start();
  const [one, other] = [new AbortController(), new AbortController()];
  const both = [one, other].map(({ signal }) => reads.get("a", signal));
  await delay(0);
  one.abort(new Error("gone"));
  await assertRejects(() => both[0] ?? Promise.resolve(), Error, "gone");
  assertEquals(begun[0]?.signal.aborted, false);
  other.abort(new Error("gone, too"));
  await assertRejects(() => both[1] ?? Promise.resolve(), Error, "gone, too");
  assertEquals(begun[0]?.signal.aborted, true);
  const next = reads.get("a", signal);
  begun[0]?.end(new Error("stopped"));
  await delay(0);
  begun[1]?.end(5);
  assertEquals(await next, 5);
});

Deno.test("a read that has not begun is not spoilt by those who gave up: who asks later gets it", async () => {
  const { begun, reads, first } = await startWithOneGivenUp();
  const third = reads.get("a", signal);
  begun[0]?.end(1);
  assertEquals(await first, 1);
  await delay(0);
  begun[1]?.end(2);
  assertEquals([await third, begun.length], [2, 2]);
});

Deno.test("a read for which nobody waits any longer does not begin", async () => {
  const { begun, first } = await startWithOneGivenUp();
  begun[0]?.end(1);
  assertEquals(await first, 1);
  await delay(0);
  assertEquals(begun.length, 1);
});
