import { assertEquals } from "@std/assert";
import { render } from "../../../lib/feishu/draw/render.ts";
import { cardLayers, closeStreaming, typedCard } from "../../../lib/feishu/rest/cardkit.ts";
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

Deno.test("a streaming card is the same card, and its end sets the line in the list of chats", () => {
  const { content } = render({ status: "done", text: "One" }, "card", texts("en"));
  const typed = JSON.parse(typedCard(content));
  assertEquals(typed.config.streaming_mode, true);
  const { streaming_mode: _, streaming_config: __, ...config } = typed.config;
  assertEquals({ ...typed, config }, JSON.parse(content));
  const { data } = closeStreaming(content);
  assertEquals(JSON.parse(String(data.settings)), {
    config: { streaming_mode: false, summary: { content: "One" } },
  });
});
