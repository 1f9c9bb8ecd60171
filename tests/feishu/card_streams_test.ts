import { assert, assertEquals } from "@std/assert";
import { object } from "../../lib/base/json.ts";
import { startTwin } from "../../lib/demo/feishu_twin/twin.ts";
import { CardStreams } from "../../lib/feishu/card_streams.ts";
import { cardMessage } from "../../lib/feishu/rest/cardkit.ts";
import { feishuApi, memoryLog } from "../helpers.ts";
import { laterBy } from "../later_by.ts";
import { startMessenger } from "./start_messenger.ts";
import {
  begin,
  calls,
  changes,
  configOf,
  counts,
  creations,
  done,
  en,
  finished,
  isOn,
  minute,
  refused,
  shown,
  streaming,
  switches,
  working,
  writes,
} from "./typed_cards.ts";

Deno.test("a card is made, sent, typed, its structure replaced, and closed at its end", async () => {
  await using twin = await startTwin({ cardkit: true });
  const card = startMessenger(twin, streaming).message();
  await card.grow({ ...working(""), note: "n" }, { ...working("One"), note: "n" });
  await card.grow({ ...working("One two"), note: "n" }, { ...working("One two three"), note: "n" });
  assert(isOn(twin));
  await card.end(done("One two three. Four."));
  assertEquals(shown(twin), [finished("One two three. Four.")]);
  assert(!isOn(twin));
  // Made and sent, the first text as a new element, two growths, and an end of two calls.
  assertEquals(counts(twin), [1, 1, 2, 2, 1, 0]);
  const sequences = calls(twin, changes).map(({ body }) => Number(object(body).sequence));
  assertEquals(sequences, sequences.toSorted((a, b) => a - b));
  assertEquals(new Set(sequences).size, sequences.length);
  assertEquals(refused(twin), []);
  const [close] = calls(twin, switches).map(configOf);
  assertEquals(close, {
    streaming_mode: false,
    summary: { content: "One two three. Four." },
  });
});

Deno.test("a message does not wait for its card: not for an answer, and not for its API", async () => {
  const late = [{ hang: true }, { status: 429, retryAfterS: 30, times: 2 }];
  await Promise.all(late.map(async (fault) => {
    await using twin = await startTwin({ cardkit: true });
    const bridge = startMessenger(twin, streaming);
    twin.faults.fail({ match: creations, ...fault });
    const began = performance.now();
    for (const text of ["first", "second"]) {
      const card = bridge.message();
      await card.grow(working(`${text} half`));
      await card.end(done(text));
    }
    assertEquals(shown(twin), ["first", "second"].map(finished));
    assert(performance.now() - began < 9_500);
    // The second message does not even ask.
    assertEquals(calls(twin, creations).length, 1);
  }));
});

Deno.test("streaming is switched on anew before its ten minutes are over, in the same way", async () => {
  await using twin = await startTwin({ cardkit: true });
  const card = startMessenger(twin, streaming).message();
  await card.grow(...begin);
  for (const [times, text] of [[1, "ab.cd"], [2, "ab.cde"], [3, "ab.cdef"]] as const) {
    using _ = laterBy(times * 9 * minute);
    await card.grow(working(text));
  }
  using _ = laterBy(28 * minute);
  await card.end(done("abcdef"));
  const [made] = calls(twin, creations).map(configOf);
  const { streaming_mode, streaming_config } = made ?? {};
  const on = calls(twin, switches).slice(0, -1).map(configOf);
  assertEquals(on, Array(3).fill({ streaming_mode, streaming_config }));
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
  assertEquals(shown(twin), [finished("abcde")]);
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

Deno.test("invisible text is not streamed", async () => {
  await using twin = await startTwin({ cardkit: true });
  const { signal } = new AbortController();
  const api = feishuApi(twin);
  const streams = new CardStreams({ cardkit: api, mode: "auto", log: memoryLog() });
  const element = { tag: "markdown", element_id: "answer" };
  const content = (text: string) =>
    JSON.stringify({ schema: "2.0", body: { elements: [{ ...element, content: text }] } });
  const stream = await streams.make(content("a"), signal);
  assert(stream !== undefined);
  await api.send({ chatId: twin.chat.id }, cardMessage(stream.card.id), "u", signal);
  for (const text of ["\u200b", "", " \u200b\ufeff\n", "a\u200b"]) {
    await streams.show(stream, content(text), signal);
  }
  assertEquals(refused(twin), []);
  assertEquals(calls(twin, writes).length, 1);
});

Deno.test("a typed card may change four times a second, unless the user wants edits further apart", async () => {
  await using twin = await startTwin({ cardkit: true });
  const paces = [[200, 200], [1_000, 250], [1_500, 250], [1_501, 1_501], [60_000, 60_000]] as const;
  for (const [throttleMs, expected] of paces) {
    const card = startMessenger(twin, { ...streaming, throttleMs }).message();
    assertEquals(card.paceMs, throttleMs);
    await card.grow(working("0"), working("00"));
    assertEquals(card.paceMs, expected);
  }
});
