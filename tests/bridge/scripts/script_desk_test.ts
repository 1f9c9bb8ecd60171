/** What scripts send: to the chat that is meant, once, and without secrets. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { knownSecrets } from "../../../lib/base/secrets/known_secrets.ts";
import { ScriptDesk } from "../../../lib/bridge/scripts/script_desk.ts";
import { startTwin, type Twin } from "../../../lib/demo/feishu_twin/twin.ts";
import { Directory } from "../../../lib/feishu/rest/directory.ts";
import type { AllowedUsers } from "../../../lib/model/settings.ts";
import type { ScriptReply, SendMessage } from "../../../lib/model/script.ts";
import { feishuApi, tempDir } from "../../helpers.ts";
import { startRouter } from "../start_router.ts";

const { signal } = new AbortController();

/** A desk of a bridge over the twin. */
async function startDesk(twin: Twin, dir?: string, allowed?: AllowedUsers) {
  const options = { ...(dir !== undefined && { dir }), ...(allowed && { allowed }) };
  const world = await startRouter(twin, options);
  const desk = new ScriptDesk({
    ...world.services,
    directory: new Directory(feishuApi(twin)),
    open: (place) => world.router.conversations.get(place),
  });
  let ids = 0;
  return {
    ...world,
    send: (chat: string, text: string, more: Partial<SendMessage> = {}): Promise<ScriptReply> =>
      desk.answer({ kind: "send", chat, id: `id${++ids}`, text, ...more }, () => {}, signal),
    ask: (chat: string, text: string): Promise<ScriptReply> =>
      desk.answer({ kind: "ask", chat, id: `id${++ids}`, text }, () => {}, signal),
    /** Has the first person write, so that their chat is known. */
    meet: async () => {
      await world.receive(twin.say({ text: "/help" }));
      await twin.until(() => shown(twin).length === 1);
    },
    chats: async () => {
      const reply = await desk.answer({ kind: "chats" }, () => {}, signal);
      assert(reply.kind === "chats");
      return reply;
    },
  };
}

const shown = (twin: Twin, chat?: string) =>
  twin.botMessages(chat).map((message) => twin.plain(message));

Deno.test("a message goes to the group, the person or the topic that is named", async () => {
  await using twin = await startTwin({ extras: true });
  const group = twin.addGroup({ name: "Release" });
  await using desk = await startDesk(twin);
  await desk.meet();
  const root = twin.say({ text: "hello", chat: group.id, thread: "new" });
  const { threadId = "" } = twin.message(root);
  await desk.receive(twin.say({ text: "/help", chat: group.id, thread: threadId, replyTo: root }));
  await twin.until(() => shown(twin, group.id).length === 1);
  const { chats, missing } = await desk.chats();
  assertEquals(chats.map(({ kind, name, id }) => [kind, name, id]), [
    ["direct", "Alice", twin.chat.id],
    ["group", "Release", group.id],
    ["topic", "", threadId],
  ]);
  assertEquals([missing, chats[0]?.person], [[], twin.user.openId]);
  for (const [chat, text] of [["release", "to all"], ["Alice", "to you"], [threadId, "inside"]]) {
    const reply = await desk.send(chat ?? "", text ?? "");
    assertEquals(reply.kind, "accepted");
  }
  await twin.until(() => shown(twin, group.id).length === 3 && shown(twin).length === 2);
  assertEquals(shown(twin).at(-1), "to you");
  const inside = twin.botMessages(group.id).filter((one) => one.threadId === threadId);
  assertEquals(twin.plain(inside.at(-1) ?? inside[0]!), "inside");
  assert(shown(twin, group.id).includes("to all"));
  assertEquals(await desk.send("Realese", "?"), {
    ...{ kind: "unclear", matches: [], nearest: "Release" },
  });
});

Deno.test("a request acts once, also after a restart, and its id is for nothing else", async () => {
  await using twin = await startTwin({ extras: true });
  await using dir = await tempDir();
  const file = { name: "r.txt", bytes: new TextEncoder().encode("report") };
  const request = { id: "build 7", file };
  {
    await using desk = await startDesk(twin, dir.path);
    await desk.meet();
    const both = await Promise.all([
      desk.send("Alice", "see", request),
      desk.send("Alice", "see", request),
    ]);
    const repeated = both.map((reply) => reply.kind === "accepted" && reply.isRepeated);
    assertEquals(repeated.toSorted(), [false, true]);
    await twin.until(() => shown(twin).length === 3);
  }
  // Names are known without the network, too.
  twin.faults.grant("im:chat:read", false);
  twin.faults.grant("contact:user.basic_profile:readonly", false);
  await using desk = await startDesk(twin, dir.path);
  const again = await desk.send("Alice", "see", request);
  assert(again.kind === "accepted" && again.isRepeated);
  assertEquals(await desk.send("Alice", "other", request), { kind: "refused", why: "other id" });
  const { missing } = await desk.chats();
  assertEquals(missing, ["im:chat:read", "contact:user.basic_profile:readonly"]);
  assertEquals(await desk.send("Bob", "?"), { kind: "unclear", matches: [], missing });
  await desk.send("Alice", "last");
  await twin.until(() => shown(twin).at(-1) === "last");
  assertEquals(shown(twin).slice(1), ["see", "[file] ", "last"]);
});

Deno.test("a long text becomes one file, and our secrets are hidden everywhere", async () => {
  knownSecrets.add("test", "s3cret-of-the-scripts");
  await using twin = await startTwin({ extras: true });
  await using desk = await startDesk(twin);
  await desk.meet();
  const line = "the word is s3cret-of-the-scripts\n";
  await desk.send("Alice", line);
  await desk.send("Alice", line.repeat(3_000));
  await twin.until(() => shown(twin).length === 3);
  assertMatch(shown(twin)[1] ?? "", /^the word is \S+$/);
  assert(!shown(twin).join().includes("s3cret"));
  assertEquals(shown(twin)[2], "[file] ");
});

Deno.test("nobody is asked for where nobody may use the bot", async () => {
  await using twin = await startTwin({ extras: true });
  const group = twin.addGroup({ name: "Release" });
  await using desk = await startDesk(twin, undefined, { kind: "pair" });
  for (const chat of [group.id, "Release"]) {
    assertEquals(await desk.ask(chat, "hi"), { kind: "refused", why: "nobody" });
  }
  assertEquals((await desk.send("Release", "hi")).kind, "accepted");
});
