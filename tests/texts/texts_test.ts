import { assert, assertEquals, assertMatch } from "@std/assert";
import { duration } from "../../lib/base/time/duration.ts";
import { PAGE_TEXTS } from "../../lib/demo/page/page_texts.ts";
import { agentTexts } from "../../lib/texts/agent.ts";
import { durationZh } from "../../lib/texts/duration_zh.ts";
import { terminalTexts } from "../../lib/texts/terminal_texts.ts";
import { texts } from "../../lib/texts/texts.ts";
import { chineseMisprint } from "../chinese_misprint.ts";

/** Every sentence by its name; functions are called with telling arguments, which serve as numbers, too. */
function sentences(group: object, name = ""): [string, string][] {
  return Object.entries(group).flatMap(([key, value]): [string, string][] => {
    const path = `${name}${key}`;
    // No sentence, but what says a sentence in another language.
    if (value === terminalTexts("en").reason || value === terminalTexts("zh").reason) return [];
    if (typeof value === "object") return sentences(value, `${path}.`);
    return [[
      path,
      typeof value === "function" ? String(value("7", "90000", "WHY")) : String(value),
    ]];
  });
}

/** The two rooms of sentences that have both languages. */
const ROOMS = {
  chat: { en: texts("en"), zh: texts("zh") },
  terminal: { en: terminalTexts("en"), zh: terminalTexts("zh") },
};

for (const [room, { en, zh }] of Object.entries(ROOMS)) {
  /** Nothing has to be done about opencode's own rules. */
  const mayBeEmpty = new Set(["checks.asks.todo"]);
  /** Names, and sentences that are only punctuation around an argument. */
  const sameInBoth = new Set(["tokens", "part", "statusOpencode", "because", "finding"]);
  const names = new Set(["checks.opencode.name", "askAppId"]);

  Deno.test(`${room}: both languages have the same sentences, and none is empty`, () => {
    const inEnglish = sentences(en);
    const inChinese = sentences(zh);
    assertEquals(inChinese.map(([name]) => name), inEnglish.map(([name]) => name));
    for (const [name, text] of [...inEnglish, ...inChinese]) {
      assert(text.trim() !== "" || mayBeEmpty.has(name), name);
      assert(!/undefined|NaN|\[object/.test(text), `${name}: ${text}`);
    }
  });

  Deno.test(`${room}: Chinese sentences are Chinese, English ones are not`, () => {
    for (const [name, text] of sentences(zh)) {
      if (sameInBoth.has(name) || names.has(name) || mayBeEmpty.has(name)) continue;
      assertMatch(text, /\p{Script=Han}/u, name);
    }
    for (const [name, text] of sentences(en)) assert(!/\p{Script=Han}/u.test(text), name);
  });

  Deno.test(`${room}: Chinese sentences keep to one typography and one set of words`, () => {
    for (const [name, text] of sentences(zh)) assertEquals(chineseMisprint(text), undefined, name);
  });

  Deno.test(`${room}: a sentence takes the same arguments in both languages`, () => {
    const inEnglish = new Map<string, unknown>(Object.entries(en));
    for (const [name, sentence] of Object.entries(zh)) {
      const other = inEnglish.get(name);
      if (typeof sentence !== "function" || typeof other !== "function") continue;
      assertEquals(sentence.length, other.length, name);
    }
  });

  Deno.test(`${room}: both languages name the same commands, settings, files and addresses`, () => {
    const inEnglish = new Map(sentences(en));
    // Words that the reader types or looks up are the same in both.
    const quoted = (text = "") =>
      [...text.matchAll(/(?<![\w./])\/[a-z]+|[A-Z]+_[A-Z_]+|opencode (?:auth|models)|--[a-z]+/g)]
        .map(([word]) => word).toSorted();
    for (const [name, text] of sentences(zh)) {
      assertEquals(quoted(text), quoted(inEnglish.get(name)), name);
    }
  });
}

Deno.test("the demo's page: Chinese sentences keep to the same typography and words", () => {
  for (const [name, text] of sentences(PAGE_TEXTS.zh)) {
    assertEquals(chineseMisprint(text), undefined, name);
  }
});

Deno.test("the sentences of the chat show their arguments", () => {
  for (const language of ["en", "zh"] as const) {
    const t = texts(language);
    assert(t.stranger("ou_x").includes("ou_x"));
    assert(t.cwdMissing("/no/such").includes("/no/such"));
    assert(t.retrying(2, 5000, "busy").includes("busy"));
    assert(t.retrying(2, 5000, "busy").includes("3"));
    const hinted = t.howToAnswer("1–2", { custom: true, hint: t.turnWaits });
    assert(hinted.endsWith(t.turnWaits));
    assert(!/\p{Script=Han}[。，]\s/u.test(hinted) && !/\.\S/.test(hinted), hinted);
    assert(t.modelError("boom").includes("boom"));
    assert(t.statusUndelivered(3, "offline").includes("offline"));
    assert(t.statusFeishu(true, 1000) !== t.statusFeishu(false, 1000));
  }
});

Deno.test("what went wrong is said in Chinese in the chat, too", () => {
  const { contentRefused, statusUndelivered, agentAway, fileFailed } = texts("zh");
  const cases: [string, RegExp][] = [
    [contentRefused("card content refused (230099: Failed, log id 1)"), /不接受卡片内容（230099：/],
    [statusUndelivered(2, "the bot is not in this chat (230002: No)"), /机器人不在这个聊天中（/],
    [agentAway("did not answer in time"), /没有及时应答/],
    [fileFailed("a.pdf", "No space left on device"), /磁盘已满/],
  ];
  for (const [text, said] of cases) assertMatch(text, said);
  const long = "it is what it is: it must be ".repeat(10_000);
  assert(agentAway(long).includes(long));
});

Deno.test("the model reads other words than the person, in English", () => {
  for (const language of ["en", "zh"] as const) {
    assert(texts(language).rejected !== agentTexts.rejected);
    assert(texts(language).rejectedBySilence !== agentTexts.rejectedBySilence);
  }
  for (const [name, text] of sentences(agentTexts)) assert(!/\p{Script=Han}/u.test(text), name);
});

Deno.test("durations read as people say them", () => {
  const cases: [number, string, string][] = [
    [0, "0 s", "0 秒"],
    [499, "0 s", "0 秒"],
    [42_000, "42 s", "42 秒"],
    [59_600, "1 min 0 s", "1 分 0 秒"],
    [185_000, "3 min 5 s", "3 分 5 秒"],
    [3_600_000, "1 h 0 min", "1 小时 0 分"],
    [7_440_000, "2 h 4 min", "2 小时 4 分"],
  ];
  for (const [ms, en, zh] of cases) assertEquals([duration(ms), durationZh(ms)], [en, zh]);
});
