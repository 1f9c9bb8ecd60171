import { assertEquals } from "@std/assert";
import { Retries } from "../../lib/bridge/retries.ts";
import type { IncomingMessage } from "../../lib/model/message.ts";
import { Tally } from "../helpers.ts";

const message = { messageId: "om_1" } as IncomingMessage;

function start(isWaiting: boolean) {
  const stopping = new AbortController();
  const handled = new Tally();
  const asked = new Tally();
  const reported: unknown[] = [];
  const retries = new Retries({
    handle: () => Promise.resolve(handled.add()),
    isWaiting: () => Promise.resolve(isWaiting).finally(() => asked.add()),
    tell: () => Promise.resolve(),
    report: (error) => reported.push(error),
    signal: stopping.signal,
  });
  return { retries, stopping, handled, asked, reported };
}

Deno.test("a message whose handling failed is handled again, unless it is handled by now", async () => {
  const waiting = start(true);
  waiting.retries.retry(message, new Error("x"));
  await waiting.handled.reached(1);
  assertEquals(waiting.reported.length, 1);
  const done = start(false);
  done.retries.retry(message, new Error("x"));
  await done.asked.reached(1);
  await done.retries.settled();
  assertEquals(done.handled.count, 0);
});

Deno.test("a stop ends the wait of a message, which stays where it is", async () => {
  const { retries, stopping, handled } = start(true);
  retries.retry(message, new Error("x"));
  stopping.abort();
  await retries.settled();
  retries.retry(message, new Error("x"));
  await retries.settled();
  assertEquals(handled.count, 0);
});
