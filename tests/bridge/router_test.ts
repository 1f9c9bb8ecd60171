import { assertEquals } from "@std/assert";
import { Router } from "../../lib/bridge/router.ts";
import { startTwin } from "../../lib/demo/feishu_twin/twin.ts";
import { openStore } from "../../lib/store/open_store.ts";
import { feishuApi, memoryLog, messenger, tempDir } from "../helpers.ts";
import { fakeOpencode } from "../opencode/fake_opencode.ts";
import { newOutbox, startServices } from "./start_services.ts";

Deno.test("what lay in the inbox over a crash and was recalled meanwhile is not run", async () => {
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
  stopping.abort(new Error("the test is over"));
  await router.settled();
  await outbox.settled();
});
