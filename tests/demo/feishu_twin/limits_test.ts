import { assertEquals, assertNotEquals } from "@std/assert";
import { array, object } from "../../../lib/base/json.ts";
import { startTwin } from "../../../lib/demo/feishu_twin/twin.ts";
import { type Answer, card, connect, restApi, send } from "./client.ts";
import { IMAGES } from "./images.ts";

const hour = 3_600_000;
const day = 24 * hour;
const text = { text: "hi" };
const markdown = card([{ tag: "markdown", content: "hi" }]);

function idOf(answer: Answer): string {
  assertEquals(answer.code, 0, answer.msg);
  return String(answer.data.message_id);
}

Deno.test("wrong credentials are refused with 10014, HTTP 200", async () => {
  await using twin = await startTwin();
  const url = `${twin.url}/open-apis/auth/v3/tenant_access_token/internal`;
  const ask = async (body: unknown) => {
    const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
    return [response.status, object(await response.json()).code];
  };
  assertEquals(await ask({ app_id: twin.app.id, app_secret: "wrong" }), [200, 10014]);
  assertEquals(await ask({}), [200, 10003]);
  assertEquals(object(twin.requests[0]?.body).app_secret, "…");
});

Deno.test("tokens are needed, end after two hours, and can be revoked", async () => {
  await using twin = await startTwin();
  const response = await fetch(`${twin.url}/open-apis/bot/v3/info`);
  assertEquals(object(await response.json()).code, 99991661);
  const first = await restApi(twin);
  assertEquals((await first("GET", "bot/v3/info")).code, 0);
  twin.clock.advance(2 * hour + 1);
  assertEquals((await first("GET", "bot/v3/info")).code, 99991663);
  const second = await restApi(twin);
  assertEquals((await second("GET", "bot/v3/info")).code, 0);
  twin.faults.revokeToken();
  assertEquals((await second("GET", "bot/v3/info")).code, 99991663);
});

Deno.test("content is checked: JSON, type, size, receiver", async () => {
  await using twin = await startTwin({ limits: { perChat: 100 } });
  const api = await restApi(twin);
  const codes = async (type: string, content: unknown, more = {}) => {
    const answer = await send(api, twin, type, content, more);
    return [answer.status, answer.code];
  };
  assertEquals(await codes("text", text, { content: "{" }), [400, 230001]);
  assertEquals(await codes("text", { text: "" }), [400, 230001]);
  assertEquals(await codes("poem", text), [400, 230001]);
  assertEquals(await codes("text", { text: "好".repeat(51_000) }), [200, 0]);
  assertEquals(await codes("text", { text: "好".repeat(51_200) }), [400, 230025]);
  const post = (text: string) => ({ zh_cn: { title: "", content: [[{ tag: "md", text }]] } });
  assertEquals(await codes("post", post("x".repeat(30_000))), [200, 0]);
  assertEquals(await codes("post", post("x".repeat(31_000))), [400, 230025]);
  // In the body, each is three backslashes and itself.
  assertEquals(await codes("post", post('"'.repeat(7_000))), [200, 0]);
  assertEquals(await codes("post", post('"'.repeat(8_000))), [400, 230025]);
  assertEquals(await codes("post", { zh_cn: { content: [[{ tag: "table" }]] } }), [400, 230001]);
  const long = card([{ tag: "markdown", content: "x".repeat(31_000) }]);
  assertEquals(await codes("interactive", long), [400, 230025]);
  assertEquals(await codes("interactive", { schema: "1.0" }), [400, 230099]);
  assertEquals(await codes("text", text, { receive_id: "oc_nobody" }), [400, 230034]);
  assertEquals(await codes("file", { file_key: "file_other" }), [400, 230017]);
});

Deno.test("the same uuid sends one message within an hour", async () => {
  await using twin = await startTwin();
  const api = await restApi(twin);
  const first = idOf(await send(api, twin, "text", text, { uuid: "u1" }));
  assertEquals(idOf(await send(api, twin, "text", { text: "again" }, { uuid: "u1" })), first);
  twin.clock.advance(hour + 1);
  assertNotEquals(idOf(await send(api, twin, "text", text, { uuid: "u1" })), first);
  assertEquals(twin.messages().length, 2);
});

Deno.test("a message can be edited 20 times", async () => {
  await using twin = await startTwin({ limits: { perMessage: 100 } });
  const api = await restApi(twin);
  const id = idOf(await send(api, twin, "text", text));
  const edit = () =>
    api("PUT", `im/v1/messages/${id}`, { msg_type: "text", content: JSON.stringify(text) });
  for (let count = 0; count < 20; count++) assertEquals((await edit()).code, 0);
  assertEquals((await edit()).code, 230072);
  assertEquals(twin.message(id).edits.length, 20);
});

Deno.test("only own, living messages of the right kind can be changed, cards for 14 days", async () => {
  await using twin = await startTwin();
  const api = await restApi(twin);
  const content = JSON.stringify(markdown);
  const patch = async (id: string) =>
    (await api("PATCH", `im/v1/messages/${id}`, { content })).code;
  const put = async (id: string) =>
    (await api("PUT", `im/v1/messages/${id}`, { msg_type: "text", content: '{"text":"x"}' })).code;
  const words = idOf(await send(api, twin, "text", text));
  const shown = idOf(await send(api, twin, "interactive", markdown));
  assertEquals([await patch(shown), await patch(words), await put(shown)], [0, 230001, 230001]);
  assertEquals(await patch("om_nothing"), 231003);
  assertEquals(await put(twin.say({ text: "mine" })), 230012);
  twin.clock.advance(14 * day + 1000);
  const later = await restApi(twin);
  assertEquals((await later("PATCH", `im/v1/messages/${shown}`, { content })).code, 230031);
  const fresh = idOf(await send(later, twin, "interactive", markdown));
  twin.recall(fresh);
  assertEquals((await later("PATCH", `im/v1/messages/${fresh}`, { content })).code, 230011);
});

Deno.test("five edits of a message and five sends to a chat go through in a second", async () => {
  await using twin = await startTwin();
  const api = await restApi(twin);
  const id = idOf(await send(api, twin, "interactive", markdown));
  const content = JSON.stringify(markdown);
  const patch = async () => (await api("PATCH", `im/v1/messages/${id}`, { content })).code;
  assertEquals(await Promise.all(Array.from({ length: 6 }, patch)), [0, 0, 0, 0, 0, 230020]);
  const sends = Array.from({ length: 5 }, async () => (await send(api, twin, "text", text)).code);
  assertEquals(await Promise.all(sends), [0, 0, 0, 0, 230020]);
  twin.clock.advance(1000);
  assertEquals([await patch(), (await send(api, twin, "text", text)).code], [0, 0]);
});

/** Makes as many calls, and gives those that were refused. */
async function refusals(count: number, call: (n: number) => Promise<Answer>): Promise<Answer[]> {
  const answers = await Promise.all(Array.from({ length: count }, (_, n) => call(n)));
  return answers.filter(({ code }) => code !== 0);
}

Deno.test("the 51st call of an API in a second is refused with HTTP 429 and a time to wait", async () => {
  await using twin = await startTwin();
  const api = await restApi(twin);
  const [one, other] = [twin.say({ text: "x" }), twin.say({ text: "y" })];
  // Ids and queries make no other API.
  const refused = await refusals(
    51,
    (n) => api("GET", `im/v1/messages/${n % 2 ? one : other}?n=${n}`),
  );
  assertEquals(refused.map(({ status, code }) => [status, code]), [[429, 99991400]]);
  assertEquals(refused[0]?.headers.get("x-ogw-ratelimit-reset"), "1");
  // Another API has its own.
  assertEquals(await refusals(50, () => api("GET", "bot/v3/info")), []);
});

Deno.test("an API takes 1000 calls a minute", async () => {
  await using twin = await startTwin({ limits: { perApiAndMinute: 30 } });
  const api = await restApi(twin);
  const ask = () => api("GET", "bot/v3/info");
  assertEquals(await refusals(20, ask), []);
  twin.clock.advance(20_000);
  const refused = await refusals(11, ask);
  assertEquals(refused.map(({ code }) => code), [99991400]);
  assertEquals(refused[0]?.headers.get("x-ogw-ratelimit-reset"), "40");
  twin.clock.advance(40_001);
  assertEquals(await refusals(20, ask), []);
});

Deno.test("a clicked card is locked until its answer and a little longer", async () => {
  await using twin = await startTwin({ cardkit: true, limits: { perMessage: 100 } });
  const api = await restApi(twin);
  const answer = Promise.withResolvers<unknown>();
  using _ = await connect(twin, { "card.action.trigger": () => answer.promise });
  const id = idOf(await send(api, twin, "interactive", markdown));
  const content = JSON.stringify(markdown);
  const { data } = await api("POST", "cardkit/v1/cards", { type: "card_json", data: content });
  const entity = `cardkit/v1/cards/${data.card_id}`;
  const entityId = idOf(await send(api, twin, "interactive", { type: "card", data }));
  const other = idOf(await send(api, twin, "interactive", markdown));
  let sequence = 0;
  const patch = (which = id) => api("PATCH", `im/v1/messages/${which}`, { content });
  const change = () => {
    const card = { type: "card_json", data: content };
    return api("PUT", entity, { card, sequence: ++sequence });
  };
  const codes =
    async () => [(await patch()).code, (await change()).code, (await patch(other)).code];
  assertEquals(await codes(), [0, 0, 0]);
  twin.faults.holdLocks(60_000);
  const clicks = [id, entityId].map((messageId) => twin.click({ messageId, value: { a: 1 } }));
  assertEquals(await codes(), [230099, 200810, 0]);
  assertEquals(
    (await patch()).msg,
    "Failed to create card content, ext=ErrCode: 11310; ErrMsg: card action is lock; ErrorValue: ; ",
  );
  answer.resolve({ toast: { type: "info", content: "ok" } });
  assertEquals((await Promise.all(clicks)).map(({ code }) => code), [200, 200]);
  assertEquals(await codes(), [230099, 200810, 0]);
  twin.clock.advance(60_000);
  assertEquals(await codes(), [0, 0, 0]);
});

Deno.test("what gets through to a locked card is taken back when the click is answered", async () => {
  await using twin = await startTwin();
  const api = await restApi(twin);
  const answer = Promise.withResolvers<unknown>();
  using _ = await connect(twin, { "card.action.trigger": () => answer.promise });
  const id = idOf(await send(api, twin, "interactive", markdown));
  twin.faults.leakLocks();
  const click = twin.click({ messageId: id, value: { a: 1 } });
  const content = JSON.stringify(card([{ tag: "markdown", content: "decided" }]));
  assertEquals((await api("PATCH", `im/v1/messages/${id}`, { content })).code, 0);
  assertEquals(twin.plain(twin.message(id)), "decided");
  answer.resolve({});
  await click;
  assertEquals(twin.plain(twin.message(id)), "hi");
});

Deno.test("images are refused by size, format and pixels, files by size", async () => {
  await using twin = await startTwin({ limits: { perApi: 1_000 } });
  const api = await restApi(twin);
  const upload = async (bytes: Uint8Array, type = "image") => {
    const form = new FormData();
    form.set(`${type}_type`, type === "image" ? "message" : "stream");
    form.set("file_name", "a");
    form.set(type, new Blob([Uint8Array.from(bytes)]));
    return (await api("POST", `im/v1/${type}s`, form)).code;
  };
  const mb = (count: number) => new Uint8Array(count * 1024 * 1024 + 1);
  assertEquals([await upload(new Uint8Array()), await upload(mb(10))], [234010, 234006]);
  assertEquals([await upload(Uint8Array.of(1, 2, 3))], [234011]);
  assertEquals(await upload(new Uint8Array(), "file"), 234010);
  assertEquals(await upload(mb(30), "file"), 234006);
  for (const [format, make] of Object.entries(IMAGES)) {
    const max = format === "gif" ? 2_000 : 12_000;
    for (const [width, height] of [[1, 1], [max, 1], [3, max]] as const) {
      assertEquals(await upload(make(width, height)), 0, `${format} ${width} × ${height}`);
    }
    assertEquals(await upload(make(max + 1, 7)), 234039, format);
    assertEquals(await upload(make(7, max + 1)), 234039, format);
    for (let length = 0; length < 20; length++) {
      assertNotEquals(await upload(make(1, 1).slice(0, length)), undefined, `${format} ${length}`);
    }
  }
});

Deno.test("topics: replies stay in them, and the chat's history shows only their beginning", async () => {
  await using twin = await startTwin();
  const api = await restApi(twin);
  const group = twin.addGroup({ mode: "topic" });
  const id = twin.say({ text: "new topic", chat: group.id, mentionBot: true });
  const { threadId } = twin.message(id);
  const reply = await api("POST", `im/v1/messages/${id}/reply`, {
    msg_type: "text",
    content: '{"text":"answer"}',
  });
  assertEquals(reply.data.thread_id, threadId);
  const history = async (type: string, id: string | undefined) => {
    const query = `container_id_type=${type}&container_id=${id}`;
    const answer = await api("GET", `im/v1/messages?${query}`);
    return array(answer.data.items).map((item) => object(item).message_id);
  };
  assertEquals(await history("chat", group.id), [id]);
  assertEquals(await history("thread", threadId), [id, reply.data.message_id]);
  const chat = await api("GET", `im/v1/chats/${group.id}`);
  assertEquals([chat.data.chat_mode, chat.data.group_message_type], ["topic", "thread"]);
});

Deno.test("reactions know only Feishu's names", async () => {
  await using twin = await startTwin();
  const api = await restApi(twin);
  const path = `im/v1/messages/${twin.say({ text: "x" })}/reactions`;
  const react = async (emoji_type: string) =>
    (await api("POST", path, { reaction_type: { emoji_type } })).code;
  assertEquals([await react("DONE"), await react("DONE_TICK")], [0, 231001]);
});

Deno.test("what the app may not do is refused with 99991672, what does not exist with 404", async () => {
  await using twin = await startTwin();
  const api = await restApi(twin);
  assertEquals((await api("POST", "cardkit/v1/cards", {})).code, 99991672);
  const response = await fetch(`${twin.url}/open-apis/no/such`, { method: "POST" });
  assertEquals([response.status, await response.text()], [404, "404 page not found"]);
});
