import { assert, assertEquals, assertMatch } from "@std/assert";
import { nextRun, zoned } from "../../../lib/bridge/schedules/next_run.ts";
import { parseWhen } from "../../../lib/bridge/schedules/parse_when.ts";
import { assertGrowsLinearly, seeded } from "../../helpers.ts";

const ZONE = "Asia/Shanghai";
/** Saturday the 28th of November 2026, 18:00. */
const NOW = Date.parse("2026-11-28T10:00:00Z");

/** What is to be done, and the first times of a text, as `28 18:00`, by the day of the month. */
function read(text: string, n = 3): string {
  const when = parseWhen(text, NOW, ZONE);
  if (typeof when === "string") return when;
  const times: string[] = [];
  for (let after: number | undefined = NOW; times.length < n;) {
    after = nextRun(when.rhythm, when.zone, after);
    if (after === undefined) break;
    const shown = zoned(after, when.zone);
    const time = shown.toPlainTime().toString({ smallestUnit: "minute" });
    times.push(`${shown.day} ${time}`);
  }
  const zone = when.zone === ZONE ? "" : ` ${when.zone}`;
  return `${times.join(", ")}${zone} → ${when.isShared ? "(shared) " : ""}${when.prompt}`;
}

/** Each rhythm with its first times, in the words of both languages. */
const TABLE: readonly [times: string, ...texts: readonly string[]][] = [
  ["30 09:00, 1 09:00, 2 09:00", "every weekday at 9", "weekdays 9am", "mon-fri at 9:00"],
  [
    "30 10:00, 1 10:00, 2 10:00",
    "every weekday at １０",
    "工作日每天10点",
    "周一到周五 每天１０点",
  ],
  ["30 09:00, 31 09:00, 31 09:00", "every month on the last day at 9", "每月最后一天", "每月底9点"],
  [
    "30 09:00, 1 09:00, 2 09:00",
    "每个工作日9点",
    "工作日早上九点",
    "周一到周五 9:00",
    "0 9 * * 1-5",
  ],
  ["29 09:00, 30 09:00, 1 09:00", "every day at 9", "daily at 9", "every morning", "每天 9 点"],
  [
    "29 09:00, 30 09:00, 1 09:00",
    "天天9点",
    "每日早上9点整",
    "每早",
    "every day",
    "cron `0 9 * * *`",
  ],
  [
    "28 20:00, 29 20:00, 30 20:00",
    "every evening",
    "每晚",
    "每天晚上8点",
    "每天晚8点",
    "every day at 8pm",
  ],
  ["29 00:00, 30 00:00, 1 00:00", "every day at midnight", "每天晚上12点", "每天零点", "每天24:00"],
  ["29 09:00, 29 17:30, 30 09:00", "every day at 9 and 17:30", "每天早上9点和下午5点半"],
  ["29 09:00, 29 17:30, 30 09:00", "every day at 9, 5:30pm", "每天9点、17:30"],
  ["30 09:30, 7 09:30, 14 09:30", "every monday at 9:30", "每周一 9:30", "mondays at 9.30am"],
  [
    "30 09:00, 2 09:00, 4 09:00",
    "every mon, wed and fri at 9",
    "每周一、三、五 9点",
    "每周一三五9点",
  ],
  ["29 10:00, 5 10:00, 6 10:00", "every weekend at 10", "每个周末10点", "周末上午十点"],
  ["30 09:00, 14 09:00, 28 09:00", "every other monday at 9", "every 2 weeks on monday at 9"],
  ["30 09:00, 14 09:00, 28 09:00", "每两周周一 9点", "每2周周一9点"],
  ["30 10:00, 2 10:00, 4 10:00", "every 2 days at 10", "每两天10点", "每隔2天上午10点"],
  ["1 09:00, 1 09:00, 1 09:00", "every month on the 1st at 9", "每月1号9点", "每个月1日 9:00"],
  ["15 12:00, 15 12:00, 15 12:00", "monthly on the 15th at noon", "每月15号中午12点"],
  ["28 18:30, 28 19:00, 28 19:30", "every 30 minutes", "every half hour", "每半小时", "每30分钟"],
  ["28 20:00, 28 22:00, 29 00:00", "every 2 hours", "every 2h", "每隔2小时", "每两个小时"],
  ["28 18:20", "in 20 minutes", "20分钟后", "20 minutes from now", "二十分钟之后", "in 20m"],
  ["28 18:01", "in 90 seconds", "90 秒后", "in 90s"],
  ["28 18:30", "in half an hour", "半小时后", "半个小时以后"],
  ["28 19:30", "in 1 hour and 30 minutes", "一个半小时后", "1小时30分钟后"],
  ["1 09:00", "in 3 days at 9", "3天后9点", "三天后早上9点"],
  ["29 08:30", "tomorrow 8:30", "tomorrow at 8:30 am", "明天早上8点半", "明天8点30分", "明早8:30"],
  ["30 15:15", "the day after tomorrow at 3:15pm", "后天下午三点一刻"],
  ["28 20:00", "tonight at 8", "at 8 tonight", "at 8 in the evening", "今晚8点", "今晚八点"],
  ["29 08:00", "at 8", "at 8:00", "8点", "tomorrow morning at 8"],
  ["4 17:00", "friday at 5pm", "next friday at 5pm", "周五下午5点", "下周五17:00"],
  ["1 09:00", "2026-12-01 09:00", "dec 1 at 9", "1 december 9:00", "12月1日 9点", "十二月一号9点"],
  ["5 09:00", "2027-01-05", "jan 5th at 9", "1月5日"],
];

Deno.test("times are read in English, in Chinese and as cron, and the rest is the task", () => {
  for (const [times, ...texts] of TABLE) {
    for (const text of texts) {
      assertEquals(read(`${text} check 3 things`), `${times} → check 3 things`, text);
      assertEquals(read(`${text}：检查 3 个 "a:b"`), `${times} → 检查 3 个 "a:b"`, text);
    }
  }
});

Deno.test("a task stays as it was written, whatever it begins with", () => {
  const daily = "29 09:00, 30 09:00, 1 09:00";
  const cases: [text: string, prompt: string][] = [
    ["every day at 9 3 tests fail, why?", "3 tests fail, why?"],
    ["every day at 9: 10:30 is the standup", "10:30 is the standup"],
    ["every day at 9 the build of monday", "the build of monday"],
    ["every day at 9 night builds", "night builds"],
    ["每天9点30个任务", "30个任务"],
    ["每天9点早会纪要", "早会纪要"],
    ["每天 9 点 晚上的日志看一下", "晚上的日志看一下"],
    ["每天9点 在 src 里查\n两行", "在 src 里查\n两行"],
    ["每天9点半小时汇报一次？", "半小时汇报一次？"],
    ["every day at 9 /review the `diff`.", "/review the `diff`."],
  ];
  for (const [text, prompt] of cases) assertEquals(read(text), `${daily} → ${prompt}`, text);
});

Deno.test("a task that only looks as if it went on with the time is one", () => {
  const tasks = ["IT report", "和我说早安", "除了单元测试都跑一遍", "底部检查", "and tell me"];
  for (const task of tasks) assertMatch(read(`每天10点 ${task}`), new RegExp(`10:00 → ${task}$`));
});

Deno.test("a flag has the runs go on in the session, and a time zone can be named", () => {
  const daily = "29 09:00, 30 09:00, 1 09:00";
  for (const flag of ["in this session", "in the same session:", "接着聊，", "在本会话中："]) {
    assertEquals(read(`every day at 9 ${flag} go on`), `${daily} → (shared) go on`, flag);
  }
  assertEquals(read("every day at 9 Europe/Berlin x", 1), "29 09:00 Europe/Berlin → x");
  assertEquals(read("0 9 * * * UTC x", 1), "29 09:00 UTC → x");
  assertEquals(read("0 9 * * * Beijing time x", 1), "29 09:00 → x");
  assertEquals(read("每天9点（北京时间）x", 1), "29 09:00 → x");
  assertEquals(read("every day at 9 Docs/Readme x", 1), "29 09:00 → Docs/Readme x");
});

Deno.test("what says no time, or one that never comes, is not guessed at", () => {
  const unclear = [
    ...["", "hello", "every time it fails", "the moment tests fail", "每次都失败", "1 2 3"],
    ...["every day at 99", "every day 25:00 x", "every day 9 to 5 x", "every weekday 9am-5pm x"],
    ...["99 99 * * * x", "2026-02-30 9:00 x", "every 0 minutes x", "every month on the 40th x"],
    ...["every 3 months x", "每天25点 x", "下周 x", "every day except sunday at 9 x"],
    ...["every 2 hours between 9 and 17 x", "every hour at :15 x"],
    ...["every morning and evening x", "每天9点 除了周末 x"],
  ];
  for (const text of unclear) assertEquals(read(text), "unclear", text);
  for (const zone of ["CST", "EST", "(BST)", "PDT:", "MSK", "UTC+8", "GMT -5"]) {
    assertEquals(read(`every day at 9 ${zone} x`), "zone", zone);
    assertEquals(read(`0 9 * * * ${zone} x`), "zone", zone);
  }
  assertEquals(read("0 9 * * * ESTimate the cost", 1), "29 09:00 → ESTimate the cost");
  for (const text of ["today at 9 x", "今天 9点 x", "2020-01-01 x"]) {
    assertEquals(read(text), "past", text);
  }
  assertEquals(read("0 0 31 2 * x"), "never");
});

Deno.test("any mixture of words, and any text, is read without harm and in linear time", () => {
  const random = seeded(8);
  const one = <T>(from: readonly T[]) => from[Math.floor(random() * from.length)] as T;
  const words = [
    ...[
      "every",
      "每",
      "在",
      "day",
      "天",
      "at",
      "9",
      "点",
      "半",
      ":30",
      "and",
      "、",
      "周一",
      "到",
      "mon",
    ],
    ...[
      "in",
      "20",
      "minutes",
      "分钟",
      "后",
      "明天",
      "tomorrow",
      "晚上",
      "pm",
      "UTC",
      "*",
      "1st",
      "\n",
    ],
    ...["下", "next", "12月1日", "2026-12-01", "接着聊", "check", "检查", "🙂", "-", "/", "２０"],
  ];
  for (let i = 0; i < 3000; i++) {
    const text = Array.from({ length: 1 + Math.floor(random() * 8) }, () => one(words))
      .join(one(["", " "]));
    const when = parseWhen(text, NOW, ZONE);
    if (typeof when === "string") continue;
    assert(when.first > NOW && text.trim().startsWith(when.words), text);
    assert(text.endsWith(when.prompt) || text.trimEnd().endsWith(when.prompt), text);
  }
  for (const part of [" ", "周一", "9", "every ", "、", "*/5,", "at 9 and "]) {
    assertGrowsLinearly((n) => parseWhen(part.repeat(n / part.length), NOW, ZONE), part);
  }
});
