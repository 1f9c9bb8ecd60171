import { assert, assertEquals } from "@std/assert";
import { Router } from "../../lib/bridge/router.ts";
import { startTwin } from "../../lib/demo/feishu_twin/twin.ts";
import { startRouter } from "./start_router.ts";
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

Deno.test("a key in a message is hidden in the log, wherever the line of the log ends in it", async () => {
  await using twin = await startTwin();
  await using bridge = await startRouter(twin);
  const key = `ghp_${"a1B2c3D4e5F6".repeat(3)}`;
  for (const before of [0, 150, 165, 180, 195, 199]) {
    // A command answers without the agent.
    await bridge.receive(twin.say({ text: `/help ${"x".repeat(before)} ${key}` }));
  }
  const lines = bridge.log.lines.filter((line) => line.includes("recv from"));
  assertEquals(lines.length, 6);
  for (const line of lines) assert(!line.includes("ghp_a1"), line);
});
