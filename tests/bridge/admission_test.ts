import { assertEquals } from "@std/assert";
import { conversationKey, judge, mayUse } from "../../lib/bridge/admission.ts";
import type { Allowed } from "../../lib/config.ts";
import type { Incoming } from "../../lib/feishu/connection/events.ts";

const bot = "ou_bot";
const everyone: Allowed = { kind: "everyone" };
const onlyAlice: Allowed = { kind: "list", openIds: ["ou_alice"] };

function incoming(more: Partial<Incoming>): Incoming {
  return {
    messageId: "om_1",
    chatId: "oc_1",
    chatType: "p2p",
    sender: "ou_alice",
    createdAt: 1,
    receivedAt: 1,
    type: "text",
    text: "x",
    mentions: [],
    attachments: [],
    ...more,
  };
}

Deno.test("only those on the list get in; pair lets nobody in", () => {
  assertEquals(mayUse("ou_bob", everyone), true);
  assertEquals(mayUse("ou_alice", onlyAlice), true);
  for (const sender of ["ou_bob", "ou_alic", "ou_alice2", ""]) {
    assertEquals(mayUse(sender, onlyAlice), false, sender);
  }
  assertEquals(mayUse("ou_alice", { kind: "pair" }), false);
});

Deno.test("in a group only what mentions the bot counts; @all does not", () => {
  const group = { chatType: "group" } as const;
  const cases: [Partial<Incoming>, string][] = [
    [group, "ignore"],
    [{ ...group, text: "@all look" }, "ignore"],
    [{ ...group, mentions: ["ou_bob"] }, "ignore"],
    [{ ...group, mentions: ["ou_bob", bot] }, "admit"],
    [{}, "admit"],
  ];
  for (const [more, verdict] of cases) {
    assertEquals(judge(incoming(more), everyone, bot), verdict, JSON.stringify(more));
  }
});

Deno.test("a stranger is told so, but not for what is not meant for the bot", () => {
  const stranger = { sender: "ou_eve" };
  assertEquals(judge(incoming(stranger), onlyAlice, bot), "stranger");
  const group = { ...stranger, chatType: "group" } as const;
  assertEquals(judge(incoming(group), onlyAlice, bot), "ignore");
  assertEquals(judge(incoming({ ...group, mentions: [bot] }), onlyAlice, bot), "stranger");
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
