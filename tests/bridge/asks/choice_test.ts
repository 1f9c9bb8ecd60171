import { assertEquals } from "@std/assert";
import { type Choice, parseAnswer } from "../../../lib/bridge/asks/choice.ts";
import { answerWords } from "../../../lib/texts/answer_words.ts";

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

Deno.test("a mark behind a word or a number does not matter, unless an option has it", () => {
  const cases: [string, string[] | "wrong"][] = [
    ["1.", ["PostgreSQL"]],
    ["1、", ["PostgreSQL"]],
    ["３）", ["SQLite"]],
    ["SQLite!", ["SQLite"]],
    ["sqlite。", ["SQLite"]],
    ["。", "wrong"],
    ["1.5.", "wrong"],
  ];
  for (const [text, expected] of cases) assertEquals(parseAnswer(text, one), expected, text);
  const marked = ["Yes", "Yes!"].map((label) => ({ value: label, label }));
  assertEquals(parseAnswer("yes!", { question: "", options: marked }), ["Yes!"]);
  assertEquals(parseAnswer("yes.", { question: "", options: marked }), ["Yes"]);
});

Deno.test("a label that is a number comes before the number of an option", () => {
  const choice = (...labels: string[]): Choice => ({
    question: "",
    options: labels.map((label) => ({ value: label, label })),
  });
  const cases: [string, Choice, string[] | "wrong"][] = [
    ["1", choice("3", "2", "1"), ["1"]],
    ["3", choice("3", "2", "1"), ["3"]],
    ["1", choice("2", "1"), ["1"]],
    ["4", choice("4 GB", "8 GB", "16 GB", "32 GB"), ["32 GB"]],
    ["1", choice("4 GB", "8 GB", "16 GB", "32 GB"), ["4 GB"]],
    ["32", choice("4 GB", "8 GB", "16 GB", "32 GB"), ["32 GB"]],
    ["2", choice("2026", "2027"), ["2027"]],
  ];
  for (const [text, of, expected] of cases) assertEquals(parseAnswer(text, of), expected, text);
});

Deno.test("people say yes, always and no in their own words, and each word means one of them", () => {
  const words = {
    yes:
      "y Y yes yes_please ok OK okay Okay. once 同意 同意。 好 好的 好的！ 好_的 可以 行 是 是的 允许",
    always: "a always 总是 始终 一直 始终允许",
    no: "n no no_thanks reject 不 不行 否 不同意 不可以 不要 拒绝 别",
  };
  const choice: Choice = {
    question: "",
    options: (["yes", "always", "no"] as const).map((value) => ({
      value,
      label: `(${value})`,
      aliases: answerWords(value),
    })),
  };
  for (const [value, all] of Object.entries(words)) {
    for (const word of all.replaceAll(" ", "|").replaceAll("_", " ").split("|")) {
      assertEquals(parseAnswer(word, choice), [value], word);
    }
  }
  const all = (["yes", "always", "no"] as const).flatMap(answerWords);
  assertEquals(new Set(all).size, all.length);
});

Deno.test("a number answers a question without options", () => {
  const choice = { question: "How many?", options: [], custom: true };
  for (const text of ["3", "007", "1", "-2", "2.5", "three"]) {
    assertEquals(parseAnswer(text, choice), [text]);
  }
  const one = { ...choice, options: [{ value: "few", label: "Few" }] };
  assertEquals([parseAnswer("1", one), parseAnswer("3", one)], [["few"], "wrong"]);
});
