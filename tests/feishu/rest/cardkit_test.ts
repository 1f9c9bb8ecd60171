import { assert, assertEquals } from "@std/assert";
import { render } from "../../../lib/feishu/draw/render.ts";
import { cardLayers, closeStreaming, typedCard, typing } from "../../../lib/feishu/rest/cardkit.ts";
import type { View } from "../../../lib/model/view.ts";
import { texts } from "../../../lib/texts/texts.ts";

const layers = (view: Omit<View, "status">) =>
  cardLayers(render({ status: "working", ...view }, "card", texts("en")).content);

Deno.test("an answer that only grows leaves the rest of its card as it was", () => {
  const [short, long] = [
    layers({ text: "One", note: "n" }),
    layers({ text: "One two", note: "n" }),
  ];
  assertEquals([...short.texts], [["answer", "One"]]);
  assertEquals([...long.texts], [["answer", "One two"]]);
  assertEquals(short.frame, long.frame);
});

Deno.test("reasoning grows by itself too; everything else is structure", () => {
  const view = { text: "One", reasoning: "because" };
  assertEquals([...layers(view).texts.keys()].toSorted(), ["answer", "reasoning"]);
  const more: Omit<View, "status">[] = [
    { ...view, note: "n" },
    { ...view, title: "t" },
    { ...view, todos: [{ text: "x", state: "pending" }] },
    { text: "One" },
  ];
  assertEquals(new Set([view, ...more].map((one) => layers(one).frame)).size, more.length + 1);
});

Deno.test("what a model writes between two edits is typed by the next one, and in about that time", () => {
  for (const paceMs of [0, 1, 30, 200, 250, 1_000, 1_500, 4_000, 7_500]) {
    const { print_step: step, print_frequency_ms: every } = typing(paceMs);
    const chars = 160 * paceMs / 1000;
    const ms = chars / step.default * every.default;
    assert(ms <= paceMs && ms >= 0.8 * paceMs, `${paceMs} ms: ${chars} characters in ${ms} ms`);
  }
});

Deno.test("the slower the edits, the slower the typing, and never none", () => {
  const steps = [250, 7_500, 10_000, 30_000, 60_000, 600_000, Infinity]
    .map((paceMs) => typing(paceMs).print_step.default);
  assertEquals(steps, steps.toSorted((a, b) => b - a));
  assert(steps.every((step) => step >= 1) && new Set(steps).size > 2);
});

Deno.test("a card that is typed is the same card, and its end has its line in the list of chats", () => {
  const { content } = render({ status: "done", text: "One" }, "card", texts("en"));
  const typed = JSON.parse(typedCard(content, typing(250)));
  assertEquals(typed.config.streaming_mode, true);
  const { streaming_mode: _, streaming_config: __, ...config } = typed.config;
  assertEquals({ ...typed, config }, JSON.parse(content));
  const { data } = closeStreaming(content);
  assertEquals(JSON.parse(String(data.settings)), {
    config: { streaming_mode: false, summary: { content: "One" } },
  });
});
