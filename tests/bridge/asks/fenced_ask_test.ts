import { assertEquals } from "@std/assert";
import { findFencedAsk } from "../../../lib/bridge/asks/fenced_ask.ts";
import { assertGrowsLinearly } from "../../helpers.ts";

const block = '{"question": "Which?", "options": ["one", "two"]}';
const fence = (info: string, inside = block) => `\`\`\`${info}\n${inside}\n\`\`\``;

Deno.test("an ask is the last block of an answer, whatever stands before it", () => {
  const before = [
    "",
    "Two ways.",
    fence("ts", "const a = 1;"),
    fence("ask", "{}"),
    `${fence("ask")}\n\nThat was an example.`,
    "```ask",
    "    ```ask",
  ];
  for (const text of before) {
    for (const [opening, end] of [["ask", ""], ["ask  \t", "\n \n"]] as const) {
      const answer = `${text}\n${fence(opening)}${end}`;
      assertEquals(findFencedAsk(answer), { text, block }, answer);
    }
  }
  assertEquals(findFencedAsk(fence("ask")), { text: "", block });
});

Deno.test("a block that is no valid ask, or does not end the answer, is not taken for one", () => {
  const others = [
    "",
    "```ask",
    "```ask\n```",
    fence("ask", "{}"),
    fence("ask", "no JSON"),
    fence("asking"),
    fence("json"),
    `x ${fence("ask")}`,
    `${fence("ask")} yes`,
    `${fence("ask")}\nmore`,
  ];
  for (const text of others) assertEquals(findFencedAsk(text), undefined, text);
});

Deno.test("the time to look for one grows like the length of the answer", () => {
  const hostile = ["\n```ask\n", "\n```", "\n``` \n", "\n", " ", "`", "```ask"];
  for (const one of hostile) {
    for (const end of ["x", "\n```", "\n```x"]) {
      assertGrowsLinearly((length) => {
        findFencedAsk(`\n\`\`\`ask\n${one.repeat(length / one.length)}${end}`);
      }, JSON.stringify([one, end]));
    }
  }
});
