import { assert, assertEquals } from "@std/assert";
import { readSnapshot } from "../../../lib/demo/feishu_twin/snapshot.ts";
import { startTwin } from "../../../lib/demo/feishu_twin/twin.ts";
import { card, restApi, send } from "./client.ts";

Deno.test("a later twin goes on with what an earlier one knew", async () => {
  const first = await startTwin();
  const api = await restApi(first);
  first.addGroup({ name: "Team" });
  const sent = await send(api, first, "text", { text: "kept" }, { uuid: "once" });
  const key = first.upload("image", "dot.png", Uint8Array.of(1, 255), "image/png");
  const snapshot = readSnapshot(first.snapshot());
  await first.close();
  assert(snapshot !== undefined);
  await using second = await startTwin({ snapshot });
  assertEquals(second.chats().map(({ name }) => name), ["Alice", "Team"]);
  assertEquals(second.messages().map((message) => second.plain(message)), ["kept"]);
  assertEquals(second.file(key)?.bytes, Uint8Array.of(1, 255));
  const again = await restApi(second);
  const repeated = await send(again, second, "text", { text: "kept" }, { uuid: "once" });
  assertEquals(repeated.data.message_id, sent.data.message_id);
  assertEquals(readSnapshot("{"), undefined);
});

Deno.test("a card that an earlier twin's message shows can be changed in a later one", async () => {
  const first = await startTwin({ cardkit: true });
  const api = await restApi(first);
  const made = (words: string) =>
    JSON.stringify(card([{ tag: "markdown", element_id: "answer", content: words }]));
  const { data } = await api("POST", "cardkit/v1/cards", { type: "card_json", data: made("a") });
  await send(api, first, "interactive", { type: "card", data });
  const snapshot = readSnapshot(first.snapshot());
  await first.close();
  assert(snapshot !== undefined);
  await using second = await startTwin({ cardkit: true, snapshot });
  const again = await restApi(second);
  const change = { card: { type: "card_json", data: made("b") }, sequence: 1 };
  assertEquals((await again("PUT", `cardkit/v1/cards/${data.card_id}`, change)).code, 0);
  assertEquals(second.botMessages().map((message) => second.plain(message)), ["b"]);
});
