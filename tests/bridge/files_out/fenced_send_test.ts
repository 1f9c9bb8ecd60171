import { assertEquals } from "@std/assert";
import { findFencedSends, type WantedFile } from "../../../lib/bridge/files_out/fenced_send.ts";

const block = (inside: string) => `\`\`\`send\n${inside}\n\`\`\``;

Deno.test("a block names files by lines or by JSON, and is not shown", () => {
  const cases: [inside: string, files: WantedFile[]][] = [
    ["a.txt", [{ path: "a.txt" }]],
    ["a.txt\n\n  out/my file.pdf  ", [{ path: "a.txt" }, { path: "out/my file.pdf" }]],
    ["- a.txt\n* `b.txt`", [{ path: "a.txt" }, { path: "b.txt" }]],
    ['["a.txt", {"path": "b", "caption": " B "}]', [{ path: "a.txt" }, {
      path: "b",
      caption: "B",
    }]],
    ['{"path": "b", "caption": ""}', [{ path: "b" }]],
    ['{"path": "a"}\n{"path": "b"}', [{ path: "a" }, { path: "b" }]],
    ['"a b.txt"', [{ path: "a b.txt" }]],
    ["", []],
    ["[1, null, {}]", []],
  ];
  for (const [inside, files] of cases) {
    assertEquals(findFencedSends(`Here:\n${block(inside)}`), { text: "Here:", files }, inside);
  }
});

Deno.test("blocks may stand anywhere in an answer, and other code stays as it is", () => {
  const answer = ["One", block("a"), "two", block("b"), "three"].join("\n");
  assertEquals(findFencedSends(answer), {
    text: "One\ntwo\nthree",
    files: [{ path: "a" }, { path: "b" }],
  });
  const example = ["Write this:", "````md", block("a"), "````", "or", "  ```send", "x", "```"];
  assertEquals(findFencedSends(example.join("\n")), { text: example.join("\n"), files: [] });
  for (const text of ["```sender\na\n```", "```js\n```\n\nsend", "```send a.txt\nb\n```"]) {
    assertEquals(findFencedSends(text), { text, files: [] });
  }
});

Deno.test("a block without an end is cut off: nothing of it is sent or shown", () => {
  assertEquals(findFencedSends("Here:\n```send\nreport.p"), { text: "Here:", files: [] });
});

Deno.test("a long answer with many openings takes no long time", () => {
  const answer = "```send\n".repeat(100_000);
  const begin = performance.now();
  assertEquals(findFencedSends(answer).files, []);
  assertEquals(performance.now() - begin < 2_000, true);
});
