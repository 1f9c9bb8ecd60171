import {
  clockTime,
  type DayPart,
  here,
  later,
  type Unit,
  type WhenRule,
  type WhenToken,
} from "./when_words.ts";

const DIGITS = "零一二三四五六七八九";
/** A number below 100 in Chinese, or one in digits. */
const NUMBER =
  "(?:\\d{1,4}|半|[一二三四五六七八九]?十[一二三四五六七八九]?|[零〇一二两兩三四五六七八九])";
const UNIT =
  "(?:秒[钟鐘]?|分钟|分鐘|个?小时|個?小時|个?钟头|個?鐘頭|天|日|周|週|个?星期|個?星期|个?礼拜|個?禮拜|个?月|個?月)";
const WEEK = "(?:周|週|星期|礼拜|禮拜)";
const WEEKDAY = "[一二三四五六日天]";
const WEEKDAYS = "一二三四五六日";
/** The parts of the day: how they are written, and by which character alone. */
const PARTS: readonly [words: string, letter: string, part: DayPart][] = [
  ["凌晨|清晨|早上|早晨|清早|上午", "早", "morning"],
  ["中午", "午", "noon"],
  ["下午|午后|午後", "午后", "afternoon"],
  ["傍晚|晚上|晚间|晚間", "晚", "evening"],
  ["夜里|夜裡|夜间|夜間|半夜|深夜", "夜", "night"],
];

/** The number that digits or Chinese characters mean. */
function number(text = "1"): number {
  if (/^\d+$/.test(text)) return Number(text);
  if (text === "半") return 0.5;
  const digit = (one: string | undefined, none: number) =>
    one === undefined || one === ""
      ? none
      : "两兩".includes(one)
      ? 2
      : Math.max(DIGITS.indexOf(one), 0);
  const [tens, ones] = text.split("十");
  return ones === undefined ? digit(text, 1) : digit(tens, 1) * 10 + digit(ones, 0);
}

function unit(text = ""): Unit {
  if (/秒/.test(text)) return "second";
  if (/分/.test(text)) return "minute";
  if (/[时時头頭]/.test(text)) return "hour";
  if (/月/.test(text)) return "month";
  return /[周週星礼禮]/.test(text) ? "week" : "day";
}

function weekday(text: string): number {
  return text === "天" ? 7 : WEEKDAYS.indexOf(text) + 1;
}

/** The days of a list such as `一、三到五`. */
function weekdays(list = ""): number[] {
  const found: number[] = [];
  let isRange = false;
  for (const one of list.match(new RegExp(`${WEEKDAY}|[到至~-]`, "gu")) ?? []) {
    if (/[到至~-]/.test(one)) isRange = true;
    else {
      const last = weekday(one);
      const first = isRange ? (found.at(-1) ?? last) % 7 + 1 : last;
      for (let day = first;; day = day % 7 + 1) {
        found.push(day);
        if (day === last) break;
      }
      isRange = false;
    }
  }
  return [...new Set(found)].toSorted((a, b) => a - b);
}

const day = (words: string, offset: number, ...more: readonly WhenToken[]): WhenRule => ({
  pattern: here(`(?:${words})`),
  read: () => [{ kind: "day", offset }, ...more],
});

/** How people write times in Chinese. */
export const CHINESE: readonly WhenRule[] = [
  {
    pattern: here(`(?<n>${NUMBER})(?:个|個)半(?:小时|小時|钟头|鐘頭)(?:之|以)?[后後]`),
    read: ({ n }) => later([number(n) + 0.5, "hour"]),
  },
  {
    pattern: here(
      `(?<n>${NUMBER})\\s*(?<u>${UNIT})(?:零?(?<m>${NUMBER})\\s*(?<v>${UNIT}))?(?:之|以)?[后後]`,
    ),
    read: ({ n, u, m, v }) =>
      m === undefined
        ? later([number(n), unit(u)])
        : later([number(n), unit(u)], [number(m), unit(v)]),
  },
  // After the days, it says nothing more.
  { pattern: here("每[天日]"), behind: "weekdays", read: () => [{ kind: "every" }] },
  { pattern: here("每隔?(?:个|個)?"), read: () => [{ kind: "every" }] },
  {
    pattern: here("天天"),
    read: () => [{ kind: "every" }, { kind: "span", n: 1, unit: "day" }],
  },
  {
    pattern: here(`(?:工作日|${WEEK}内)`),
    read: () => [{ kind: "weekdays", days: [1, 2, 3, 4, 5], isGroup: true }],
  },
  {
    pattern: here(`${WEEK}末`),
    read: () => [{ kind: "weekdays", days: [6, 7], isGroup: true }],
  },
  {
    pattern: here(
      `(?<next>下个?)?(?:这|這|本)?${WEEK}(?<list>${WEEKDAY}(?:\\s*(?:[、,，和及与與到至~-]\\s*)?${WEEK}?` +
        `${WEEKDAY})*)(?![次个個])`,
    ),
    read: ({ next, list = "" }) => {
      const days = weekdays(list);
      return [
        ...(next === undefined ? [] : [{ kind: "nextWeek" } as const]),
        { kind: "weekdays", days, isGroup: days.length > 1 },
      ];
    },
  },
  {
    pattern: here(`(?:(?<y>20\\d\\d)年)?(?<m>${NUMBER})月(?<d>${NUMBER})[日号號]`),
    read: ({ y, m, d }) => [{
      kind: "date",
      month: number(m),
      day: number(d),
      ...(y !== undefined && { year: Number(y) }),
    }],
  },
  {
    pattern: here(`(?<d>${NUMBER})[日号號]`),
    read: ({ d }) => [{ kind: "monthday", day: number(d) }],
  },
  {
    // A day that a month does not have is its last.
    pattern: here("(?:的?最[后後]一[天日]|[底末])"),
    behind: "span",
    read: () => [{ kind: "monthday", day: 31 }],
  },
  {
    pattern: here(`(?:(?<n>${NUMBER})\\s*)?(?<u>${UNIT})`),
    behind: "every",
    read: ({ n, u }) => [{ kind: "span", n: number(n), unit: unit(u) }],
  },
  day("大后天|大後天", 3),
  day("后天|後天", 2),
  day("明早", 1, { kind: "part", part: "morning" }),
  day("明晚", 1, { kind: "part", part: "evening" }),
  day("明天|明日", 1),
  day("今早", 0, { kind: "part", part: "morning" }),
  day("今晚", 0, { kind: "part", part: "evening" }),
  day("今天|今日", 0),
  {
    pattern: here(
      `(?<h>${NUMBER})\\s*(?:点|點|时(?!间)|時(?!間))(?:钟|鐘|整)?` +
        `(?:(?<half>半(?!小时|小時|个|個|天))|(?<quarter>[一三])刻|零?(?<m>${NUMBER})\\s*分(?!钟|鐘|析|支|享)|` +
        "(?<mm>\\d\\d)(?![\\d个個条條项項次份名封]))?",
    ),
    read: ({ h, half, quarter, m, mm = "0" }) => {
      const quarters = quarter === undefined ? undefined : number(quarter) * 15;
      const minutes = half === undefined ? quarters ?? (m === undefined ? +mm : number(m)) : 30;
      return clockTime(number(h), minutes);
    },
  },
  ...PARTS.flatMap(([words, letter, part]): WhenRule[] => [
    { pattern: here(words), read: () => [{ kind: "part", part, leads: true }] },
    // Elsewhere a lone character may be the beginning of any word.
    {
      pattern: here(`${letter}(?=\\s*${NUMBER}\\s*[点點时時:：])`),
      read: () => [{ kind: "part", part, leads: true }],
    },
    {
      pattern: here(letter),
      behind: "every",
      read: () => [{ kind: "part", part, leads: true }],
    },
  ]),
  {
    pattern: here("[(（]?(?:北京时间|北京時間)[)）]?"),
    read: () => [{ kind: "zone", zone: "Asia/Shanghai" }],
  },
];
