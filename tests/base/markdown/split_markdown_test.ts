import { assert, assertEquals } from "@std/assert";
import { parseMarkdown } from "../../../lib/base/markdown/markdown_lexer.ts";
import { lastPart, splitMarkdown } from "../../../lib/base/markdown/split_markdown.ts";
import { seeded } from "../../helpers.ts";

/** A token of the parser, as far as these tests look at it. */
interface Block {
  readonly type: string;
  readonly text?: string;
  readonly lang?: string;
  readonly tokens?: readonly Block[];
  readonly items?: readonly Block[];
}

/** The code blocks in a Markdown text, wherever they stand. */
function codes(markdown: string): Block[] {
  const find = (blocks: readonly Block[]): Block[] =>
    blocks.flatMap((block) =>
      block.type === "code" ? [block] : find([...block.tokens ?? [], ...block.items ?? []])
    );
  return find(parseMarkdown(markdown) as readonly Block[]);
}

const lines = (markdowns: readonly string[]) =>
  markdowns.flatMap(codes).flatMap(({ text = "" }) => text.split("\n"))
    .filter((line) => line !== "");

/** Code in which fences, lists, quotes and indentation stand. */
const code = (length: number) =>
  Array.from({ length }, (_, i) =>
    [
      `def f${i}(x):`,
      `    return {"a": ${i}}`,
      `\`\`\`js`,
      `    \`\`\``,
      `- no item ${i}`,
      `1. no item ${i}`,
      `> no quote ${i}`,
      `\tif x < ${i}:`,
      `# no heading ${i}`,
    ][i % 9] ?? "");

/** The same code at the margin, in lists of several depths, and in quotes. */
const PLACES: Readonly<Record<string, (code: readonly string[]) => string>> = {
  "at the margin": (code) => ["````py", ...code, "````"].join("\n"),
  "with tildes": (code) => ["~~~~ py", ...code, "~~~~"].join("\n"),
  "in a numbered item": (code) =>
    ["1. First:", "", ...["````py", ...code, "````"].map((line) => `   ${line}`), "2. Second"]
      .join("\n"),
  "in an item of its own": (code) =>
    ["- ````py", ...[...code, "````"].map((line) => `  ${line}`), "- Second"].join("\n"),
  "in a nested item": (code) =>
    ["- a", "  - b", ...["````py", ...code, "````"].map((line) => `    ${line}`), "- c"].join("\n"),
  "in the tenth item": (code) =>
    ["10. Ten:", ...["````py", ...code, "````"].map((line) => `    ${line}`), "    tail"]
      .join("\n"),
  "in a list in a quote": (code) =>
    ["> 1. a", ...["````py", ...code, "````"].map((line) => `>    ${line}`), "> b"].join("\n"),
  "in a nested list in a quote": (code) =>
    ["> - a", ">   - b", ...["````py", ...code, "````"].map((line) => `>     ${line}`), ">", "> b"]
      .join("\n"),
  "in a quote in a list": (code) =>
    ["- a", ...["````py", ...code, "````"].map((line) => `  > ${line}`), "", "  b", "- c"]
      .join("\n"),
  "in a list in a quote in a quote": (code) =>
    ["> > - a", ...["````py", ...code, "````"].map((line) => `> >   ${line}`), "> > b"].join("\n"),
  "in a quote": (code) => ["> ````py", ...code.map((line) => `> ${line}`), "> ````"].join("\n"),
};

for (const [place, put] of Object.entries(PLACES)) {
  Deno.test(`code ${place} is the same code in each part of a split answer`, () => {
    for (const length of [20, 60, 200]) {
      const markdown = put(code(length));
      const whole = lines([markdown]);
      assertEquals(whole, code(length));
      for (const max of [300, 500, 1111]) {
        const pieces = splitMarkdown(`Some text.\n\n${markdown}\n\nMore text.`, max);
        assert(pieces.every((piece) => piece.length <= max));
        assertEquals(lines(pieces), whole, `${max}:\n${pieces.join("\n=====\n")}`);
        for (const piece of pieces) {
          for (const { lang, text } of codes(piece)) assertEquals(text && lang, text && "py");
        }
      }
    }
  });

  Deno.test(`code ${place} is the same code in the last part of a growing answer`, () => {
    const markdown = put(code(60));
    const whole = lines([markdown]);
    for (let max = 60; max < markdown.length; max += 7) {
      const shown = lines([lastPart(markdown, max)]);
      // The first line may be a part of one.
      assertEquals(
        shown.slice(1),
        whole.slice(whole.length - shown.length + 1),
        lastPart(markdown, max),
      );
    }
  });
}

Deno.test("blocks after an item that was cut keep their own structure", () => {
  const item = (
    n: number,
  ) => [
    `${n}. Step ${n}`,
    "",
    "   ```py",
    "   def f():",
    "       return 1",
    "   ```",
    "",
    "   Text.",
  ];
  const markdown = Array.from({ length: 40 }, (_, i) => item(i + 1)).flat().join("\n");
  for (let max = 200; max < 600; max += 11) {
    for (const pieces of [splitMarkdown(markdown, max), [lastPart(markdown, max)]]) {
      for (const { text } of pieces.flatMap(codes)) {
        assert(/^(?:def f\(\):)?\n?(?: {4}return 1)?$/.test(text ?? ""), `${max}: ${text}`);
      }
    }
  }
});

Deno.test("indented code without a fence stays code", () => {
  const indented = Array.from({ length: 60 }, (_, i) => `    line ${i};`);
  const pieces = splitMarkdown(`Text:\n\n${indented.join("\n")}\n\nMore.`, 300);
  assert(pieces.length > 2);
  assertEquals(lines(pieces), indented.map((line) => line.trim()));
  assertEquals(lines([lastPart(indented.join("\n"), 100)]).at(-2), "line 58;");
});

Deno.test("a split loses no line, whatever is in it", () => {
  for (let seed = 0; seed < 300; seed++) {
    const random = seeded(seed);
    const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
    const line = () =>
      pick(["", "   ", "  - ", "1. ", "> ", "      "]) +
      pick(["```", "````", "~~~", "word", "a b"]);
    const markdown = Array.from({ length: 80 }, line).join("\n");
    const words = (text: string) => text.match(/[a-z]+/g)?.join(" ");
    assertEquals(words(splitMarkdown(markdown, 200).join("\n")), words(markdown), `seed ${seed}`);
  }
});
