import { assert, assertEquals } from "@std/assert";
import { deadline } from "@std/async";
import { knownSecrets } from "../../lib/base/secrets/known_secrets.ts";
import { Router } from "../../lib/bridge/router.ts";
import { startTwin } from "../../lib/demo/feishu_twin/twin.ts";
import type { Store } from "../../lib/store/store.ts";
import { until } from "../until.ts";
import { startRouter } from "./start_router.ts";
import { startBridge } from "./start_services.ts";

Deno.test("a message that lay in the inbox over a crash and was recalled meanwhile is not run", async () => {
  await using twin = await startTwin();
  await using bridge = await startBridge(twin);
  const { services, store } = bridge;
  const router = new Router({ ...services, wasAway: () => false });
  const texts = ["/lang", "/help"];
  const ids = texts.map((text) => twin.say({ text }));
  for (const [i, messageId] of ids.entries()) {
    await store.accept({
      ...{ messageId, chatId: twin.chat.id, chatType: "p2p", sender: twin.user.openId },
      ...{
        createdAt: Date.now(),
        receivedAt: i,
        type: "text",
        text: texts[i] ?? "",
      },
      ...{ mentionsBot: false, attachments: [] },
    });
  }
  twin.recall(ids[0] ?? "");
  await router.resume();
  await twin.until(() =>
    twin.botMessages().some((message) => /`\/cancel`/.test(twin.plain(message)))
  );
  assertEquals([twin.botMessages().length, await store.inbox()], [1, []]);
  bridge.stop();
  await router.settled();
});

Deno.test("no part of a secret gets into the log, wherever the line is cut", async () => {
  await using twin = await startTwin();
  await using world = await startRouter(twin);
  const { secret } = twin.app;
  knownSecrets.add("app secret", secret);
  const key = "aB3dE5fG7hI9kL1mN3pQ5rS7tU9vW1xY3zA5";
  const texts: [text: string, secret: string][] = [
    [secret, secret],
    [`ghp_${key}`, key],
    [`postgres://u:${key}@db/x`, key],
  ];
  for (const [text, secret] of texts) {
    for (let room = 0; room < secret.length + 20; room += 3) {
      const message = `${"x ".repeat(100).slice(0, 199 - room)} ${text}`;
      await world.receive(twin.say({ text: message }));
      const line = world.log.lines.findLast((line) => line.includes("recv from")) ?? "";
      assert(!line.includes(secret.slice(0, 6)), line);
    }
  }
});

Deno.test("a chat that was to go to another machine goes on where there is only one", async () => {
  await using twin = await startTwin();
  await using world = await startRouter(twin);
  const { id: key } = twin.chat;
  const record = {
    key,
    chatId: key,
    chatType: "p2p",
    directory: "/tmp",
    moving: "server",
  } as const;
  await world.store.commit({ conversation: record });
  await world.receive(twin.say({ text: "begin" }));
  await until(
    "the turn began",
    () => world.requests.some((one) => one.startsWith("POST /session")),
  );
});

/** Lets the conversation of a chat be read from the store only once `read` settles. */
function holdConversation(
  store: Pick<Store, "conversation">,
  key: string,
  read: Promise<undefined>,
) {
  const conversation = store.conversation.bind(store);
  store.conversation = (wanted) => wanted === key ? read : conversation(wanted);
}

Deno.test("a recall is heard while another chat cannot be opened", async () => {
  await using twin = await startTwin();
  await using world = await startRouter(twin);
  const group = twin.addGroup().id;
  const opening = Promise.withResolvers<undefined>();
  holdConversation(world.store, group, opening.promise);
  await world.receive(twin.say({ text: "hello", chat: group }));
  const asked = twin.say({ text: "begin" });
  await world.receive(asked);
  await until(
    "the turn began",
    () => world.requests.some((one) => one.startsWith("POST /session")),
  );
  try {
    await deadline(world.router.recalled(twin.chat.id, asked), 10_000);
    await twin.until(() =>
      twin.message(asked).reactions.some(({ emoji }) => emoji === "CrossMark")
    );
  } finally {
    opening.resolve(undefined);
  }
});

Deno.test("all other work ends, though a chat cannot be opened", async () => {
  await using twin = await startTwin();
  await using bridge = await startBridge(twin);
  const router = new Router({ ...bridge.services, wasAway: () => false });
  const opening = Promise.withResolvers<undefined>();
  holdConversation(bridge.store, "oc_1", opening.promise);
  const opened = router.conversations.get({ chatId: "oc_1", chatType: "group" });
  bridge.stop();
  const settled = router.settled();
  opening.reject(new Error("the disk is gone"));
  await opened.catch(() => {});
  await settled;
});

Deno.test("turns begun elsewhere are looked for, though another chat cannot be opened", async () => {
  await using twin = await startTwin();
  await using bridge = await startBridge(twin);
  const { services, store } = bridge;
  const { agent } = services;
  const looked = Promise.withResolvers<string>();
  agent.prompts = ({ id }) => {
    looked.resolve(id);
    return Promise.resolve([]);
  };
  let onBegun = () => {};
  agent.watch = (listener) => void (onBegun = listener);
  for (const n of [1, 2]) {
    const [key, sessionId] = [`oc_${n}`, `ses_${n}`];
    const shown = {
      ...{ sessionId, sender: twin.user.openId, target: { chatId: key } },
      prompt: { id: "msg_1", created: 0 },
    };
    const record = { key, chatId: key, chatType: "group", directory: "/tmp" } as const;
    await store.commit({ conversation: { ...record, sessionId, shown } });
  }
  const router = new Router({ ...services, wasAway: () => false });
  await router.resume();
  const opening = Promise.withResolvers<undefined>();
  holdConversation(store, "oc_1", opening.promise);
  onBegun();
  assertEquals(await deadline(looked.promise, 10_000), "ses_2");
  opening.reject(new Error("the disk is gone"));
  bridge.stop();
  await router.settled();
});
