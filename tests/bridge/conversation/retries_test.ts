import { assertEquals } from "@std/assert";
import { Retries } from "../../../lib/bridge/conversation/retries.ts";
import type { IncomingMessage } from "../../../lib/model/message.ts";
import { Tally } from "../../helpers.ts";

const message = { messageId: "om_1" } as IncomingMessage;

function start() {
  const stopping = new AbortController();
  const handled = new Tally();
  const reported: unknown[] = [];
  const retries = new Retries({
    handle: () => Promise.resolve(handled.add()),
    tell: () => Promise.resolve(),
    report: (error) => reported.push(error),
    signal: stopping.signal,
  });
  return { retries, stopping, handled, reported };
}

Deno.test("a message whose handling failed is handled again", async () => {
  const { retries, handled, reported } = start();
  retries.retry(message, new Error("x"));
  await handled.reached(1);
  assertEquals(reported.length, 1);
});

Deno.test("a stop ends the wait of a message, which stays where it is", async () => {
  const { retries, stopping, handled } = start();
  retries.retry(message, new Error("x"));
  stopping.abort();
  await retries.settled();
  retries.retry(message, new Error("x"));
  await retries.settled();
  assertEquals(handled.count, 0);
});
