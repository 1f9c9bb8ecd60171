/** A chat is on top of the list of whose answer the agent waits for. */
import { assertEquals } from "@std/assert";
import { ChatsOnTop } from "../../../lib/bridge/offers/chats_on_top.ts";
import { startTwin, type Twin } from "../../../lib/demo/feishu_twin/twin.ts";
import { newRow } from "../../../lib/model/ledger.ts";
import type { Store } from "../../../lib/store/store.ts";
import { startBridge } from "../start_services.ts";

type Bridge = Awaited<ReturnType<typeof startBridge>>;

/** Stores a question of the agent to the first user in a place. */
async function ask({ store, services: { chat } }: Bridge, twin: Twin, id: string, topic?: string) {
  const { id: chatId } = twin.chat;
  const key = topic === undefined ? chatId : `${chatId}/${topic}`;
  const view = { status: "waiting", text: id } as const;
  const memo = { block: "{}", sender: twin.user.openId, round: 0 };
  await store.commit({
    conversation: { key, chatId, chatType: "p2p", directory: "/work" },
    rows: [{ ...newRow(key, chat.slot({ chatId }), view, id), keep: true, memo }],
  });
  return () => close(store, key, id);
}

async function close(store: Store, conversation: string, id: string): Promise<void> {
  const view = { status: "closed", text: "answered" } as const;
  await store.commit({
    rowChanges: [{
      conversation,
      id,
      change: (row) => row && { ...row, view, keep: false, shown: false },
    }],
  });
}

const isOnTop = (twin: Twin) => twin.extras.isOnTop(twin.chat.id, twin.user.openId);

Deno.test("a chat is on top from the delivery of a question until it is answered, in each of its topics", async () => {
  await using twin = await startTwin({ extras: true });
  await using bridge = await startBridge(twin);
  const onTop = new ChatsOnTop({ ...bridge.services, onTopAfterMs: 20 });
  await onTop.begin();
  const answer = await ask(bridge, twin, "ask-1");
  await twin.until(() => isOnTop(twin));
  const other = await ask(bridge, twin, "ask-2", "omt_1");
  while ((await bridge.store.temporary.allOnTop()).length < 2) {
    await new Promise((done) => setTimeout(done, 5));
  }
  await answer();
  await twin.until(() => twin.botMessages()[0]?.edits.length === 1);
  await onTop.settled();
  assertEquals(isOnTop(twin), true);
  await other();
  await twin.until(() => !isOnTop(twin));
  await onTop.settled();
  assertEquals(await bridge.store.temporary.allOnTop(), []);
  const calls = twin.requests.filter(({ path }) => path.includes("feed_cards"));
  assertEquals(calls.length, 2);
  bridge.stop();
});

Deno.test("a question that is answered soon puts nothing on top, and one behind it does", async () => {
  await using twin = await startTwin({ extras: true });
  await using bridge = await startBridge(twin);
  const onTop = new ChatsOnTop({ ...bridge.services, onTopAfterMs: 1_000 });
  await onTop.begin();
  const answer = await ask(bridge, twin, "ask-1");
  await twin.until(() => twin.botMessages().length === 1);
  await answer();
  await twin.until(() => twin.botMessages()[0]?.edits.length === 1);
  await onTop.settled();
  const calls = () => twin.requests.filter(({ path }) => path.includes("feed_cards")).length;
  assertEquals(calls(), 0);
  await ask(bridge, twin, "ask-2");
  await twin.until(() => isOnTop(twin));
  assertEquals(calls(), 1);
  bridge.stop();
});

Deno.test("a question that a crash left stays on top; one that was answered meanwhile does not", async () => {
  await using twin = await startTwin({ extras: true });
  await using bridge = await startBridge(twin);
  const before = new ChatsOnTop({ ...bridge.services, onTopAfterMs: 20 });
  await before.begin();
  const answer = await ask(bridge, twin, "ask-1");
  await twin.until(() => isOnTop(twin));
  await before.settled();
  bridge.store.watchChanges(() => {});
  const again = new ChatsOnTop({ ...bridge.services, onTopAfterMs: 20 });
  await again.begin();
  await again.settled();
  assertEquals(isOnTop(twin), true);
  bridge.store.watchChanges(() => {});
  await answer();
  const last = new ChatsOnTop({ ...bridge.services, onTopAfterMs: 20 });
  await last.begin();
  await twin.until(() => !isOnTop(twin));
  await last.settled();
  assertEquals(await bridge.store.temporary.allOnTop(), []);
  bridge.stop();
});

Deno.test("without the scope nothing is remembered, and late messages put nothing on top", async () => {
  await using twin = await startTwin();
  await using bridge = await startBridge(twin);
  const onTop = new ChatsOnTop({ ...bridge.services, onTopAfterMs: 20 });
  await onTop.begin();
  const { id: chatId } = twin.chat;
  const late = newRow(
    chatId,
    bridge.services.chat.slot({ chatId }),
    { status: "waiting" },
    "late-1",
  );
  await bridge.store.commit({ rows: [{ ...late, keep: true }] });
  await twin.until(() => twin.botMessages().length === 1);
  await ask(bridge, twin, "ask-1");
  const calls = () => twin.requests.filter(({ path }) => path.includes("feed_cards"));
  await twin.until(() => calls().length === 1 && calls()[0]?.code === 99991672);
  await onTop.settled();
  assertEquals(await bridge.store.temporary.allOnTop(), []);
  bridge.stop();
});
