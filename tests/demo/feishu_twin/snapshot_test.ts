import { assert, assertEquals } from "@std/assert";
import { readSnapshot } from "../../../lib/demo/feishu_twin/snapshot.ts";
import { startTwin } from "../../../lib/demo/feishu_twin/twin.ts";
import { restApi, send } from "./client.ts";

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
