import { assertEquals, assertRejects } from "@std/assert";
import { Admission, newAdmission } from "../../../lib/bridge/people/admission.ts";
import type { IncomingMessage } from "../../../lib/model/message.ts";
import { conversationKey } from "../../../lib/model/place.ts";
import { memoryLog } from "../../helpers.ts";

const everyone = new Admission({ kind: "everyone" });
const onlyAlice = new Admission({ kind: "list", openIds: ["ou_alice"] });

function incoming(more: Partial<IncomingMessage>): IncomingMessage {
  return {
    messageId: "om_1",
    chatId: "oc_1",
    chatType: "p2p",
    sender: "ou_alice",
    createdAt: 1,
    receivedAt: 1,
    type: "text",
    text: "x",
    mentionsBot: false,
    attachments: [],
    ...more,
  };
}

Deno.test("only those on the list get in; pair lets nobody in", () => {
  assertEquals(everyone.mayUse("ou_bob"), true);
  assertEquals(onlyAlice.mayUse("ou_alice"), true);
  for (const sender of ["ou_bob", "ou_alic", "ou_alice2", ""]) {
    assertEquals(onlyAlice.mayUse(sender), false, sender);
  }
  assertEquals(new Admission({ kind: "pair" }).mayUse("ou_alice"), false);
});

Deno.test("what a turn asks is answered by its person, or with a list by everyone on it", () => {
  assertEquals(everyone.mayAnswer("ou_bob", "ou_bob"), true);
  assertEquals(everyone.mayAnswer("ou_alice", "ou_bob"), false);
  assertEquals(onlyAlice.mayAnswer("ou_alice", "ou_bob"), true);
  assertEquals(onlyAlice.mayAnswer("ou_bob", "ou_bob"), false);
});

Deno.test("a stranger is told so, but not for what is not meant for the bot", () => {
  const stranger = { sender: "ou_eve" };
  assertEquals(onlyAlice.judge(incoming(stranger)), "stranger");
  const group = { ...stranger, chatType: "group" } as const;
  assertEquals(onlyAlice.judge(incoming(group)), "ignore");
  assertEquals(onlyAlice.judge(incoming({ ...group, mentionsBot: true })), "stranger");
});

Deno.test("somebody who is taken out is out, and ends what they had asked for, also if that cannot be stored", async () => {
  const store = {
    addPaired: () => Promise.resolve(1),
    removePaired: () => Promise.reject(new Error("disk is full")),
  };
  const paired = [{ openId: "ou_bob", since: 1 }];
  const admission = newAdmission({ kind: "pair" }, {
    ...{ paired, store, log: memoryLog() },
  });
  const removed: string[] = [];
  admission.watchRemovals((openId) => removed.push(openId));
  await assertRejects(() => admission.remove("ou_bob"), Error, "disk is full");
  assertEquals([removed, admission.mayUse("ou_bob")], [["ou_bob"], false]);
});

Deno.test("a chat and each of its topics are conversations of their own", () => {
  const keys = [
    conversationKey({ chatId: "oc_1" }),
    conversationKey({ chatId: "oc_1", threadId: "omt_1" }),
    conversationKey({ chatId: "oc_1", threadId: "omt_2" }),
    conversationKey({ chatId: "oc_2" }),
  ];
  assertEquals(keys, ["oc_1", "oc_1/omt_1", "oc_1/omt_2", "oc_2"]);
});
