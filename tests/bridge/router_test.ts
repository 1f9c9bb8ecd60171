import { assertEquals } from "@std/assert";
import { Router } from "../../lib/bridge/router.ts";
import { startTwin } from "../../lib/demo/feishu_twin/twin.ts";
import { startBridge } from "./start_services.ts";

Deno.test("what lay in the inbox over a crash and was recalled meanwhile is not run", async () => {
  await using twin = await startTwin();
  await using bridge = await startBridge(twin);
  const { services, store } = bridge;
  const router = new Router({ ...services, wasAway: () => false });
  const ids = ["/status", "/help"].map((text) => twin.say({ text }));
  for (const [i, messageId] of ids.entries()) {
    await store.accept({
      ...{ messageId, chatId: twin.chat.id, chatType: "p2p", sender: twin.user.openId },
      ...{
        createdAt: Date.now(),
        receivedAt: i,
        type: "text",
        text: ["/status", "/help"][i] ?? "",
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
