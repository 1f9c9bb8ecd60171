/** What is urgent waits for nothing; everything else keeps its order. */
import { assert, assertEquals } from "@std/assert";
import { Mailbox } from "../../../lib/bridge/conversation/mailbox.ts";
import type { IncomingMessage } from "../../../lib/model/message.ts";

/** A mailbox, and the names of what has run in it. */
function start(mayAsk: () => boolean) {
  const asks = Promise.withResolvers<void>();
  const mailbox = new Mailbox({ mayAsk, waitForAsks: () => asks.promise });
  const ran: string[] = [];
  const work = (name: string) => () => {
    ran.push(name);
    return Promise.resolve();
  };
  return { mailbox, ran, work, known: asks.resolve };
}

Deno.test("what is urgent passes what waits for asks; what waits keeps its order", async () => {
  const { mailbox, ran, work, known } = start(() => true);
  void mailbox.run(work("turn"));
  void mailbox.runAfterAsks(work("text 1"));
  const urgent = mailbox.run(work("/cancel"));
  const last = mailbox.runAfterAsks(work("text 2"));
  await urgent;
  assertEquals(ran, ["turn", "/cancel"]);
  known();
  await last;
  assertEquals(ran, ["turn", "/cancel", "text 1", "text 2"]);
});

Deno.test("what comes while others are put aside does not pass them", async () => {
  let mayAsk = true;
  const { mailbox, ran, work, known } = start(() => mayAsk);
  const first = mailbox.runAfterAsks(work("text 1"));
  await mailbox.run(work("/status"));
  mayAsk = false;
  const second = mailbox.runAfterAsks(work("text 2"));
  await mailbox.run(work("/status"));
  assertEquals(ran, ["/status", "/status"]);
  known();
  await Promise.all([first, second]);
  await mailbox.runAfterAsks(work("text 3"));
  assertEquals(ran.slice(2), ["text 1", "text 2", "text 3"]);
});

Deno.test("without asks all runs in one order, and what fails holds up nothing", async () => {
  const { mailbox, ran, work } = start(() => false);
  const failing = mailbox.runAfterAsks(() => Promise.reject(new Error("broken")));
  void mailbox.runAfterAsks(work("text 1"));
  void mailbox.run(work("/cancel"));
  void mailbox.runAfterAsks(work("text 2"));
  assertEquals(await failing.catch((error) => error.message), "broken");
  await mailbox.settled();
  assertEquals(ran, ["text 1", "/cancel", "text 2"]);
});

Deno.test("what fails after it was put aside is told, and the rest goes on", async () => {
  const { mailbox, ran, work, known } = start(() => true);
  const failing = mailbox.runAfterAsks(() => Promise.reject(new Error("broken")));
  const next = mailbox.runAfterAsks(work("text"));
  known();
  assertEquals(await failing.catch((error) => error.message), "broken");
  await next;
  await mailbox.settled();
  assertEquals(ran, ["text"]);
});

Deno.test("what is left of work holds up what follows, but nothing urgent", async () => {
  const { mailbox, ran, work, known } = start(() => false);
  known();
  const left = Promise.withResolvers<void>();
  const answer = mailbox.runAfterAsks(() => Promise.resolve({ rest: left.promise }));
  const click = mailbox.run(() => left.promise.then(() => "clicked"), true);
  const text = mailbox.runAfterAsks(work("text"));
  await mailbox.run(work("/cancel"));
  assertEquals(ran, ["/cancel"]);
  left.resolve();
  assertEquals(await click, "clicked");
  await Promise.all([answer, text]);
  assertEquals(ran, ["/cancel", "text"]);
});

Deno.test("what is left of work and fails is told, and the rest goes on", async () => {
  const { mailbox, ran, work, known } = start(() => false);
  known();
  const broken = () => Promise.reject(new Error("broken"));
  const answer = mailbox.runAfterAsks(() => Promise.resolve({ rest: broken() }));
  const click = mailbox.run(broken, true);
  for (const one of [answer, click]) {
    assertEquals(await one.catch((error) => error.message), "broken");
  }
  await mailbox.runAfterAsks(work("text"));
  assertEquals(ran, ["text"]);
});

Deno.test("what is skipped while it waits is not handled, and holds up nothing", async () => {
  const { mailbox, ran, work, known } = start(() => true);
  const messages = ["1", "2", "3"].map((messageId) => message(messageId));
  const [first, second, third] = messages;
  assert(first && second && third);
  for (const one of [first, second]) void mailbox.runAfterAsks(work(one.messageId), one);
  await mailbox.run(work("/cancel all"));
  assertEquals(mailbox.waiting, [first, second]);
  const last = mailbox.runAfterAsks(work("3"), third);
  assertEquals(mailbox.skip([second, second, message("2")]), [second]);
  known();
  await last;
  assertEquals(ran, ["/cancel all", "1", "3"]);
  assertEquals([mailbox.waiting, mailbox.skip(messages)], [[], []]);
});

function message(messageId: string): IncomingMessage {
  return {
    ...{ messageId, chatId: "oc_1", chatType: "p2p", sender: "ou_1", type: "text", text: "" },
    ...{ createdAt: 1, receivedAt: 1, mentionsBot: false, attachments: [] },
  };
}
