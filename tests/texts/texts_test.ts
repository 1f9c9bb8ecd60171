import { assert, assertEquals, assertMatch } from "@std/assert";
import { duration } from "../../lib/base/duration.ts";
import { texts } from "../../lib/texts/texts.ts";

/** Every sentence by its name; functions are called with telling arguments. */
function sentences(part: object, name = ""): [string, string][] {
  return Object.entries(part).flatMap(([key, value]): [string, string][] => {
    const path = `${name}${key}`;
    if (typeof value === "object") return sentences(value, `${path}.`);
    return [[path, typeof value === "function" ? String(value(7, 90_000, "WHY")) : String(value)]];
  });
}

Deno.test("both languages have the same sentences, and none is empty", () => {
  const en = sentences(texts("en"));
  const zh = sentences(texts("zh"));
  assertEquals(zh.map(([name]) => name), en.map(([name]) => name));
  for (const [name, text] of [...en, ...zh]) {
    assert(text.trim() !== "", name);
    assert(!/undefined|NaN|\[object/.test(text), `${name}: ${text}`);
  }
});

Deno.test("Chinese sentences are Chinese", () => {
  const sameInBoth = new Set(["tokens", "part", "statusOpencode"]);
  for (const [name, text] of sentences(texts("zh"))) {
    if (!sameInBoth.has(name)) assertMatch(text, /\p{Script=Han}/u, name);
  }
});

Deno.test("a sentence takes the same arguments in both languages, and shows them", () => {
  const en = new Map(Object.entries(texts("en")));
  for (const [name, zh] of Object.entries(texts("zh"))) {
    const other = en.get(name);
    if (typeof zh !== "function" || typeof other !== "function") continue;
    assertEquals(zh.length, other.length, name);
  }
  for (const language of ["en", "zh"] as const) {
    const t = texts(language);
    assert(t.stranger("ou_x").includes("ou_x"));
    assert(t.cwdMissing("/no/such").includes("/no/such"));
    assert(t.retrying(2, 5000, "busy").includes("busy"));
    assert(t.retrying(2, 5000, "busy").includes("3"));
    assert(t.modelError("boom").includes("boom"));
    assert(t.statusUndelivered(3, "offline").includes("offline"));
    assert(t.statusFeishu(true, 1000) !== t.statusFeishu(false, 1000));
  }
});

Deno.test("durations read as people say them", () => {
  const cases: [number, string][] = [
    [0, "0 s"],
    [499, "0 s"],
    [42_000, "42 s"],
    [59_600, "1 min 0 s"],
    [185_000, "3 min 5 s"],
    [3_600_000, "1 h 0 min"],
    [7_440_000, "2 h 4 min"],
  ];
  for (const [ms, text] of cases) assertEquals(duration(ms), text);
});
