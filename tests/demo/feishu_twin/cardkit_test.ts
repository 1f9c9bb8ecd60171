import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { object } from "../../../lib/base/json.ts";
import { startTwin, type Twin } from "../../../lib/demo/feishu_twin/twin.ts";
import { type Api, card, connect, restApi, send } from "./client.ts";

const minute = 60_000;
const data = (words: string) =>
  JSON.stringify(card([{ tag: "markdown", element_id: "answer", content: words }]));
const scopes = { cardkit: true };

/** A card that is shown in the first chat, and calls that change it with a rising sequence. */
async function shownCard(twin: Twin, api: Api) {
  const made = await api("POST", "cardkit/v1/cards", { type: "card_json", data: data("a") });
  const id = String(made.data.card_id);
  const message = await send(api, twin, "interactive", { type: "card", data: { card_id: id } });
  let sequence = 0;
  const change = async (method: string, path: string, body: object, more = {}) => {
    sequence++;
    return (await api(method, `cardkit/v1/cards/${id}${path}`, { sequence, ...body, ...more }))
      .code;
  };
  return {
    id,
    messageId: String(message.data.message_id),
    write: (content: string, more = {}) =>
      change("PUT", "/elements/answer/content", { content }, more),
    writeTo: (element: string) => change("PUT", `/elements/${element}/content`, { content: "x" }),
    stream: (streaming_mode: boolean) =>
      change("PATCH", "/settings", { settings: JSON.stringify({ config: { streaming_mode } }) }),
    settings: (settings: unknown) =>
      change("PATCH", "/settings", { settings: JSON.stringify(settings) }),
    replace: (text: string) => change("PUT", "", { card: { type: "card_json", data: text } }),
  };
}

Deno.test("CardKit is refused with 99991672 until the app has its scope", async () => {
  await using twin = await startTwin();
  const api = await restApi(twin);
  const make = () => api("POST", "cardkit/v1/cards", { type: "card_json", data: data("a") });
  assertEquals((await make()).code, 99991672);
  twin.faults.grant("cardkit:card:write", true);
  assertEquals((await make()).code, 0);
});

Deno.test("a card entity is sent once, streamed to, and seen like a patched card", async () => {
  await using twin = await startTwin(scopes);
  const api = await restApi(twin);
  const { id, messageId, ...one } = await shownCard(twin, api);
  const seen = () => twin.plain(twin.message(messageId));
  assertEquals([await one.write("ab"), seen()], [300309, "a"]);
  assertEquals([await one.stream(true), await one.write("ab"), seen()], [0, 0, "ab"]);
  assertEquals([await one.replace(data("b")), seen()], [0, "b"]);
  assertEquals(await one.write("bc"), 300309);
  for (const card_id of [id, "nobody", undefined]) {
    const again = await send(api, twin, "interactive", { type: "card", data: { card_id } });
    assertEquals(again.code, 230099);
    assertMatch(again.msg, /ErrCode: 11310;.*cardid is invalid/);
  }
  assertMatch((await send(api, twin, "interactive", { card_id: id })).msg, /ErrCode: 200621/);
  assertEquals(twin.message(messageId).edits.length, 3);
});

Deno.test("a card entity is sent once however often its send is repeated with one uuid", async () => {
  await using twin = await startTwin(scopes);
  const api = await restApi(twin);
  const made = await api("POST", "cardkit/v1/cards", { type: "card_json", data: data("a") });
  const content = { type: "card", data: made.data };
  const ids = [];
  for (let i = 0; i < 2; i++) {
    ids.push((await send(api, twin, "interactive", content, { uuid: "u" })).data.message_id);
  }
  assertEquals([ids[0] === ids[1], twin.botMessages().length], [true, 1]);
});

Deno.test("a message that was sent as a card does not become an entity", async () => {
  await using twin = await startTwin(scopes);
  const api = await restApi(twin);
  const sent = await send(api, twin, "interactive", JSON.parse(data("a")));
  const { message_id } = sent.data;
  // What does not exist is answered with a page.
  await assertRejects(() => api("POST", "cardkit/v1/cards/id_convert", { message_id }));
  assertEquals(twin.requests.at(-1)?.status, 404);
});

Deno.test("streaming ends by itself after ten minutes; only switching it on begins them anew", async () => {
  await using twin = await startTwin(scopes);
  const one = await shownCard(twin, await restApi(twin));
  await one.stream(true);
  twin.clock.advance(9 * minute);
  assertEquals(await one.write("b"), 0);
  twin.clock.advance(minute);
  assertEquals([await one.write("c"), await one.write("c")], [200850, 300309]);
  assertEquals([await one.stream(true), await one.write("c")], [0, 0]);
  twin.clock.advance(8 * minute);
  await one.stream(true);
  twin.clock.advance(8 * minute);
  assertEquals(await one.write("d"), 0);
});

Deno.test("the message of an entity is never patched", async () => {
  await using twin = await startTwin(scopes);
  const api = await restApi(twin);
  const one = await shownCard(twin, api);
  for (const streaming of [true, false]) {
    await one.stream(streaming);
    const content = data("patched");
    assertEquals((await api("PATCH", `im/v1/messages/${one.messageId}`, { content })).code, 230001);
  }
  assertEquals(twin.plain(twin.message(one.messageId)), "a");
});

Deno.test("characters without width are removed from a text, and are no text", async () => {
  await using twin = await startTwin(scopes);
  const one = await shownCard(twin, await restApi(twin));
  await one.stream(true);
  assertEquals([await one.write("\u200b\u200b"), await one.write("a\u200bb")], [99992402, 0]);
  assertEquals(twin.plain(twin.message(one.messageId)), "ab");
});

Deno.test("the sequence rises, elements exist, and a card has its limits", async () => {
  await using twin = await startTwin(scopes);
  const api = await restApi(twin);
  const one = await shownCard(twin, api);
  await one.stream(true);
  assertEquals(await one.write("b", { sequence: 1 }), 300317);
  assertEquals(await one.write("b", { sequence: 2 ** 31 }), 10002);
  assertEquals(await one.write(""), 10002);
  assertEquals(await one.writeTo("nobody"), 300313);
  assertEquals(await one.write("x".repeat(31_000)), 200860);
  assertEquals(await one.replace('{"schema":"1.0"}'), 200621);
  assertEquals(await one.replace(data(Array(6).fill("|a|\n|-|\n|b|").join("\n\n"))), 300305);
  twin.clock.advance(1000);
  const codes = [];
  for (let i = 0; i < 11; i++) codes.push(await one.write(`${i}`));
  assertEquals([codes.slice(0, 10).every((code) => code === 0), codes[10]], [true, 99991400]);
  twin.clock.advance(14 * 24 * 60 * minute + 1000);
  const later = await restApi(twin);
  const body = { sequence: 1000, settings: "{}" };
  assertEquals((await later("PATCH", `cardkit/v1/cards/${one.id}/settings`, body)).code, 200750);
  assertEquals((await later("PATCH", "cardkit/v1/cards/1/settings", body)).code, 200740);
  assertEquals(object(twin.requests.at(-1)).code, 200740);
});

Deno.test("settings without a configuration are taken, and change nothing", async () => {
  await using twin = await startTwin(scopes);
  const one = await shownCard(twin, await restApi(twin));
  await one.stream(true);
  assertEquals([await one.settings({ streaming_mode: false }), await one.write("b")], [0, 0]);
  for (const settings of [[], "x", 1, null]) assertEquals(await one.settings(settings), 10002);
});

Deno.test("a change with the uuid of an earlier one is refused", async () => {
  await using twin = await startTwin(scopes);
  const one = await shownCard(twin, await restApi(twin));
  await one.stream(true);
  assertEquals(await one.write("b", { uuid: "u" }), 0);
  assertEquals(await one.write("c", { uuid: "u" }), 200770);
  assertEquals(await one.write("c", { uuid: "u".repeat(65) }), 10002);
  assertEquals(await one.write("d", { uuid: "u".repeat(64) }), 0);
  assertEquals([await one.write("e", { uuid: "" }), await one.write("f", { uuid: "" })], [0, 0]);
});

Deno.test("an entity knows the card that answered a click, and changes that", async () => {
  await using twin = await startTwin(scopes);
  const api = await restApi(twin);
  const answered = card([{ tag: "markdown", element_id: "other", content: "clicked" }]);
  using _ = await connect(twin, {
    "card.action.trigger": () => ({ card: { type: "raw", data: answered } }),
  });
  const one = await shownCard(twin, api);
  const seen = () => twin.plain(twin.message(one.messageId));
  const click = () => twin.click({ messageId: one.messageId, value: { a: 1 } });
  assertEquals([(await click()).error, seen()], [undefined, "clicked"]);
  twin.clock.advance(minute);
  assertEquals([await one.stream(true), seen()], [0, "clicked"]);
  assertEquals([await one.writeTo("answer"), await one.writeTo("other"), seen()], [300313, 0, "x"]);
});

Deno.test("the card that answers a click on a streaming card is not shown", async () => {
  await using twin = await startTwin(scopes);
  using _ = await connect(twin, {
    "card.action.trigger": () => ({ card: { type: "raw", data: JSON.parse(data("clicked")) } }),
  });
  const one = await shownCard(twin, await restApi(twin));
  await one.stream(true);
  const click = () => twin.click({ messageId: one.messageId, value: { a: 1 } });
  assertEquals((await click()).error, 200810);
  assertEquals(twin.plain(twin.message(one.messageId)), "a");
  twin.clock.advance(10 * minute);
  assertEquals([(await click()).error, twin.plain(twin.message(one.messageId))], [
    undefined,
    "clicked",
  ]);
});

Deno.test("what gets through to the locked card of an entity is taken back from the entity too", async () => {
  await using twin = await startTwin(scopes);
  const answer = Promise.withResolvers<unknown>();
  using _ = await connect(twin, { "card.action.trigger": () => answer.promise });
  const one = await shownCard(twin, await restApi(twin));
  twin.faults.leakLocks();
  const click = twin.click({ messageId: one.messageId, value: { a: 1 } });
  assertEquals(await one.replace(data("decided")), 0);
  answer.resolve({});
  await click;
  twin.clock.advance(minute);
  assertEquals([await one.stream(true), twin.plain(twin.message(one.messageId))], [0, "a"]);
});
