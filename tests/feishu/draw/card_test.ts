import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { oneLine } from "../../../lib/feishu/draw/plain_text.ts";
import { todoLine, toolLine } from "../../../lib/feishu/draw/view_sections.ts";
import type { View, ViewStatus } from "../../../lib/model/view.ts";
import type { ToolCall } from "../../../lib/model/tool_call.ts";
import type { RenderMode } from "../../../lib/model/slot.ts";
import { type Texts, texts } from "../../../lib/texts/texts.ts";
import { render } from "../../../lib/feishu/draw/render.ts";
import { checkCard } from "../../../lib/demo/feishu_twin/card_rules.ts";
import { checkContent } from "../../../lib/demo/feishu_twin/content_rules.ts";
import { Files } from "../../../lib/demo/feishu_twin/files.ts";
import { json, seeded } from "../../helpers.ts";
import { MENTION, outsideCode, randomMarkdown, soup } from "./random_markdown.ts";

const en = texts("en");
const CARD_BYTES = 28_000;
const renderCard = (view: View, texts: Texts) => render(view, "card", texts).content;
const statuses: ViewStatus[] = [
  "plain",
  "queued",
  "working",
  "waiting",
  "done",
  "failed",
  "cancelled",
  "interrupted",
];

/** The contents of all Markdown elements of a card. */
function markdowns(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const { tag, content } = value as Record<string, unknown>;
  return [
    ...(tag === "markdown" && typeof content === "string" ? [content] : []),
    ...Object.values(value).flatMap(markdowns),
  ];
}

const shown = (view: View) => markdowns(json(renderCard(view, en))).join("\n");
const bytes = (content: string) => new TextEncoder().encode(content).length;

const tool = (more: Partial<ToolCall> = {}): ToolCall => ({
  tool: "bash",
  title: "deno test",
  state: "running",
  depth: 0,
  ...more,
});

Deno.test("a tool call is one line with icon, title, state, time and error", () => {
  const cases: [Partial<ToolCall>, string][] = [
    [{}, "💻 bash deno test ▶️"],
    [{ tool: "read", state: "completed", seconds: 3 }, "📖 read deno test ✅ · 3 s"],
    [{ tool: "edit", title: "", state: "pending" }, "✏️ edit ⏳"],
    [
      { tool: "grep", state: "error", error: "no\nsuch file" },
      "🔎 grep deno test ❌: no such file",
    ],
    [{ tool: "webfetch", depth: 1 }, "└ 🌐 webfetch deno test ▶️"],
    [{ tool: "task", title: "two\nlines \x1b[1mbold" }, "🤖 task two lines bold ▶️"],
    [{ tool: "todowrite", title: "" }, "📋 todowrite ▶️"],
    [{ tool: "send_file", title: "a.pdf" }, "📎 send_file a.pdf ▶️"],
    [{ tool: "mcp_thing" }, "🔧 mcp_thing deno test ▶️"],
  ];
  for (const [more, line] of cases) assertEquals(toolLine(tool(more)), line);
});

Deno.test("a todo is one line with its state", () => {
  assertEquals(todoLine({ text: "a\nb", state: "in_progress" }), "▶️ a b");
  const icons = (["pending", "completed", "cancelled"] as const).map((state) =>
    todoLine({ text: "x", state })
  );
  assertEquals(icons, ["☐ x", "☑ x", "✖️ x"]);
});

Deno.test("one line is never longer than asked, and never torn", () => {
  assertEquals(oneLine("a  b\n\tc", 10), "a b c");
  assertEquals(oneLine("abcdef", 4), "abc…");
  assert(oneLine("😀".repeat(10), 4).isWellFormed());
});

Deno.test("the header tells the state, in the chosen language", () => {
  for (const status of statuses) {
    const card = json(renderCard({ status, text: "x" }, texts("zh")));
    const header = card["header"] as { title: { content: string } } | undefined;
    assertEquals(
      header?.title.content,
      status === "plain" ? undefined : texts("zh").status[status],
    );
  }
});

Deno.test("the card shows everything that the view holds, from note to footer", () => {
  const all = shown({
    status: "failed",
    note: "a note",
    reasoning: "some thinking",
    tools: [tool({ title: "first" }), tool({ title: "second" })],
    hiddenTools: 5,
    todos: [{ text: "a todo", state: "pending" }],
    text: "the answer",
    error: "an error",
    files: [{ file: "src/a`b.ts", additions: 3, deletions: 1 }],
    footer: "12 s",
  });
  const parts = [
    "a note",
    en.reasoning,
    "some thinking",
    en.earlierTools(5),
    "first",
    "second",
    "a todo",
    "the answer",
    "an error",
    "``src/a`b.ts`` +3 −1",
    "12 s",
  ];
  const places = parts.map((part) => all.indexOf(part));
  assert(!places.includes(-1), `${parts[places.indexOf(-1)]} in ${all}`);
  assertEquals(places, places.toSorted((a, b) => a - b));
});

Deno.test("a view with nothing to show is a card with an element all the same", () => {
  for (const view of [{}, { text: "" }, { text: "  \n" }, { note: "", error: "", footer: "" }]) {
    const card = json(renderCard({ status: "plain", ...view }, en));
    checkCard(card);
    assert(markdowns(card).length > 0);
  }
});

Deno.test("reasoning and tool calls make room before the answer does", () => {
  const text = "答".repeat(6_600);
  const view: View = {
    status: "working",
    text,
    reasoning: "想".repeat(4000),
    tools: Array.from({ length: 20 }, (_, i) => tool({ title: `步骤 ${i} ${"字".repeat(100)}` })),
  };
  const content = renderCard(view, en);
  assert(bytes(content) <= CARD_BYTES);
  assertStringIncludes(content, text);
  assertStringIncludes(content, "步骤 19");
});

Deno.test("an answer that is too long for a card shows its newest part", () => {
  const content = renderCard({ status: "working", text: `${"答".repeat(30_000)}END` }, en);
  assert(bytes(content) <= CARD_BYTES);
  assert(markdowns(json(content)).some((text) => text.startsWith("…") && text.endsWith("END")));
});

/** How many elements a card has, nested ones too, and the tables in its Markdown. */
function count(card: unknown): { elements: number; tables: number } {
  let elements = 0;
  JSON.parse(JSON.stringify(card), (key, value) => {
    if (key === "tag") elements++;
    return value;
  });
  const tables =
    markdowns(card).flatMap((text) => outsideCode(text).match(/^\|(?: :?-+:? \|)+$/gm) ?? [])
      .length;
  return { elements, tables };
}

Deno.test("any view becomes a message that the platform takes in each form, and mentions nobody", () => {
  const modes: RenderMode[] = ["card", "plain_card", "post", "text"];
  for (let seed = 0; seed < 25; seed++) {
    const random = seeded(seed);
    const words = () => random() < 0.5 ? randomMarkdown(random, 1) : soup(random, 30);
    const maybe = <T>(value: () => T, otherwise: T): T => random() < 0.7 ? value() : otherwise;
    const many = <T>(most: number, value: () => T) =>
      Array.from({ length: Math.floor(random() * most) }, value);
    const view: View = {
      status: statuses[seed % statuses.length] ?? "done",
      title: words(),
      note: maybe(words, ""),
      reasoning: maybe(() => randomMarkdown(random, 5), ""),
      tools: many(40, () => tool({ title: words(), error: words(), tool: words() })),
      hiddenTools: Math.floor(random() * 3),
      todos: many(60, () => ({ text: words(), state: "pending" as const })),
      text: maybe(() => randomMarkdown(random, 30), "short"),
      error: maybe(words, ""),
      files: many(60, () => ({ file: words(), additions: 1, deletions: 2 })),
      buttons: many(30, () => ({ label: words(), value: { a: 1 } })),
      footer: words(),
    };
    for (const mode of modes) {
      const { type, content } = render(view, mode, en);
      const where = `seed ${seed}, ${mode}`;
      checkContent(type, content, new Files());
      assert(content.isWellFormed(), where);
      // Titles and labels of a card are plain text, in which nothing is markup.
      const markup = type === "interactive" ? markdowns(json(content)).join("\n") : content;
      assert(!MENTION.test(markup), where);
      if (type !== "interactive") continue;
      assert(bytes(content) <= CARD_BYTES, `${where}: ${bytes(content)} bytes`);
      const { elements, tables } = count(json(content));
      assert(elements <= 180 && tables <= 3, `${where}: ${elements} elements, ${tables} tables`);
    }
  }
});

Deno.test("a finished card folds many tool calls, so that the answer comes first", () => {
  const tools = Array.from(
    { length: 20 },
    (_, i) => tool({ title: `step ${i}`, state: i === 3 ? "error" : "completed" }),
  );
  const { elements } = (json(renderCard({ status: "done", tools, hiddenTools: 5, text: "x" }, en))[
    "body"
  ]) as { elements: { tag: string; expanded?: boolean }[] };
  assertEquals(elements.map(({ tag }) => tag), ["collapsible_panel", "markdown"]);
  const all = shown({ status: "done", tools, hiddenTools: 5, text: "x" });
  assertStringIncludes(all, en.toolCalls(25, 1));
  assertStringIncludes(all, "step 19");
  for (const status of ["working", "failed"] as const) {
    assert(!shown({ status, tools }).includes(en.toolCalls(20, 1)));
  }
});

Deno.test("texts of tools, errors and notes are shown as they are", () => {
  const all = shown({
    status: "failed",
    note: "waits for rm **/*.ts",
    tools: [tool({ title: "ls *.ts && cat *.js <T>" })],
    error: "first line\n_second_ [x](y)",
  });
  assertStringIncludes(all, "waits for rm &#42;&#42;/&#42;.ts");
  assertStringIncludes(all, "ls &#42;.ts && cat &#42;.js &#60;T&#62;");
  assertStringIncludes(all, "first line\n&#95;second&#95; [x&#93;(y)");
});

Deno.test("of a long todo list the part is shown where the work is", () => {
  const todos = Array.from({ length: 80 }, (_, i) => ({
    text: `step ${i}.`,
    state: i < 50 ? "completed" as const : "pending" as const,
  }));
  const all = shown({ status: "working", todos });
  assertStringIncludes(all, "☑ step 49.\n☐ step 50.");
  assertStringIncludes(all, "… +50");
  assert(!all.includes("step 3."));
});

Deno.test("the chat list shows the beginning of the answer, or else the state", () => {
  const summary = (view: View) => {
    const { config } = json(renderCard(view, en)) as { config: { summary: { content: string } } };
    return config.summary.content;
  };
  assertEquals(summary({ status: "done", text: "## It **works**.\nMore" }), "It works. More");
  assertEquals(summary({ status: "working" }), en.status.working);
  assert(summary({ status: "done", text: "x".repeat(500) }).length <= 60);
});

Deno.test("a summary mentions nobody and is never blank, and keeps other signs", () => {
  const summary = (view: View) => {
    const { config } = json(renderCard(view, en)) as { config: { summary: { content: string } } };
    return config.summary.content;
  };
  const mention = "<at id=all></at> Map<T>";
  assertEquals(summary({ status: "done", text: mention }), "‹at id=all></at> Map<T>");
  assertEquals(summary({ status: "done", title: mention }), "‹at id=all></at> Map<T>");
  for (const text of ["\u200b", "\u2060\ufeff", "\u00ad \n", "\u3164"]) {
    assertEquals(summary({ status: "done", text }), en.status.done);
    for (const shown of markdowns(json(renderCard({ status: "plain", text }, en)))) {
      assertEquals(shown, "…");
    }
  }
});

Deno.test("a card names the person who pressed its button without mentioning them", () => {
  const view: View = { status: "cancelled", pressed: { line: "“Stop” by", by: "ou_alice" } };
  const content = renderCard(view, en);
  checkCard(json(content));
  assertStringIncludes(content, '{"tag":"person","user_id":"ou_alice"');
  assert(!content.includes("<at"));
});
