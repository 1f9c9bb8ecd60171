import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { CardStreams } from "../../../lib/bridge/outbox/card_streams.ts";
import { render } from "../../../lib/feishu/draw/render.ts";
import type { View } from "../../../lib/model/view.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { asObject } from "../../../lib/demo/feishu_twin/json.ts";
import { startTwin, type Twin } from "../../../lib/demo/feishu_twin/twin.ts";
import { restApi } from "../../demo/feishu_twin/client.ts";
import { feishuApi, memoryLog, tempDir } from "../../helpers.ts";
import { laterBy, start } from "./start_outbox.ts";

const en = texts("en");
const minute = 60_000;
const streaming = { stream: "auto" } as const;
const working = (text: string): View => ({ status: "working", text });
/** From here on, the text is typed. */
const begin = [working("a"), working("ab"), working("ab."), working("ab.c")];
const done = (text: string): View => ({ status: "done", text });

const shown = (twin: Twin) => twin.botMessages().map((message) => twin.plain(message));
const isOn = (twin: Twin) =>
  twin.botMessages().some(({ content }) =>
    asObject(asObject(content).config).streaming_mode === true
  );
const calls = (twin: Twin, pattern: RegExp) =>
  twin.requests.filter(({ method, path }) => pattern.test(`${method} ${path}`));
const writes = /PUT .*content$/;
const replacements = /PUT .*cards\/\d*[^/]*$/;
const switches = /PATCH .*settings$/;
const patches = /PATCH .*messages/;

const refused = (twin: Twin) => twin.requests.map(({ code }) => code).filter((code) => code !== 0);

/** A live message and what is known of it after a crash. */
function grow(
  bridge: Awaited<ReturnType<typeof start>>,
  slot = bridge.delivery.slot(bridge.target),
) {
  const state = { slot };
  const live = bridge.delivery.live(slot, (slot) => {
    state.slot = slot;
    return Promise.resolve();
  });
  return {
    state,
    show: async (twin: Twin, ...views: View[]) => {
      for (const view of views) {
        live.show(() => view);
        await twin.until(() => shown(twin).some((text) => text.endsWith(view.text ?? "")));
      }
    },
    end: async (view: View) => {
      const last = await live.stop();
      await bridge.post(bridge.delivery.row(bridge.target.chatId, last, view));
      await bridge.settled();
    },
  };
}

Deno.test("a card's text is typed, its structure replaced, and at its end it stops streaming", async () => {
  await using twin = await startTwin({ cardkit: true });
  await using bridge = await start(twin, streaming);
  const card = grow(bridge);
  await card.show(twin, { status: "working" }, working("One"), working("One two"));
  await card.show(twin, working("One two three"));
  assert(isOn(twin));
  await card.show(twin, { ...working("One two three."), todos: [{ text: "x", state: "pending" }] });
  await card.end(done("One two three. Four."));
  assertEquals(shown(twin), [`${en.status.done}\nOne two three. Four.`]);
  assert(!isOn(twin));
  assertEquals([writes, replacements, switches, patches].map((one) => calls(twin, one).length), [
    ...[2, 3, 2, 0],
  ]);
  const sequences = calls(twin, /cardkit.*cards\/(?!id)/).map(({ body }) =>
    Number(asObject(body).sequence)
  );
  assertEquals(sequences, sequences.toSorted((a, b) => a - b));
  assertEquals(new Set(sequences).size, sequences.length);
  assertEquals(refused(twin), []);
});

Deno.test("streaming is switched on anew before its ten minutes are over", async () => {
  await using twin = await startTwin({ cardkit: true });
  await using bridge = await start(twin, streaming);
  const card = grow(bridge);
  await card.show(twin, ...begin);
  for (const [times, text] of [[1, "ab.cd"], [2, "ab.cde"], [3, "ab.cdef"]] as const) {
    using _ = laterBy(times * 9 * minute);
    await card.show(twin, working(text));
  }
  using _ = laterBy(28 * minute);
  await card.end(done("abcdef"));
  assertEquals(calls(twin, switches).length, 5);
  assertEquals(refused(twin), []);
});

Deno.test("a stream that Feishu has closed is opened again, and nothing is missing", async () => {
  await using twin = await startTwin({ cardkit: true });
  await using bridge = await start(twin, streaming);
  const card = grow(bridge);
  await card.show(twin, ...begin);
  twin.clock.advance(11 * minute);
  await card.show(twin, working("ab.cd"), working("ab.cde"));
  await card.end(done("abcde"));
  assertEquals(refused(twin), [200850]);
  assertEquals(shown(twin), [`${en.status.done}\nabcde`]);
});

Deno.test("auto without the scope asks once in a run, says so once, and patches", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin, streaming);
  for (const text of ["first", "second"]) {
    const card = grow(bridge);
    await card.show(twin, { status: "working", text: "" }, working(`${text} half`));
    await card.end(done(text));
  }
  assertEquals(shown(twin), ["first", "second"].map((text) => `${en.status.done}\n${text}`));
  assertEquals([calls(twin, /cardkit/).length, calls(twin, patches).length], [1, 4]);
  assertEquals(bridge.log.lines.filter((line) => /no CardKit for this app/.test(line)).length, 1);
});

Deno.test("cardkit without the scope warns and patches, and uses it once it is granted", async () => {
  await using twin = await startTwin();
  await using bridge = await start(twin, { stream: "cardkit" });
  const first = grow(bridge);
  await first.show(twin, { status: "working", text: "" }, working("half"));
  await first.end(done("first"));
  assertStringIncludes(bridge.log.lines.join("\n"), "BRIDGE_STREAM=cardkit");
  assertStringIncludes(bridge.log.lines.join("\n"), "cardkit:card:read");
  twin.faults.grant("cardkit:card:read", true);
  twin.faults.grant("cardkit:card:write", true);
  const second = grow(bridge);
  await second.show(twin, ...begin);
  assert(isOn(twin));
  await second.end(done("second"));
  assertEquals(shown(twin), ["first", "second"].map((text) => `${en.status.done}\n${text}`));
});

Deno.test("a scope that is taken away in the middle costs no answer and no second message", async () => {
  await using twin = await startTwin({ cardkit: true });
  await using bridge = await start(twin, streaming);
  const card = grow(bridge);
  await card.show(twin, ...begin);
  twin.faults.grant("cardkit:card:write", false);
  const over = card.end(done("abc"));
  // Until streaming ends by itself, Feishu may refuse to patch the card.
  await bridge.failures.reached(1);
  twin.clock.advance(11 * minute);
  bridge.delivery.retryNow();
  await over;
  assertEquals(shown(twin), [`${en.status.done}\nabc`]);
});

for (const [later, minutes] of [["a second", 1 / 60], ["three hours", 180]] as const) {
  Deno.test(`a crash in the middle, and ${later}: the same card is completed once`, async () => {
    await using twin = await startTwin({ cardkit: true });
    await using dir = await tempDir();
    let slot;
    {
      await using bridge = await start(twin, { ...streaming, dir: dir.path });
      const card = grow(bridge);
      await card.show(twin, ...begin, working("abc"));
      slot = card.state.slot;
    }
    assert(isOn(twin));
    using _ = laterBy(minutes * minute);
    await using bridge = await start(twin, { ...streaming, dir: dir.path });
    await bridge.post(bridge.delivery.row(bridge.target.chatId, slot, done("whole")));
    await bridge.settled();
    assertEquals([shown(twin), isOn(twin)], [[`${en.status.done}\nwhole`], false]);
    assertEquals(await bridge.store.rows(), []);
    assertEquals(refused(twin), []);
  });
}

Deno.test("a card that streams when the bridge dies goes on in the next run", async () => {
  await using twin = await startTwin({ cardkit: true });
  let slot;
  {
    await using bridge = await start(twin, streaming);
    const card = grow(bridge);
    await card.show(twin, ...begin);
    slot = card.state.slot;
  }
  using _ = laterBy(1000);
  await using bridge = await start(twin, streaming);
  const card = grow(bridge, slot);
  await card.show(twin, working("ab.cd"), working("ab.cde"));
  await card.end(done("abcde"));
  assertEquals(shown(twin), [`${en.status.done}\nabcde`]);
  assertEquals(refused(twin), []);
});

Deno.test("a sequence that somebody else used up is passed by", async () => {
  await using twin = await startTwin({ cardkit: true });
  await using bridge = await start(twin, streaming);
  const card = grow(bridge);
  await card.show(twin, ...begin);
  const api = await restApi(twin);
  const [last] = calls(twin, writes).slice(-1);
  const path = String(last?.path).replace("/open-apis/", "");
  const sequence = Number(asObject(last?.body).sequence) + 36_000;
  assertEquals((await api("PUT", path, { content: "abx", sequence })).code, 0);
  await card.show(twin, working("ab.cd"), working("ab.cde"));
  await card.end(done("abcde"));
  assertEquals(refused(twin), [300317]);
  assertEquals(shown(twin), [`${en.status.done}\nabcde`]);
});

Deno.test("when CardKit does not take a card, the same card is patched", async () => {
  await using twin = await startTwin({ cardkit: true });
  await using bridge = await start(twin, streaming);
  const card = grow(bridge);
  await card.show(twin, ...begin);
  twin.faults.fail({ match: /PUT .*cardkit/, status: 400, code: 300305, times: 100 });
  await card.show(twin, working("abc"), working("abcd"), working("abcde"), working("abcdef"));
  await card.end(done("abcdefg"));
  assertEquals(shown(twin), [`${en.status.done}\nabcdefg`]);
  assertEquals(calls(twin, /PUT .*cardkit/).filter(({ code }) => code === 300305).length, 3);
  assertEquals(calls(twin, patches).length, 5);
});

Deno.test("lost answers, delays and gateway trouble leave one card with the whole answer", async () => {
  await using twin = await startTwin({ cardkit: true });
  await using bridge = await start(twin, streaming);
  const card = grow(bridge);
  twin.faults.fail({ match: /POST .*messages/, loseAnswer: true });
  await card.show(twin, working("a"));
  twin.faults.fail({ match: /id_convert/, loseAnswer: true });
  twin.faults.fail({ match: writes, status: 429, retryAfterS: 0.01 });
  twin.faults.fail({ match: switches, status: 502, html: true });
  await card.show(twin, working("ab"), working("abc"));
  twin.faults.fail({ match: writes, loseAnswer: true });
  twin.faults.fail({ match: replacements, loseAnswer: true });
  await card.show(twin, working("abcd"));
  const over = card.end(done("abcde"));
  await Promise.race([bridge.failures.reached(1), over]);
  bridge.delivery.retryNow();
  await over;
  assertEquals([shown(twin), isOn(twin)], [[`${en.status.done}\nabcde`], false]);
  assert(twin.requests.every(({ code }) => code !== 300317));
});

Deno.test("a streaming card that is withdrawn is replaced by another", async () => {
  await using twin = await startTwin({ cardkit: true });
  await using bridge = await start(twin, streaming);
  const card = grow(bridge);
  await card.show(twin, ...begin);
  twin.recall(twin.botMessages()[0]?.id ?? "");
  await card.show(twin, working("abc"), working("abcd"), working("abcde"));
  await card.end(done("abcdef"));
  assertEquals(shown(twin).slice(1), [`${en.status.done}\nabcdef`]);
});

Deno.test("an end that neither CardKit nor a patch takes is a post, and the card says so", async () => {
  await using twin = await startTwin({ cardkit: true });
  await using bridge = await start(twin, streaming);
  const card = grow(bridge);
  await card.show(twin, ...begin);
  twin.faults.refuseCards({ match: /FINAL/ });
  await card.end(done("FINAL"));
  const [first = "", second = ""] = shown(twin);
  assertStringIncludes(first, en.answerBelow);
  assertStringIncludes(second, "FINAL");
  assert(!isOn(twin));
});

Deno.test("a card that streams alone changes up to four times a second", async () => {
  await using twin = await startTwin({ cardkit: true, limits: { perChat: 100 } });
  await using bridge = await start(twin, { ...streaming, throttleMs: 1500 });
  const card = grow(bridge);
  await card.show(twin, working("0"), working("00"), working("01"));
  const before = twin.requests.length;
  const began = performance.now();
  let text = "01";
  await card.show(twin, ...Array.from({ length: 8 }, (_, i) => working(text += i)));
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
  const ids: string[] = [];
  for (let i = 0; i < 5; i++) {
    const card = render(working("a"), "card", en);
    const id = await api.send({ chatId: twin.chat.id }, card, `u${i}`, signal);
    ids.push(id);
    assertEquals(streams.throttleMs(id, 1500), 1500);
    assert(await streams.show(id, card.content, true, signal));
  }
  const [first = "", ...others] = ids;
  assertEquals([streams.throttleMs(first, 1500), streams.throttleMs(first, 100)], [300, 100]);
  for (const id of others) {
    await streams.show(id, render(done("b"), "card", en).content, false, signal);
  }
  assertEquals(streams.throttleMs(first, 1500), 250);
});
