import { fail } from "@std/assert";
import { Lexer, type Tokens } from "marked";
import { render } from "../../../lib/feishu/draw/render.ts";
import { plainText } from "../../../lib/feishu/draw/plain_text.ts";
import type { RenderMode } from "../../../lib/model/slot.ts";
import type { View } from "../../../lib/model/view.ts";
import { checkContent } from "../../../lib/demo/feishu_twin/content_rules.ts";
import { Files } from "../../../lib/demo/feishu_twin/files.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { json, seeded } from "../../helpers.ts";
import { isWithin, letters, MENTION, outsideCode, soup } from "./random_markdown.ts";

const en = texts("en");
const modes: RenderMode[] = ["card", "plain_card", "post", "text"];
const COUNT = 10_000;

/** Beginnings and ends of what Feishu might take for something else, and what might hide it. */
const EVIL = [
  "<at id=all></at>",
  "<AT user_id='ou_1'>B</AT>",
  "<at\nid=all>",
  "<at/id=all>",
  "<a\u200bt id=all>",
  "<\u200bat id=all>",
  "<person id='ou_1'></person>",
  "\\<at id=all>",
  "&lt;at id=all&gt;",
  "&#60;at id=all>",
  "`<at id=all>`",
  "```\n<at id=all>\n",
  "![p](https://x.io/a.png)",
  "!\u200b[p](img_v2)",
  "\\![p](img_v2)",
  "![p]\\(img_v2)",
  "!&#91;p](img_v2)",
  "[a](b",
  "**“",
  "”**",
  "~~",
  "`",
  "\x1b[31m",
  "\ud800",
  "\u202e",
  "\u200b",
  "| a |\n|---|\n| b |",
  "1. ",
  "> ",
  "\t",
  "<b>",
  "</",
];

/** A view of a few random fields. */
function randomView(seed: number): View {
  const random = seeded(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const words = () => {
    const count = 1 + Math.floor(random() * 4);
    return Array.from({ length: count }, () => random() < 0.5 ? pick(EVIL) : soup(random, 8)).join(
      "",
    );
  };
  const maybe = (one: () => Partial<View>): Partial<View> => random() < 0.3 ? one() : {};
  return {
    status: pick(["plain", "working", "done", "failed"]),
    text: words() + words(),
    ...maybe(() => ({ title: words() })),
    ...maybe(() => ({ note: words() })),
    ...maybe(() => ({ reasoning: words() })),
    ...maybe(() => ({ error: words() })),
    ...maybe(() => ({ footer: words() })),
    ...maybe(() => ({ panels: [{ title: words(), text: words() }] })),
    ...maybe(() => ({ todos: [{ text: words(), state: "pending" }] })),
    ...maybe(() => ({ files: [{ file: words(), additions: 1, deletions: 0 }] })),
    ...maybe(() => ({
      tools: [{ tool: "bash", title: words(), error: words(), state: "error", depth: 0 }],
    })),
  };
}

/** The summary of a card, which is plain text; empty for other forms. */
function summaryOf(content: string): string {
  const { config } = json(content) as { config?: { summary: { content: string } } };
  return config?.summary.content ?? "";
}

/** All texts of a message that Feishu reads as Markdown. */
function markups(content: string): string[] {
  const found: string[] = [];
  const collect = (value: unknown) => {
    if (typeof value !== "object" || value === null) return;
    const { tag, content, text } = value as Record<string, unknown>;
    if (tag === "markdown" && typeof content === "string") found.push(content);
    if (tag !== "button" && typeof text === "string") found.push(text);
    Object.values(value).forEach(collect);
  };
  collect(json(content));
  return found;
}

/** Whether a parser that is not ours finds a picture in Markdown, which has none without this beginning of one. */
function hasPicture(markdown: string): boolean {
  const find = (tokens: readonly Tokens.Generic[] = []): boolean =>
    tokens.some((token) =>
      token.type === "image" || find(token.tokens) || find(token["items"]) ||
      [token["header"], ...token["rows"] ?? []].flat().some((cell) => find(cell?.tokens))
    );
  return markdown.includes("![") && find(new Lexer().lex(markdown));
}

/** The letters that a view shows in each form; languages of fences aside. */
function wanted({ text = "", note = "", error = "" }: View): string[] {
  return [note, text, error]
    .map((one) => letters(plainText(one).replaceAll(/^.*?(`{3,}|~{3,}).*$/gm, "")));
}

/** Whether a text mentions somebody, also when what nobody sees is taken away. */
function mentions(text: string): boolean {
  return MENTION.test(text.replaceAll(/\p{Cf}/gu, ""));
}

Deno.test("of 10 000 views none mentions anybody, embeds a picture, fails or loses a letter in any form", () => {
  const files = new Files();
  for (let seed = 0; seed < COUNT; seed++) {
    const view = randomView(seed);
    for (const mode of modes) {
      const { type, content } = render(view, mode, en);
      // What is drawn is right nearly always, so it is written out only when it is not.
      const holds = (isTrue: boolean, what: string) => {
        if (!isTrue) fail(`${what}\nseed ${seed}, ${mode}: ${JSON.stringify(view)}\n→ ${content}`);
      };
      checkContent(type, content, files);
      holds(content.isWellFormed(), "it is well formed");
      const found = markups(content);
      holds(!mentions(summaryOf(content)), "its summary mentions nobody");
      for (const markup of found) {
        holds(!mentions(markup), "it mentions nobody");
        const outside = outsideCode(markup);
        holds(mode === "text" || !hasPicture(markup), "it has no picture");
        if (mode === "card" || mode === "plain_card") {
          holds(!outside.includes("<"), "it has no tag");
        } else holds(!/<[A-Za-z/]/.test(mode === "text" ? markup : outside), "it has no tag");
        if (mode === "post") {
          holds(!/&#\d+;/.test(outside.replaceAll(/&#(?:60|91);/g, "")), "nothing is escaped");
        }
        holds(!markup.includes("\u200b"), "nothing is hidden in it");
      }
      const shown = letters(found.join("\n"));
      for (const part of wanted(view)) holds(isWithin(part, shown), `it shows ${part}`);
    }
  }
});
