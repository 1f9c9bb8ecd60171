import { assert, assertEquals } from "@std/assert";
import { plainText, splitAnswer, splitMarkdown, toFeishu } from "../../lib/feishu/markdown.ts";
import { seeded } from "../helpers.ts";
import { outsideCode, randomMarkdown } from "./random_markdown.ts";

Deno.test("plain text has no terminal escapes, control characters or torn surrogates", () => {
  const cases: [string, string][] = [
    ["\x1b[1;31mred\x1b[0m", "red"],
    ["\x1b]8;;http://x.io\x07link\x1b]8;;\x07", "link"],
    ["\x1b]0;title\x1b\\rest", "rest"],
    ["\x1b[2K\x1b[1Aup\x1b(B", "up"],
    ["bell\x07 null\x00 delete\x7f", "bell null delete"],
    ["tab\tand\r\nbreak", "tab\tand\nbreak"],
    ["torn \ud83d and whole 😀", "torn \ufffd and whole 😀"],
  ];
  for (const [raw, expected] of cases) assertEquals(plainText(raw), expected);
});

Deno.test("outside of code nothing becomes a tag, a picture or an entity", () => {
  const cases: [string, string][] = [
    ["<at id=all></at>", "&#60;at id=all&#62;&#60;/at&#62;"],
    ["Map<string> && a > b", "Map&#60;string&#62; && a &#62; b"],
    [
      "&lt;at&gt; &#60;at&#62; &copy; a & b",
      "&#38;lt;at&#38;gt; &#38;#60;at&#38;#62; &#38;copy; a & b",
    ],
    ["![chart](./a.png)", "chart"],
    ["![](./a.png)", "./a.png"],
    ['![logo](https://x.io/a.png "Title")', "[logo](https://x.io/a.png)"],
    ["[![badge](https://x.io/b.svg)](https://x.io)", "[[badge](https://x.io/b.svg)](https://x.io)"],
  ];
  for (const [markdown, expected] of cases) assertEquals(toFeishu(markdown), expected);
});

Deno.test("what Feishu renders stays as it is", () => {
  const same = [
    "# Title",
    "**bold** _it_ ~~gone~~",
    "[link](https://x.io/?a=1&b=2)",
    "- one\n    - two\n1. three",
    "> quoted\n> > twice",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "`a < b` and ``x y < z``",
    "```ts\nconst a: Map<string> = b && c;\n```",
    "---",
  ];
  for (const markdown of same) assertEquals(toFeishu(markdown), markdown);
});

Deno.test("fences come out whole: known marks, a known language, closed, and not broken inside", () => {
  const cases: [string, string][] = [
    ["~~~Python\nx\n~~~", "```python\nx\n```"],
    ["```js\nstill open", "```js\nstill open\n```"],
    ["````md\n```js\nx\n```\n````", "```md\n'''js\nx\n'''\n```"],
    ["  ```\n  x\n    y\n  ```", "```\nx\n  y\n```"],
    ["- ```\n  x\n  ```\n- b", "-\n```\nx\n```\n- b"],
    ["```inline``` code", "```inline``` code"],
    ["```ts\na < b\n```\na < b", "```ts\na < b\n```\na &#60; b"],
  ];
  for (const [markdown, expected] of cases) assertEquals(toFeishu(markdown), expected);
});

Deno.test("no mention survives outside of code, whatever a model writes", () => {
  for (let seed = 0; seed < 200; seed++) {
    const markdown = randomMarkdown(seeded(seed), 8);
    const shown = outsideCode(toFeishu(markdown));
    assert(!/<\/?at\b/i.test(shown), `seed ${seed}: ${/.*<\/?at\b.*/i.exec(shown)}`);
    assert(!shown.includes("<"), `seed ${seed}`);
  }
});

/** Text by which two forms of the same answer are compared. */
function essence(markdown: string): string {
  return markdown.replaceAll(/^ *(```|~~~).*$/gm, "").replaceAll(/\s+/g, "");
}

Deno.test("splitting an answer loses nothing, and each piece is small enough and whole", () => {
  for (let seed = 0; seed < 60; seed++) {
    const markdown = plainText(randomMarkdown(seeded(seed), 20));
    for (const max of [500, 2000, 8000, 20_000]) {
      const pieces = splitAnswer(markdown, max);
      const where = `seed ${seed}, max ${max}`;
      assertEquals(essence(pieces.join("\n")), essence(markdown), where);
      for (const piece of pieces) {
        assert(piece.length <= max, `${where}: ${piece.length}`);
        assert(piece.trim() !== "", where);
        assertEquals((piece.match(/^ *(```|~~~)/gm) ?? []).length % 2, 0, `${where}: ${piece}`);
        assert(piece.isWellFormed(), where);
        const bytes = new TextEncoder().encode(JSON.stringify(toFeishu(piece))).length;
        assert(bytes <= 20_000, `${where}: ${bytes} bytes`);
      }
    }
  }
});

Deno.test("a short answer is one piece, as it is", () => {
  assertEquals(splitAnswer("# hi\n\nthere\n", 500), ["# hi\n\nthere\n"]);
});

Deno.test("a long answer is cut between paragraphs", () => {
  const paragraphs = Array.from({ length: 12 }, (_, i) => `${i} ${"word ".repeat(17)}end.`);
  const pieces = splitMarkdown(paragraphs.join("\n\n"), 500);
  assert(pieces.length > 1);
  for (const piece of pieces) assert(/^\d+ word .*end\.$/s.test(piece.trim()), piece);
});

Deno.test("a code block that is cut goes on in the next piece in the same language", () => {
  const code = Array.from({ length: 100 }, (_, i) => `  line(${i});`);
  const pieces = splitMarkdown(["```ts", ...code, "```"].join("\n"), 500);
  assert(pieces.length > 2);
  for (const piece of pieces) assert(/^```ts\n {2}line[^`]*\n```$/.test(piece), piece);
  const lines = pieces.flatMap((piece) => piece.split("\n").slice(1, -1));
  assertEquals(lines, code);
});

Deno.test("a line without an end is cut, but never inside a character", () => {
  const pieces = splitMarkdown("😀".repeat(2000), 501);
  assertEquals(pieces.join(""), "😀".repeat(2000));
  assert(pieces.every((piece) => piece.isWellFormed() && piece.length <= 501));
});
