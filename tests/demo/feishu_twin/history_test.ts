import { assertEquals } from "@std/assert";
import { array, object } from "../../../lib/base/json.ts";
import { startTwin } from "../../../lib/demo/feishu_twin/twin.ts";
import { restApi } from "./client.ts";

Deno.test("a chat's history has only the first messages of topics, and a topic's takes no times", async () => {
  await using twin = await startTwin();
  const api = await restApi(twin);
  const chat = twin.addGroup({ mode: "topic" }).id;
  const root = twin.say({ text: "root", chat });
  const reply = twin.say({ text: "reply", replyTo: root });
  const { threadId } = twin.message(root);
  const read = async (query: string) => {
    const { code, data } = await api("GET", `im/v1/messages?${query}`);
    return [code, array(data.items).map((item) => object(item).message_id)];
  };
  assertEquals(await read(`container_id_type=chat&container_id=${chat}`), [0, [root]]);
  const topic = `container_id_type=thread&container_id=${threadId}`;
  assertEquals(await read(topic), [0, [root, reply]]);
  assertEquals(await read(`${topic}&start_time=1`), [230001, []]);
});

Deno.test("a page token is good for its order only, also when messages come in between", async () => {
  await using twin = await startTwin();
  const api = await restApi(twin);
  const ids = ["a", "b", "c"].map((text) => twin.say({ text }));
  const chat = `container_id_type=chat&container_id=${twin.chat.id}&page_size=2`;
  const read = (more: string) => api("GET", `im/v1/messages?${chat}&${more}`);
  const first = (await read("sort_type=ByCreateTimeDesc")).data;
  const idsOf = (items: unknown) => array(items).map((item) => object(item).message_id);
  assertEquals(idsOf(first.items), [ids[2], ids[1]]);
  const token = encodeURIComponent(String(first.page_token));
  twin.say({ text: "d" });
  assertEquals((await read(`page_token=${token}`)).code, 230001);
  assertEquals((await read(`page_token=x`)).code, 230001);
  const { has_more, items } = (await read(`sort_type=ByCreateTimeDesc&page_token=${token}`)).data;
  assertEquals([has_more, idsOf(items)], [false, [ids[0]]]);
});

Deno.test("a recalled message is in the history without its content", async () => {
  await using twin = await startTwin();
  const api = await restApi(twin);
  const id = twin.say({ text: "secret" });
  twin.recall(id);
  const { data } = await api(
    "GET",
    `im/v1/messages?container_id_type=chat&container_id=${twin.chat.id}`,
  );
  const [item] = array(data.items).map(object);
  assertEquals([item?.message_id, item?.deleted, item?.body], [id, true, undefined]);
});
