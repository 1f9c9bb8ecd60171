import { assert, assertEquals } from "@std/assert";
import { cutLazyLines } from "../../../lib/base/markdown/lazy_lines.ts";
import { parseBlocks, parseMarkdown } from "../../../lib/base/markdown/markdown_lexer.ts";
import { assertGrowsLinearly, seeded } from "../../helpers.ts";

/** What a text begins with, and what is repeated behind it. */
const HOSTILE: readonly (readonly [string, string])[] = [
  ["- @", "(\n"],
  ["- a\n", "b\n"],
  ["- a\n", "  b\n"],
  ["- a\n", "\tb\n"],
  ["1. log\n", "x,y,z\n"],
  ["1.\ta\n", "\tb\n"],
  ["- [ ] ", "-->\n"],
  ["- a\n  - b\n", "c\n"],
  ["- a\n  - b\n", "    c\n"],
  ["- a\n", "  a|b\n"],
  ["- a\n", "=\n"],
  ["- a\n", "<div>\n"],
  ["- a\n  ```\n", "x\n"],
  ["- ```\n  a\n", "b\n"],
  ["> - a\n", "b\n"],
  ["> - a\n", ">   b\n"],
  ["> a\n", "b\n"],
  ["", "a\n> b\n"],
  ["", "> a\nb\n"],
  ["", "> - a\nb\n"],
  ["", "- > a\nb\n"],
  ["", "> 1. a\n> b\nc\n"],
  ["", "> > a\nb\n"],
  ["", "- a\nb\n"],
  ["", "- [ ] a\nb\n"],
  ["", "1. a\nb\n"],
  ["", "- a\n# b\n"],
  ["", "- a\n  - b\n    c\n"],
  ["", "<div>\n"],
  ["", "<!-- \n"],
  ["", "a\n"],
];

Deno.test("the blocks of a hostile text take time in proportion to its length", () => {
  for (const [before, one] of HOSTILE) {
    assertGrowsLinearly((length) => {
      parseBlocks(before + one.repeat(length / one.length));
    }, JSON.stringify(before + one));
  }
});

Deno.test("property: no part of a text is lost, however many of its lines are lazy", () => {
  const lines = ["- a", "1. b", "> c", "d", "  e", "    f", "", "```", "# g", "<div>", "| h | i |"];
  for (let seed = 0; seed < 40; seed++) {
    const random = seeded(seed);
    const few = lines.filter(() => random() < 0.4);
    const text = Array.from({ length: 2_000 }, () => few[Math.floor(random() * few.length)] ?? "x")
      .join("\n");
    for (const isNested of [false, true]) assertEquals(cutLazyLines(text, isNested).join(""), text);
    assertEquals(parseBlocks(text).map(({ raw }) => raw).join(""), text);
    const letters = (text: string) => text.match(/[a-z]/g)?.length ?? 0;
    assert(letters(JSON.stringify(parseMarkdown(text))) >= letters(text));
  }
});

Deno.test("texts that people write are not cut, however long they are", () => {
  const many = (line: string) => `${line}\n`.repeat(1_000);
  for (
    const text of [
      many("- a\n  b"),
      `- a\n\n  \`\`\`\n${many("  code")}  \`\`\`\n`,
      `- a\n\`\`\`\n${many("code")}\`\`\`\n`,
      `> \`\`\`\n${many("> code")}> \`\`\`\n`,
      many("text"),
      `| a |\n|---|\n${many("| b |")}`,
      `- a\n\n${many("text")}`,
    ]
  ) assertEquals(cutLazyLines(text, false).length, 1, text.slice(0, 30));
});
