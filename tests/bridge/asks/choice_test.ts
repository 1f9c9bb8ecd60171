import { assertEquals } from "@std/assert";
import { type Choice, parseAnswer } from "../../../lib/bridge/asks/choice.ts";

const options = ["PostgreSQL", "PostGIS", "SQLite", "2 files"].map((label) => ({
  value: label,
  label,
}));
const one: Choice = { question: "Which?", options };
const several: Choice = { ...one, multiple: true };
const free: Choice = { ...one, custom: true };
const loose: Choice = { ...one, mayBePrompt: true };

Deno.test("an answer is a number, a label in any case, or an unambiguous beginning of one", () => {
  const cases: [string, Choice, string[] | "wrong" | "unrelated"][] = [
    ["1", one, ["PostgreSQL"]],
    [" ３ ", one, ["SQLite"]],
    ["sqlite", one, ["SQLite"]],
    ["postgr", one, ["PostgreSQL"]],
    ["post", one, "wrong"],
    ["2", one, ["PostGIS"]],
    ["2 f", one, ["2 files"]],
    ["0", one, "wrong"],
    ["5", one, "wrong"],
    ["-1", one, "wrong"],
    ["1.5", one, "wrong"],
    ["", one, "wrong"],
    ["neither of them, please", one, "wrong"],
    ["1, 3", one, "wrong"],
    ["1, 3", several, ["PostgreSQL", "SQLite"]],
    ["sql；1 1", several, ["SQLite", "PostgreSQL"]],
    ["1, 9", several, "wrong"],
    ["neither of them, please", free, ["neither of them, please"]],
    ["9", free, "wrong"],
    ["maybe", loose, "wrong"],
    ["now do something else", loose, "unrelated"],
  ];
  for (const [text, choice, expected] of cases) {
    assertEquals(parseAnswer(text, choice), expected, text);
  }
});
