import { assertEquals } from "@std/assert";
import { array, object } from "../../../lib/base/json.ts";
import { startTwin, type Twin } from "../../../lib/demo/feishu_twin/twin.ts";
import { type Api, connect, restApi, send } from "./client.ts";

const CARD = {
  schema: "2.0",
  config: { update_multi: true },
  header: { title: { tag: "plain_text", content: "Title" } },
  body: { elements: [{ tag: "markdown", content: "words" }] },
};
const OLD_CARD = {
  config: { update_multi: true },
  header: { title: { tag: "plain_text", content: "Old" } },
  elements: [{ tag: "div", text: { tag: "lark_md", content: "words" } }],
};

/** The items of a message, with their contents parsed where they are JSON. */
async function read(api: Api, id: string, query = "") {
  const { code, data } = await api("GET", `im/v1/messages/${id}${query}`);
  return { code, items: array(data.items).map(object) };
}
const contentOf = (item: unknown) => String(object(object(item).body).content);
const hidden = { elements: [[{ tag: "text", text: "请升级至最新版本客户端，以查看内容" }]] };

Deno.test("a card is read whole only when it is asked for, and comes degraded in events", async () => {
  await using twin = await startTwin();
  const api = await restApi(twin);
  const sent = await send(api, twin, "interactive", CARD);
  const id = String(sent.data.message_id);
  const [plain] = (await read(api, id)).items;
  assertEquals(JSON.parse(contentOf(plain)), { title: "Title", ...hidden });
  const asked = "card_msg_content_type=user_card_content";
  const [whole] = (await read(api, id, `?${asked}`)).items;
  assertEquals(JSON.parse(JSON.parse(contentOf(whole)).user_dsl), CARD);
  const list = `im/v1/messages?container_id_type=chat&container_id=${twin.chat.id}&${asked}`;
  assertEquals(contentOf(array((await api("GET", list)).data.items)[0]), contentOf(whole));
  const [forwarded] = (await read(api, twin.forward([id]))).items;
  assertEquals(contentOf(forwarded), contentOf(plain));
  const old = twin.sendRaw({ type: "interactive", content: OLD_CARD });
  assertEquals(JSON.parse(contentOf((await read(api, old)).items[0])), {
    title: "Old",
    elements: [[{ tag: "text", text: "words" }]],
  });
});

/** Somebody's file in a message. */
function sendFile(twin: Twin): { key: string; id: string } {
  const key = twin.upload("file", "a.txt", Uint8Array.of(7), "text/plain");
  return {
    key,
    id: twin.sendRaw({ type: "file", content: { file_key: key, file_name: "a.txt" } }),
  };
}

Deno.test("a forwarded chat lists its messages, nested ones too, each with the one above it", async () => {
  await using twin = await startTwin();
  const api = await restApi(twin);
  const { key, id: file } = sendFile(twin);
  const inner = twin.forward([twin.say({ text: "one" }), file]);
  const outer = twin.forward([inner, twin.say({ text: "two" })]);
  const { items } = await read(api, outer);
  assertEquals(items.map(({ msg_type }) => msg_type), [
    ...["merge_forward", "merge_forward", "text", "file", "text"],
  ]);
  const [whole, nested, one, kept, two] = items.map(({ message_id }) => String(message_id));
  assertEquals(
    items.map(({ upper_message_id: upper }) => upper),
    [undefined, whole, nested, nested, whole],
  );
  assertEquals(contentOf(items[0]), "Merged and Forwarded Message");
  assertEquals(new Set([outer, inner, file, one, kept, two]).size, 6);
  const load = async (message: string | undefined) => {
    const answer = await api("GET", `im/v1/messages/${message}/resources/${key}?type=file`)
      .catch(() => undefined);
    return answer?.code;
  };
  assertEquals([await load(kept), await load(nested)], [234043, 234043]);
  assertEquals(await load(two), 234043);
});

Deno.test("a recalled message is read without its content, and comes without it in a later event", async () => {
  await using twin = await startTwin();
  const api = await restApi(twin);
  const events: unknown[] = [];
  using _ = await connect(twin, { "im.message.receive_v1": (data) => void events.push(data) });
  const id = twin.say({ text: "never mind" });
  await twin.until(() => events.length === 1);
  twin.recall(id);
  const [item] = (await read(api, id)).items;
  assertEquals([item?.deleted, item?.body], [true, undefined]);
  const list = `im/v1/messages?container_id_type=chat&container_id=${twin.chat.id}`;
  const [listed] = array((await api("GET", list)).data.items).map(object);
  assertEquals([listed?.deleted, listed?.body], [true, undefined]);
  twin.redeliver(id);
  await twin.until(() => events.length === 2);
  const contents = events.map((event) => object(object(event).message).content);
  assertEquals(contents, ['{"text":"never mind"}', ""]);
});

Deno.test("reading needs a scope, and in groups one more", async () => {
  await using twin = await startTwin();
  const api = await restApi(twin);
  const chat = twin.addGroup().id;
  const ids = [twin.say({ text: "direct" }), twin.say({ text: "group", chat })];
  const codes = async () => [
    ...await Promise.all(ids.map(async (id) => (await read(api, id)).code)),
    (await api("GET", `im/v1/messages?container_id_type=chat&container_id=${chat}`)).code,
  ];
  assertEquals(await codes(), [0, 0, 0]);
  twin.faults.grant("im:message.group_msg", false);
  assertEquals(await codes(), [0, 230027, 230027]);
  for (const scope of ["im:message", "im:message:readonly"]) twin.faults.grant(scope, false);
  assertEquals(await codes(), [99991672, 99991672, 99991672]);
});
