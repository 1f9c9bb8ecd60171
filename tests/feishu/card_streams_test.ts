import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ApiError } from "../../lib/base/errors.ts";
import { pause } from "../../lib/base/wakeup.ts";
import { object } from "../../lib/base/json.ts";
import { startTwin, type Twin } from "../../lib/demo/feishu_twin/twin.ts";
import { CardStreams } from "../../lib/feishu/card_streams.ts";
import { render } from "../../lib/feishu/draw/render.ts";
import type { View } from "../../lib/model/view.ts";
import { texts } from "../../lib/texts/texts.ts";
import { restApi } from "../demo/feishu_twin/client.ts";
import { feishuApi, memoryLog } from "../helpers.ts";
import { laterBy, startMessenger } from "./start_messenger.ts";

const en = texts("en");
const minute = 60_000;
const streaming = { stream: "auto" } as const;
const working = (text: string): View => ({ status: "working", text });
/** From here on, the text is typed. */
const begin = [working("a"), working("ab"), working("ab."), working("ab.c")];
const done = (text: string): View => ({ status: "done", text });

const shown = (twin: Twin) => twin.botMessages().map((message) => twin.plain(message));
const isOn = (twin: Twin) =>
  twin.botMessages().some(({ content }) => object(object(content).config).streaming_mode === true);
const calls = (twin: Twin, pattern: RegExp) =>
  twin.requests.filter(({ method, path }) => pattern.test(`${method} ${path}`));
const writes = /PUT .*content$/;
const replacements = /PUT .*cards\/\d*[^/]*$/;
const switches = /PATCH .*settings$/;
const patches = /PATCH .*messages/;

const refused = (twin: Twin) => twin.requests.map(({ code }) => code).filter((code) => code !== 0);

Deno.test("a card's text is typed, its structure replaced, and at its end it stops streaming", async () => {
  await using twin = await startTwin({ cardkit: true });
  const card = startMessenger(twin, streaming).message();
  await card.grow({ status: "working" }, working("One"), working("One two"));
  await card.grow(working("One two three"));
  assert(isOn(twin));
  await card.grow({ ...working("One two three."), todos: [{ text: "x", state: "pending" }] });
  await card.end(done("One two three. Four."));
  assertEquals(shown(twin), [`${en.status.done}\nOne two three. Four.`]);
  assert(!isOn(twin));
  assertEquals([writes, replacements, switches, patches].map((one) => calls(twin, one).length), [
    ...[2, 3, 2, 0],
  ]);
  const sequences = calls(twin, /cardkit.*cards\/(?!id)/).map(({ body }) =>
    Number(object(body).sequence)
  );
  assertEquals(sequences, sequences.toSorted((a, b) => a - b));
  assertEquals(new Set(sequences).size, sequences.length);
  assertEquals(refused(twin), []);
});

Deno.test("streaming is switched on anew before its ten minutes are over", async () => {
  await using twin = await startTwin({ cardkit: true });
  const card = startMessenger(twin, streaming).message();
  await card.grow(...begin);
  for (const [times, text] of [[1, "ab.cd"], [2, "ab.cde"], [3, "ab.cdef"]] as const) {
    using _ = laterBy(times * 9 * minute);
    await card.grow(working(text));
  }
  using _ = laterBy(28 * minute);
  await card.end(done("abcdef"));
  assertEquals(calls(twin, switches).length, 5);
  assertEquals(refused(twin), []);
});

Deno.test("a stream that Feishu has closed is opened again, and nothing is missing", async () => {
  await using twin = await startTwin({ cardkit: true });
  const card = startMessenger(twin, streaming).message();
  await card.grow(...begin);
  twin.clock.advance(11 * minute);
  await card.grow(working("ab.cd"), working("ab.cde"));
  await card.end(done("abcde"));
  assertEquals(refused(twin), [200850]);
  assertEquals(shown(twin), [`${en.status.done}\nabcde`]);
});

Deno.test("a card that rests does not stream", async () => {
  await using twin = await startTwin({ cardkit: true });
  const card = startMessenger(twin, streaming).message();
  await card.grow(...begin);
  assert(isOn(twin));
  await card.show({ status: "interrupted", text: "ab.c" }, "resting");
  assert(!isOn(twin));
  assertEquals(shown(twin), [`${en.status.interrupted}\nab.c`]);
});

Deno.test("auto without the scope asks once in a run, says so once, and patches", async () => {
  await using twin = await startTwin();
  const bridge = startMessenger(twin, streaming);
  for (const text of ["first", "second"]) {
    const card = bridge.message();
    await card.grow({ status: "working", text: "" }, working(`${text} half`));
    await card.end(done(text));
  }
  assertEquals(shown(twin), ["first", "second"].map((text) => `${en.status.done}\n${text}`));
  assertEquals([calls(twin, /cardkit/).length, calls(twin, patches).length], [1, 4]);
  assertEquals(bridge.log.lines.filter((line) => /no CardKit for this app/.test(line)).length, 1);
});

Deno.test("cardkit without the scope warns and patches, and uses it once it is granted", async () => {
  await using twin = await startTwin();
  const bridge = startMessenger(twin, { stream: "cardkit" });
  const first = bridge.message();
  await first.grow({ status: "working", text: "" }, working("half"));
  await first.end(done("first"));
  assertStringIncludes(bridge.log.lines.join("\n"), "BRIDGE_STREAM=cardkit");
  assertStringIncludes(bridge.log.lines.join("\n"), "cardkit:card:read");
  twin.faults.grant("cardkit:card:read", true);
  twin.faults.grant("cardkit:card:write", true);
  const second = bridge.message();
  await second.grow(...begin);
  assert(isOn(twin));
  await second.end(done("second"));
  assertEquals(shown(twin), ["first", "second"].map((text) => `${en.status.done}\n${text}`));
});

Deno.test("a scope that is taken away in the middle costs no answer and no second message", async () => {
  await using twin = await startTwin({ cardkit: true });
  const card = startMessenger(twin, streaming).message();
  await card.grow(...begin);
  twin.faults.grant("cardkit:card:write", false);
  // Until streaming ends by itself, Feishu may refuse to patch the card.
  const error = await assertRejects(() => card.show(done("abc")), ApiError);
  assert(error.retryable);
  twin.clock.advance(11 * minute);
  await card.end(done("abc"));
  assertEquals(shown(twin), [`${en.status.done}\nabc`]);
});

for (const [later, minutes] of [["a second", 1 / 60], ["three hours", 180]] as const) {
  Deno.test(`a crash in the middle, and ${later}: the same card is completed once`, async () => {
    await using twin = await startTwin({ cardkit: true });
    const card = startMessenger(twin, streaming).message();
    await card.grow(...begin, working("abc"));
    assert(isOn(twin));
    using _ = laterBy(minutes * minute);
    await startMessenger(twin, streaming).message(card.slot).end(done("whole"));
    assertEquals([shown(twin), isOn(twin)], [[`${en.status.done}\nwhole`], false]);
    assertEquals(refused(twin), []);
  });
}

Deno.test("a card that streams when the bridge dies goes on in the next run", async () => {
  await using twin = await startTwin({ cardkit: true });
  const { slot } = await (async () => {
    const card = startMessenger(twin, streaming).message();
    await card.grow(...begin);
    return card;
  })();
  using _ = laterBy(1000);
  const card = startMessenger(twin, streaming).message(slot);
  await card.grow(working("ab.cd"), working("ab.cde"));
  await card.end(done("abcde"));
  assertEquals(shown(twin), [`${en.status.done}\nabcde`]);
  assertEquals(refused(twin), []);
});

Deno.test("a sequence that somebody else used up is passed by", async () => {
  await using twin = await startTwin({ cardkit: true });
  const card = startMessenger(twin, streaming).message();
  await card.grow(...begin);
  const api = await restApi(twin);
  const [last] = calls(twin, writes).slice(-1);
  const path = String(last?.path).replace("/open-apis/", "");
  const sequence = Number(object(last?.body).sequence) + 36_000;
  assertEquals((await api("PUT", path, { content: "abx", sequence })).code, 0);
  await card.grow(working("ab.cd"), working("ab.cde"));
  await card.end(done("abcde"));
  assertEquals(refused(twin), [300317]);
  assertEquals(shown(twin), [`${en.status.done}\nabcde`]);
});

Deno.test("when CardKit does not take a card, the same card is patched", async () => {
  await using twin = await startTwin({ cardkit: true });
  const card = startMessenger(twin, streaming).message();
  await card.grow(...begin);
  twin.faults.fail({ match: /PUT .*cardkit/, status: 400, code: 300305, times: 100 });
  await card.grow(working("abc"), working("abcd"), working("abcde"), working("abcdef"));
  await card.end(done("abcdefg"));
  assertEquals(shown(twin), [`${en.status.done}\nabcdefg`]);
  // After three refusals in a row it is only patched.
  assertEquals(calls(twin, /PUT .*cardkit/).filter(({ code }) => code === 300305).length, 3);
  assertEquals(calls(twin, patches).length, 5);
});

Deno.test("lost answers, delays and gateway trouble leave one card with the whole answer", async () => {
  await using twin = await startTwin({ cardkit: true });
  const card = startMessenger(twin, streaming).message();
  twin.faults.fail({ match: /POST .*messages/, loseAnswer: true });
  await card.grow(working("a"));
  twin.faults.fail({ match: /id_convert/, loseAnswer: true });
  twin.faults.fail({ match: writes, status: 429, retryAfterS: 0.01 });
  twin.faults.fail({ match: switches, status: 502, html: true });
  await card.grow(working("ab"), working("abc"));
  twin.faults.fail({ match: writes, loseAnswer: true });
  twin.faults.fail({ match: replacements, loseAnswer: true });
  await card.grow(working("abcd"));
  await card.end(done("abcde"));
  assertEquals([shown(twin), isOn(twin)], [[`${en.status.done}\nabcde`], false]);
  assert(twin.requests.every(({ code }) => code !== 300317));
});

Deno.test("a streaming card that is withdrawn is replaced by another", async () => {
  await using twin = await startTwin({ cardkit: true });
  const card = startMessenger(twin, streaming).message();
  await card.grow(...begin);
  twin.recall(twin.botMessages()[0]?.id ?? "");
  await card.grow(working("abc"), working("abcd"), working("abcde"));
  await card.end(done("abcdef"));
  assertEquals(shown(twin).slice(1), [`${en.status.done}\nabcdef`]);
});

Deno.test("an end that neither CardKit nor a patch takes is a post, and the card says so", async () => {
  await using twin = await startTwin({ cardkit: true });
  const card = startMessenger(twin, streaming).message();
  await card.grow(...begin);
  twin.faults.refuseCards({ match: /FINAL/ });
  await card.end(done("FINAL"));
  const [first = "", second = ""] = shown(twin);
  assertStringIncludes(first, en.answerBelow);
  assertStringIncludes(second, "FINAL");
  assert(!isOn(twin));
});

Deno.test("a card that streams alone changes up to four times a second", async () => {
  await using twin = await startTwin({ cardkit: true, limits: { perChat: 100 } });
  const bridge = startMessenger(twin, { ...streaming, throttleMs: 1500 });
  const card = bridge.message();
  await card.grow(working("0"));
  assertEquals(card.paceMs, 1500);
  await card.grow(working("00"), working("01"));
  const before = twin.requests.length;
  const began = performance.now();
  let text = "01";
  for (let i = 0; i < 8; i++) {
    await pause(card.paceMs, bridge.signal);
    await card.grow(working(text += i));
  }
  const ms = performance.now() - began;
  assertEquals(twin.requests.length - before, 8);
  assert(ms > 7 * 240 && ms < 8 * 500, `8 changes in ${ms} ms`);
});

Deno.test("many cards share the changes that Feishu takes, and none is slower than by patches", async () => {
  await using twin = await startTwin({ cardkit: true, limits: { perChat: 100 } });
  const { signal } = new AbortController();
  const cardkit = feishuApi(twin);
  const streams = new CardStreams({ cardkit, mode: "auto", log: memoryLog() });
  const api = feishuApi(twin);
  const cards = [];
  assertEquals(streams.throttleMs(undefined, 1500), 1500);
  for (let i = 0; i < 5; i++) {
    const { content, type } = render(working("a"), "card", en);
    const target = { chatId: twin.chat.id };
    const { messageId } = await api.send(target, { content, type }, `u${i}`, signal);
    const card = streams.stream(messageId);
    cards.push(card);
    assert(await streams.show(card, content, true, signal));
  }
  const [first, ...others] = cards;
  assertEquals([streams.throttleMs(first, 1500), streams.throttleMs(first, 100)], [300, 100]);
  for (const card of others) {
    await streams.show(card, render(done("b"), "card", en).content, false, signal);
  }
  assertEquals(streams.throttleMs(first, 1500), 250);
});
