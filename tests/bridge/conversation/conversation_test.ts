import { assertEquals } from "@std/assert";
import { Conversation } from "../../../lib/bridge/conversation/conversation.ts";
import { startTwin } from "../../../lib/demo/feishu_twin/twin.ts";
import { startBridge } from "../start_services.ts";

Deno.test("a chat that only got a command's answer is stored, so that it is caught up with later", async () => {
  await using twin = await startTwin();
  await using bridge = await startBridge(twin);
  const { services, store } = bridge;
  const place = { chatId: twin.chat.id, chatType: "p2p" } as const;
  const conversation = new Conversation(
    { ...place, key: place.chatId, directory: "/tmp" },
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
  bridge.stop();
  await conversation.settled();
});
