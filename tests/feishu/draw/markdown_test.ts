import { assert, assertEquals } from "@std/assert";
import { toFeishu } from "../../../lib/feishu/draw/markdown.ts";
import { plainText } from "../../../lib/feishu/draw/plain_text.ts";
import { splitAnswer } from "../../../lib/feishu/draw/split_answer.ts";
import { splitMarkdown } from "../../../lib/base/markdown/split_markdown.ts";
import { checkCard } from "../../../lib/demo/feishu_twin/card_rules.ts";
import { assertGrowsLinearly, seeded } from "../../helpers.ts";
import {
  isWithin,
  letters,
  MENTION,
  outsideCode,
  randomMarkdown,
  soup,
} from "./random_markdown.ts";

Deno.test("plain text has no terminal escapes, control characters or torn surrogates", () => {
  const cases: [string, string][] = [
    ["\x1b[1;31mred\x1b[0m", "red"],
    ["\x1b]8;;http://x.io\x07link\x1b]8;;\x07", "link"],
    ["\x1b]0;title\x1b\\rest", "rest"],
    ["\x1b[2K\x1b[1Aup\x1b(B", "up"],
    ["bell\x07 null\x00 delete\x7f", "bell null delete"],
    ["tab\tand\r\nbreak\rback", "tab\tand\nbreak\nback"],
    ["bell\x07[link](x)", "bell[link](x)"],
    ["\u202eright to left\u202c مرحبا", "right to left مرحبا"],
    ["torn \ud83d and whole 😀", "torn \ufffd and whole 😀"],
  ];
  for (const [raw, expected] of cases) assertEquals(plainText(raw), expected);
});

/** Checks pairs of Markdown and what becomes of it. */
function converts(cases: readonly (readonly [string, string])[]): void {
  for (const [markdown, expected] of cases) assertEquals(toFeishu(markdown), expected);
}

Deno.test("outside of code nothing becomes a tag, a picture or an entity", () => {
  converts([
    ["<at id=all></at>", "&#60;at id=all&#62;&#60;/at&#62;"],
    ["Map<string> && a > b", "Map&#60;string&#62; && a &#62; b"],
    ["&lt;at&gt; &copy; a & b", "&#60;at&#62; &#38;copy; a & b"],
    ["&#60;at&#62;", "&#38;#60;at&#38;#62;"],
    [":DONE: and a:b:c", "&#58;DONE: and a:b:c"],
    ["\\* \\<at id=all> C:\\*", "&#42; &#60;at id=all&#62; C:&#42;"],
  ]);
});

Deno.test("a picture becomes a link, a path code, and an address ends where Chinese goes on", () => {
  converts([
    ["![chart](./a.png)", "chart (`./a.png`)"],
    ["![](./a.png)", "`./a.png`"],
    ['![logo](https://x.io/a.png "Title")', "[logo](https://x.io/a.png) (Title)"],
    ["[![badge](https://x.io/b.svg)](https://x.io)", "[badge (https://x.io/b.svg)](https://x.io)"],
    ["[src/a.ts](src/a.ts) [`b.ts`](b.ts)", "`src/a.ts` `b.ts`"],
    ["[the file](/tmp/a.ts)", "the file (`/tmp/a.ts`)"],
    ["[x](https://x.io/(a)/中)", "[x](https://x.io/%28a%29/%E4%B8%AD)"],
    ["见https://x.io/a。然后", "见[https://x.io/a](https://x.io/a)。然后"],
    [
      "www.x.io、https://y.io/文档",
      "[www.x.io](http://www.x.io)、[https://y.io/](https://y.io/)文档",
    ],
    ["a@b.io", "a@b.io"],
  ]);
  const data = `data:image/png;base64,${"A".repeat(1000)}`;
  assertEquals(toFeishu(`![x](${data})`), `x (\`${data.slice(0, 40)}\`)`);
});

Deno.test("Markdown that Feishu renders stays as it is", () => {
  const same = [
    "**bold** *it* ~~gone~~ ***both*** **bold and *it***",
    "[link](https://x.io/?a=1&b=2)",
    "- one\n    - two\n- three",
    "1. one\n    1. two\n2. three",
    "> quoted\n>\n> > twice",
    "| a | b |\n| --- | ---: |\n| 1 | 2 |",
    "`a < b` and ``x ` y < z``",
    "```typescript\nconst a: Map<string> = b && c;\n```",
    "a\n\n---\n\nb",
    "snake_case_name",
  ];
  converts(same.map((markdown) => [markdown, markdown]));
});

Deno.test("headings are no larger than a phone can bear", () => {
  converts([["# A", "### A"], ["## A", "#### A"], ["###### A", "##### A"], ["A\n===", "### A"]]);
});

Deno.test("bold text stands free of letters, and is bold in Chinese too", () => {
  converts([
    ["这是**重点**内容", "这是 **重点** 内容"],
    ["中文**“引号”**中文，**注意：**看", "中文 **“引号”** 中文，**注意：** 看"],
    ["**a**，**b**。", "**a**，**b**。"],
    ["用**`code`**吧", "用 **`code`** 吧"],
  ]);
});

/**
 * Whether the marks in a line open and close, for a renderer that knows the punctuation of all scripts, or
 * that of ASCII only, and nothing of unspaced scripts.
 */
function isStyled(line: string, punctuation: RegExp): boolean {
  const ends = (character: string) => character.trim() === "" || punctuation.test(character);
  const runs = [...line.matchAll(/\*+|~+/g)];
  return runs.every(({ 0: run, index }, i) => {
    const [left = "", right = ""] = [
      [...line.slice(0, index)].at(-1),
      [...line.slice(index + run.length)][0],
    ];
    const [outside, inside] = i % 2 === 0 ? [left, right] : [right, left];
    return inside.trim() !== "" && (!punctuation.test(inside) || ends(outside));
  });
}

Deno.test("marks of emphasis have around them what Feishu needs to see them", () => {
  const pieces = [
    "中",
    "の",
    "를",
    "，",
    "。",
    "：",
    "「",
    "」",
    "（",
    "）",
    "“",
    "”",
    ",",
    "(",
    ")",
    "a",
    "1",
    " ",
  ];
  const inside = [
    "重点",
    "“引号”",
    "「い」",
    '"foo"',
    "`code`",
    "+5%",
    "$100",
    "A：",
    "（一）",
    "[x](https://y.io)",
  ];
  for (const mark of ["**", "*", "~~"]) {
    for (const inner of inside) {
      for (const before of pieces) {
        for (const after of pieces) {
          const markdown = `字${before}${mark}${inner}${mark}${after}字`;
          const shown = toFeishu(markdown);
          if (!shown.includes(mark + inner + mark)) continue;
          assert(isStyled(shown, /[\p{P}\p{S}]/u), `${markdown} → ${shown}`);
          assert(isStyled(shown, /[!-/:-@[-`{-~]/), `${markdown} → ${shown}`);
        }
      }
    }
  }
});

Deno.test("emphasis over several lines is emphasis in each of them", () => {
  converts([
    ["**a\nb**", "**a**\n**b**"],
    ["- **甲\n  乙**", "- **甲**\n  **乙**"],
    ["[a\nb](https://x.io)", "[a b](https://x.io)"],
  ]);
});

Deno.test("code keeps its characters: only what would mention somebody is changed", () => {
  const same = [
    "if (a <attr && b <at) x = <T>(y) => <p>{y}</p>;",
    "<attribute id=1> <persona> </at> <at>",
    "\tmake\n\n\n\tall",
    "a = b;\u00a0c",
    "`x` **y** __z__ &lt; &amp; \\n",
  ];
  for (const code of same) {
    assertEquals(toFeishu(`\`\`\`\n${code}\n\`\`\``), `\`\`\`\n${code}\n\`\`\``);
    const item = code.split("\n").map((line) => `   ${line}`).join("\n");
    assertEquals(
      toFeishu(`1. a\n   \`\`\`\n${item}\n   \`\`\``),
      `1. a\n\`\`\`\n${code}\n\`\`\``,
    );
  }
  const mentions = ["<at id=all>", "<at user_id='x'>", "<AT\tid=x>", "<person id=x>", "<at/id=x>"];
  for (const one of mentions) {
    assertEquals(toFeishu(`\`\`\`\n${one}\n\`\`\``), `\`\`\`\n‹${one.slice(1)}\n\`\`\``);
    assertEquals(
      toFeishu(`\`<\u200b${one.slice(1)}\``),
      `\`‹${one.slice(1).replace("\t", "\t")}\``,
    );
  }
});

/** Pairs of Markdown and what becomes of it in a post. */
function convertsToPost(cases: readonly (readonly [string, string])[]): void {
  for (const [markdown, expected] of cases) assertEquals(toFeishu(markdown, 0, "post"), expected);
}

Deno.test("a post has bold headings, tables as code, and signs without entities", () => {
  convertsToPost([
    ["# A **b** c", "**A b c**"],
    ["A\n===\n\n## `x`", "**A**\n\n**`x`**"],
    ["- # A", "- **A**"],
    ["| a |\n|---|\n| b |", "```\n| a |\n|---|\n| b |\n```"],
    ["Map<string> a < b, 1<2, </b>, <!-- x", "Map‹string> a < b, 1<2, ‹/b>, ‹!-- x"],
    ["`Map<string>` and `<at id=x>`", "`Map<string>` and `‹at id=x>`"],
    ["&lt;at id=all&gt; & &copy;", "‹at id=all> & &copy;"],
    ["2*3*4, a * b, snake_case, __init__", "2\\*3\\*4, a * b, snake_case, \\_\\_init\\_\\_"],
    ["a ` b", "a ' b"],
    ["text\n    # no heading", "text\n\\# no heading"],
    ["中文**“引号”**中文", "中文 **“引号”** 中文"],
    ["![p](https://x.io/a.png)", "[p](https://x.io/a.png)"],
    ["\\![p](https://x.io)", "！[p](https://x.io)"],
  ]);
});

Deno.test("signs that are no markup stay signs", () => {
  converts([
    ["2*3*4 and 3~5天，7~9天", "2&#42;3&#42;4 and 3&#126;5天，7&#126;9天"],
    ["__init__ and __all__", "&#95;&#95;init&#95;&#95; and &#95;&#95;all&#95;&#95;"],
    ["a | b\n2019\\. x", "a &#124; b\n2019&#46; x"],
    ["text\n    # no heading", "text\n&#35; no heading"],
  ]);
});

Deno.test("lists have four spaces a level, whatever the model took, and boxes for tasks", () => {
  converts([
    ["* a\n  * b\n    * c", "- a\n    - b\n        - c"],
    ["1. a\n   - b\n2. c", "1. a\n    - b\n2. c"],
    ["1. a\n1. b\n7. c", "1. a\n2. b\n7. c"],
    ["10. a\n9. b\n8. c", "10. a\n9. b\n8. c"],
    ["0. a\n0. b\n0. c", "0. a\n1. b\n2. c"],
    ["3. a\n3. b\n5. c\n4. d", "3. a\n4. b\n5. c\n6. d"],
    ["2) a\n4) b", "2. a\n4. b"],
    ["- a\n\n  more\n- b", "- a\n  more\n- b"],
    ["- [x] done\n- [ ] open", "- ☑ done\n- ☐ open"],
    ["1. a\n   ```sh\n   x\n   ```\n   - b\n2. c", "1. a\n```shell\nx\n```\n- b\n2. c"],
    ["- a\n  > q\n- b", "- a\n\n> q\n\n- b"],
  ]);
  const deep = Array.from({ length: 10 }, (_, i) => `${"  ".repeat(i)}- ${i}`).join("\n");
  assertEquals(toFeishu(deep), deep.replaceAll("  ", "    "));
});

Deno.test("fences come out whole: known marks, a known language, closed, and not broken inside", () => {
  converts([
    ["~~~Python\nx\n~~~", "```python\nx\n```"],
    ["```js\nstill open", "```javascript\nstill open\n```"],
    ["```mermaid\nx\n```", "```\nx\n```"],
    ["```ts src/a.ts\nx\n```", "`src/a.ts`\n```typescript\nx\n```"],
    ["````md\n```js\nx\n```\n````", "````markdown\n```js\nx\n```\n````"],
    ["~~~~md\n`````\nx\n~~~\n~~~~", "``````markdown\n`````\nx\n~~~\n``````"],
    ["  ```\n  x\n    y\n  ```", "```\nx\n  y\n```"],
    ["- ```\n  x\n  ```\n- b", "-\n```\nx\n```\n- b"],
    ["> ```\n> x\n> ```", "```\nx\n```"],
    ["```ts\na < b\n```\na < b", "```typescript\na < b\n```\n\na &#60; b"],
    ["```\n<at id=all></at>\n```", "```\n‹at id=all></at>\n```"],
  ]);
});

Deno.test("a post has no longer fences, since no page of Feishu's promises them", () => {
  convertsToPost([["````md\n```js\nx\n```\n````", "```markdown\n'''js\nx\n'''\n```"]]);
});

Deno.test("a footnote is text, and no link", () => {
  converts([[
    "脚注[^1]和[^n]。\n\n[^1]: 注释内容\n[^n]: other",
    "脚注[^1]和[^n]。\n\n[^1]: 注释内容\n[^n]: other",
  ]]);
});

Deno.test("tables stay as many as asked, the others become code", () => {
  const table = "| a | b |\n| --- | --- |\n| `x\\|y` | z |";
  const shown = toFeishu(Array(60).fill(table).join("\n\n"), 2);
  assertEquals(shown.match(/```\n\|/g)?.length, 58);
  assert(shown.startsWith(`${table}\n\n${table}\n\n\`\`\`\n`));
  // The row has more cells than the head, and they would not show.
  assertEquals(toFeishu("| a |\n|---|\n| 1 | 2 |"), "```\n| a |\n|---|\n| 1 | 2 |\n```");
});

/** The letters that a reader should see, languages of fences aside. */
function wanted(markdown: string): string {
  return letters(plainText(markdown).replaceAll(/^.*?(`{3,}|~{3,}).*$/gm, ""));
}

function taken(card: Readonly<Record<string, unknown>>): boolean {
  try {
    checkCard(card);
    return true;
  } catch {
    return false;
  }
}

Deno.test("nothing that a model writes is lost, mentions anybody or refuses a card", () => {
  for (let seed = 0; seed < 2000; seed++) {
    const random = seeded(seed);
    const markdown = seed % 10 === 0 ? randomMarkdown(random, 8) : soup(random, 60);
    const shown = toFeishu(markdown);
    const where = `seed ${seed}:\n${markdown}\n→\n${shown}`;
    assert(isWithin(wanted(markdown), letters(shown)), where);
    assert(!MENTION.test(shown), where);
    assert(!outsideCode(shown).includes("<"), where);
    const card = { schema: "2.0", body: { elements: [{ tag: "markdown", content: shown }] } };
    assert(taken(card), where);
  }
});

Deno.test("splitting an answer loses nothing, and each piece is small enough and whole", () => {
  for (let seed = 0; seed < 300; seed++) {
    const random = seeded(seed);
    const markdown = plainText(seed % 5 === 0 ? randomMarkdown(random, 20) : soup(random, 600));
    for (const max of [500, 2000, 20_000]) {
      const pieces = splitAnswer(markdown, max);
      const where = `seed ${seed}, max ${max}`;
      assert(isWithin(wanted(markdown), letters(pieces.join("\n"))), where);
      for (const piece of pieces) {
        assert(piece.length <= max, `${where}: ${piece.length}`);
        assert(piece.trim() !== "", where);
        assert(piece.isWellFormed(), where);
        const bytes = new TextEncoder().encode(JSON.stringify(toFeishu(piece))).length;
        assert(bytes <= 20_000, `${where}: ${bytes} bytes`);
      }
    }
  }
});

Deno.test("a table that is cut has its head in each piece", () => {
  const rows = Array.from({ length: 40 }, (_, i) => `| ${i} | ${"x".repeat(20)} |`);
  const pieces = splitMarkdown(["| n | text |", "|---|---|", ...rows].join("\n"), 500);
  assert(pieces.length > 1);
  for (const piece of pieces) assert(/^\| n \| text \|\n\|---\|---\|\n\| \d/.test(piece), piece);
  assertEquals(pieces.flatMap((piece) => piece.split("\n").slice(2)), rows);
});

Deno.test("hostile answers take time in proportion to their length", () => {
  const hostile = [
    "**a",
    "`**a` ",
    "@_user_1",
    "**“",
    "> ",
    "1. ",
    "- a\n  ",
    "- a\n",
    "[",
    "![a](",
    "[a](b) ",
    "a|b\n-|-\n",
    "|a|b|\n",
    "*a_b ",
    "字 <T> ",
    "# a\n",
    "```\n",
    "    a\n",
    "a\n",
    "a\n\n",
    "[a]: b\n",
    "http://a ",
    "a\n=\n",
    "* \n",
    "a@b.c ",
    "\t",
    "<b>",
  ];
  for (const one of hostile) {
    const translate = (length: number) => void toFeishu(one.repeat(length / one.length));
    assertGrowsLinearly(translate, JSON.stringify(one), 10_000);
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
