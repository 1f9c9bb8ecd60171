import { assert, assertEquals } from "@std/assert";
import { readCard } from "../../../lib/feishu/connection/card.ts";

const text = (content: string) => ({ tag: "plain_text", content });
const markdown = (content: string) => ({ tag: "markdown", content });
const read = (card: Record<string, unknown>) =>
  readCard(card, { mentions: [], bot: undefined }).text;

const NESTED = {
  schema: "2.0",
  header: {
    title: text("Deploy"),
    subtitle: text("staging"),
    text_tag_list: [{ tag: "text_tag", text: text("beta"), color: "blue" }],
  },
  body: {
    elements: [
      markdown("**3** of 4 steps"),
      {
        tag: "column_set",
        columns: [
          { tag: "column", elements: [markdown("left")] },
          { tag: "column", elements: [{ tag: "div", text: text("right") }] },
        ],
      },
      {
        tag: "collapsible_panel",
        header: { title: text("Log") },
        elements: [{ tag: "collapsible_panel", elements: [markdown("line 1")] }],
      },
      { tag: "hr" },
      {
        tag: "table",
        columns: [{ name: "a", display_name: "Name" }, { name: "b" }],
        rows: [{ a: "x", b: 7 }, { a: ["p", "q"], b: { text: "r" } }],
      },
      { tag: "img", img_key: "img_1", alt: text("a chart") },
      { tag: "form", elements: [{ tag: "input", name: "i", placeholder: text("why?") }] },
      { tag: "button", text: text("Retry") },
    ],
  },
};

const NESTED_TEXT = [
  ...["Deploy", "staging", "beta", "**3** of 4 steps", "left", "right", "Log", "line 1", "---"],
  ...["| Name | b |", "| x | 7 |", "| p, q | r |", "[picture: a chart]", "why?", "[Retry]"],
].join("\n");

Deno.test("a card of 2.0 is read with its header and nested elements, however it is wrapped", () => {
  for (
    const card of [
      NESTED,
      { user_dsl: JSON.stringify(NESTED) },
      { user_dsl: NESTED },
      { json_card: JSON.stringify(NESTED), card_schema: 2 },
      { user_dsl: JSON.stringify({ user_dsl: JSON.stringify(NESTED) }) },
    ]
  ) assertEquals(read(card), NESTED_TEXT);
  const raw = {
    json_card: JSON.stringify({
      header: { property: { title: { tag: "plain_text", property: { content: "T" } } } },
      body: {
        property: {
          elements: [
            { tag: "markdown", property: { content: "words" } },
            { tag: "button", property: { text: { property: { content: "Go" } } } },
          ],
        },
      },
    }),
  };
  assertEquals(read(raw), "T\nwords\n[Go]");
});

Deno.test("a card of 1.0 is read with its title, as it was sent and as it comes degraded", () => {
  const sent = {
    header: { title: text("Alarm"), template: "red" },
    elements: [
      { tag: "div", text: { tag: "lark_md", content: "**disk** full" } },
      { tag: "div", fields: [{ is_short: true, text: text("host a") }, { text: text("95 %") }] },
      { tag: "action", actions: [{ tag: "button", text: text("Ack") }] },
      { tag: "note", elements: [text("from monitoring")] },
    ],
  };
  assertEquals(read(sent), "Alarm\n**disk** full\nhost a\n95 %\n[Ack]\nfrom monitoring");
  const { elements, ...rest } = sent;
  assertEquals(read({ ...rest, i18n_elements: { zh_cn: elements, en_us: elements } }), read(sent));
  const title = { tag: "plain_text", i18n: { en_us: "Alarm", zh_cn: "警报" } };
  assertEquals(read({ header: { title }, elements }), read(sent));
  assertEquals(read({ i18n_header: { en_us: { title: text("Alarm") } }, elements }), read(sent));
  const degraded = {
    title: "Alarm",
    elements: [[{ tag: "text", text: "disk " }, { tag: "a", text: "full", href: "https://x.io" }], [
      { tag: "at", user_id: "ou_1", user_name: "Bob" },
    ]],
  };
  assertEquals(read(degraded), "Alarm\ndisk full (https://x.io)\n@Bob");
  const components = [
    { tag: "text", text: "pick " },
    { tag: "button", text: "Go", type: "primary" },
    { tag: "img", image_key: "img_1" },
    { tag: "note", elements: [{ tag: "text", text: "by then" }] },
    { tag: "select_static", options: ["one", "two"], placeholder: "which" },
  ];
  const lines = ["pick", "[Go]", "[picture]", "by then", "which one two"];
  assertEquals(read({ elements: components.map((one) => [one]) }), lines.join("\n"));
  assertEquals(read({ elements: [components] }), "pick [Go][picture]by thenwhich one two");
});

Deno.test("a card that Feishu does not show is known as such, and words like its placeholder are not", () => {
  const hidden = (line: string) =>
    readCard(
      { title: null, elements: [[{ tag: "img" }, { tag: "text", text: line }]] },
      { mentions: [], bot: undefined },
    );
  for (
    const line of [
      "请升级至最新版本客户端，以查看内容",
      "Please upgrade to the latest version of Feishu to view this content",
    ]
  ) {
    assertEquals(hidden(line), { text: "", isHidden: true });
  }
  assertEquals(hidden("please upgrade node"), {
    text: "[picture]please upgrade node",
    isHidden: false,
  });
  assertEquals(readCard({}, { mentions: [], bot: undefined }).isHidden, true);
});

Deno.test("Feishu's tags for looks and entities are text, but not in code", () => {
  const card = (content: string) => read({ elements: [markdown(content)] });
  assertEquals(card("<font color='red'>a &#60;b&#62;</font><br>c"), "a <b>\nc");
  assertEquals(
    card("`<font>` and `&#60;`\n```\n<font> &#60;\n```"),
    "`<font>` and `&#60;`\n```\n<font> &#60;\n```",
  );
  assertEquals(card('<at id=ou_1></at> <at id="ou_2">Bob</at>'), "@ou_1 @Bob");
  assertEquals(card("&#9999999; &copy;"), "&#9999999; &copy;");
});

Deno.test("no card makes reading throw, or take long", () => {
  const began = performance.now();
  let deep: unknown = markdown("deep");
  for (let i = 0; i < 5_000; i++) deep = { tag: "column_set", columns: [{ elements: [deep] }] };
  const odd: unknown[] = [deep, null, 7, "x", [[null]], { tag: "table" }, { tag: "at" }, {
    elements: { a: 1 },
  }];
  for (const element of odd) read({ elements: [element], header: element, user_dsl: element });
  for (const part of ["<font ", "<at id=", "id=", "`", "```", "&#", "<"]) {
    read({ elements: [markdown(part.repeat(50_000))] });
  }
  assert(performance.now() - began < 15_000);
});
