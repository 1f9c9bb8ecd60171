import { assertEquals } from "@std/assert";
import { checkCard } from "../../../lib/demo/feishu_twin/card_rules.ts";
import { Refusal } from "../../../lib/demo/feishu_twin/refusal.ts";
import { card } from "./client.ts";

type Element = Readonly<Record<string, unknown>>;

const text: Element = { tag: "markdown", content: "hi" };
const table = "\n| a | b |\n| --- | :-: |\n| 1 | 2 |\n";
const button = (more: Element = {}): Element => ({
  tag: "button",
  text: { tag: "plain_text", content: "Go" },
  ...more,
});
const option = (value: unknown): Element => ({
  text: { tag: "plain_text", content: "x" },
  value,
});
const select = (...options: Element[]): Element => ({
  tag: "select_static",
  placeholder: { tag: "plain_text", content: "which" },
  options,
});
const panel = (...elements: Element[]): Element => ({
  tag: "collapsible_panel",
  expanded: false,
  header: { title: { tag: "plain_text", content: "more" } },
  elements,
});
const nested = (depth: number): Element => depth === 0 ? text : panel(nested(depth - 1));
const repeat = (times: number, element: Element) => Array.from({ length: times }, () => element);

/** The inner code with which a card is refused; 0 when it is taken. */
function verdict(card: Element): number {
  try {
    checkCard(card);
    return 0;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    assertEquals([error.code, error.status], [230099, 400]);
    return Number(/ErrCode: (\d+);/.exec(error.message)?.[1]);
  }
}

const cases: readonly [string, number, Element][] = [
  ["a card with everything that answers use", 0, {
    ...card([
      { ...text, element_id: "body_1", text_size: "normal", margin: "0px" },
      { tag: "hr" },
      panel(text, { tag: "div", text: { tag: "lark_md", content: "x" } }),
      {
        tag: "column_set",
        flex_mode: "flow",
        columns: [{ tag: "column", width: "auto", elements: [button({ type: "primary" })] }],
      },
      { tag: "img", img_key: "img_v3_abc", alt: { tag: "plain_text", content: "" } },
    ]),
    header: {
      title: { tag: "plain_text", content: "Title" },
      template: "blue",
      text_tag_list: [{ tag: "text_tag", text: { tag: "plain_text", content: "x" }, color: "red" }],
    },
  }],
  ["a list to choose from", 0, card([select(option("a"), option("b"))])],
  ["two options with one value", 200621, card([select(option("a"), option("a"))])],
  ["an option whose value is no text", 200621, card([select(option(1))])],
  ["a card of 1.0", 200621, { elements: [text] }],
  ["a card without a body", 200621, { schema: "2.0" }],
  ["a card with an empty body", 0, { schema: "2.0", body: {} }],
  ["a card whose elements are no list", 200621, { schema: "2.0", body: { elements: {} } }],
  ["an unknown property of the card", 200621, card([text], { elements: [] })],
  ["an unknown property of config", 200621, card([text], { config: { colour: "red" } })],
  [
    "what a button of 1.0 sends back",
    0,
    card([{
      ...{ tag: "button", text: { tag: "plain_text", content: "x" } },
      value: { x: 1 },
    }]),
  ],
  ["how wide a card of 1.0 was", 0, card([text], { config: { wide_screen_mode: true } })],
  ["an unknown property of a component", 200621, card([{ ...text, colour: "red" }])],
  ["an unknown component", 200621, card([{ tag: "blink" }])],
  ["an unknown header template", 200621, {
    ...card([text]),
    header: { title: { tag: "plain_text", content: "x" }, template: "pink" },
  }],
  ["update_multi off", 300302, card([text], { config: { update_multi: false } })],
  ["the action component of 1.0", 200861, card([{ tag: "action", actions: [button()] }])],
  ["the note component of 1.0", 200861, card([panel({ tag: "note", elements: [] })])],
  [
    "five tables",
    0,
    card([{ ...text, content: table.repeat(4) }, panel({ ...text, content: table })]),
  ],
  [
    "six tables, one of them collapsed",
    11310,
    card([
      { ...text, content: table.repeat(5) },
      panel({ ...text, content: table }),
    ]),
  ],
  ["tables inside code", 0, card([{ ...text, content: "```\n" + table.repeat(9) + "\n```" }])],
  ["199 elements", 0, card(repeat(199, text))],
  ["200 elements", 11310, card(repeat(200, text))],
  ["99 buttons, whose texts count too, and a text", 0, card([text, ...repeat(99, button())])],
  ["100 buttons", 11310, card(repeat(100, button()))],
  ["an element id that is too long", 300301, card([{ ...text, element_id: "a".repeat(21) }])],
  ["an element id that begins with a digit", 300301, card([{ ...text, element_id: "1a" }])],
  ["the same element id twice", 300301, card(repeat(2, { ...text, element_id: "a" }))],
  ["five containers in each other", 0, card([nested(5)])],
  ["six containers in each other", 11310, card([nested(6)])],
  ["a linked picture", 200570, card([{ ...text, content: "![x](https://example.com/x.png)" }])],
  ["a linked picture in code", 0, card([{ ...text, content: "`![x](https://x.y/z)`" }])],
  ["a picture by key", 0, card([{ ...text, content: "![x](img_v3_0a)" }])],
  ["an img component with a link", 200570, card([{ tag: "img", img_key: "https://x.y/z" }])],
  ["a mention of nobody", 100290, card([{ ...text, content: "<at id=nobody></at>" }])],
  ["a mention of a user", 0, card([{ ...text, content: "<at id=ou_1></at>" }])],
  [
    "a callback whose value is a text",
    200621,
    card([button({ behaviors: [{ type: "callback", value: "go" }] })]),
  ],
  ["a form without a name", 11310, card([{ tag: "form", elements: [text] }])],
  ["a form inside a panel", 200621, card([panel({ tag: "form", name: "f", elements: [text] })])],
  [
    "two inputs of one name",
    11310,
    card([{
      tag: "form",
      name: "f",
      elements: [
        { tag: "input", name: "a" },
        { tag: "input", name: "a" },
        button({ name: "ok", form_action_type: "submit" }),
      ],
    }]),
  ],
  ["a card entity that does not exist", 200740, { type: "card", data: { card_id: "1" } }],
];

for (const [what, code, given] of cases) {
  const outcome = code === 0 ? "taken" : `refused with ${code}`;
  Deno.test(`${what} is ${outcome}`, () => assertEquals(verdict(given), code));
}
