import { assertEquals } from "@std/assert";
import { Conversation } from "../../lib/bridge/conversation.ts";
import { startTwin } from "../../lib/demo/feishu_twin/twin.ts";
import { openStore } from "../../lib/store/open_store.ts";
import { feishuApi, memoryLog, messenger, tempDir } from "../helpers.ts";
import { fakeOpencode } from "../opencode/fake_opencode.ts";
import { newOutbox, startServices } from "./start_services.ts";

Deno.test("a chat that only got a command's answer is stored, so that it is caught up with later", async () => {
  await using twin = await startTwin();
  await using dir = await tempDir();
  await using opencode = fakeOpencode({ "GET /command": () => [] });
  const { store } = await openStore(dir.path);
  await using _store = store;
  const stopping = new AbortController();
  const { signal } = stopping;
  const log = memoryLog();
  const options = { log, mode: "card", throttleMs: 1, stream: "patch", signal } as const;
  const chat = messenger(feishuApi(twin, log), store, options);
  const outbox = newOutbox({ chat, store, log, signal });
  const agent = opencode.opencode;
  const services = startServices({ chat, store, outbox, log, signal, agent, dir });
  const place = { chatId: twin.chat.id, chatType: "p2p" } as const;
  const conversation = new Conversation(
    { ...place, key: place.chatId, directory: "/work" },
    services,
  );
  const message = {
    ...place,
    messageId: "om_1",
    sender: "ou_owner",
    createdAt: Date.now(),
    receivedAt: Date.now(),
    type: "text",
    text: "/help",
    mentionsBot: false,
    attachments: [],
  };
  await store.accept(message, 60_000);
  await conversation.receive(message);
  await twin.until(() => twin.botMessages().length === 1);
  assertEquals((await store.conversations()).map(({ key }) => key), [place.chatId]);
  assertEquals(await store.inbox(), []);
  stopping.abort(new Error("the test is over"));
  await conversation.settled();
  await outbox.settled();
});
