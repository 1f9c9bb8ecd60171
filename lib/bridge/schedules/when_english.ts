import { clockTime, type DayPart, here, later, type Unit, type WhenRule } from "./when_words.ts";

// deno-fmt-ignore
const NUMBERS: Readonly<Record<string, number>> = {
  a: 1, an: 1, one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8,
  nine: 9, ten: 10, eleven: 11, twelve: 12, fifteen: 15, twenty: 20, thirty: 30,
  half: 0.5, "half a": 0.5, "half an": 0.5,
};
const NUMBER = String.raw`(?:\d{1,4}|half(?:\s+an?)?|an?|one|two|three|four|five|six|seven|eight|` +
  "nine|ten|eleven|twelve|fifteen|twenty|thirty)";
const UNIT = String
  .raw`(?:sec(?:ond)?s?|min(?:ute)?s?|h(?:ou)?rs?|days?|weeks?|months?|[smhdw])(?!\p{L})`;
const DAY = "(?:mon(?:days?)?|tue(?:s(?:days?)?)?|wed(?:s|nesdays?)?|thu(?:r(?:s(?:days?)?)?)?|" +
  String.raw`fri(?:days?)?|sat(?:urdays?)?|sun(?:days?)?)(?!\p{L})`;
const MONTH = "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|" +
  "sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const MONTHS = [
  ...["jan", "feb", "mar", "apr", "may", "jun"],
  ...["jul", "aug", "sep", "oct", "nov", "dec"],
];
const ORDINAL = "(?:st|nd|rd|th)";
const HALF = String.raw`(?<half>[ap]\.?m\.?)(?!\p{L})`;
/** What does not follow a bare number that is a time of the day. */
const NO_TIME = String.raw`(?![\p{L}\d%/-]|[:：.]\d)`;

function number(text = "1"): number {
  return NUMBERS[text.toLowerCase().replace(/\s+/g, " ")] ?? Number(text);
}

function unit(text = ""): Unit {
  const units: Record<string, Unit> = { s: "second", m: "minute", h: "hour", d: "day", w: "week" };
  const [first = ""] = text.toLowerCase();
  return /^mo/i.test(text) ? "month" : units[first] ?? "day";
}

function position(names: readonly string[], text = ""): number {
  return names.indexOf(text.slice(0, 3).toLowerCase()) + 1;
}

/** The days of the week from one to another, which may be of the next week. */
function range(first: number, last: number): number[] {
  const length = (last - first + 7) % 7 + 1;
  return Array.from({ length }, (_, i) => (first + i - 1) % 7 + 1);
}

const part = (words: string, part: DayPart): WhenRule[] => [
  {
    pattern: here(String.raw`(?:in\s+the|at|this)\s+(?:${words})(?!\p{L})`),
    read: () => [{ kind: "part", part }],
  },
  {
    pattern: here(String.raw`(?:${words})(?!\p{L})`),
    read: () => [{ kind: "part", part, leads: true }],
  },
];

/** How people write times in English. */
export const ENGLISH: readonly WhenRule[] = [
  {
    pattern: here(String.raw`(?:each|every)(?<other>\s+other)?(?!\p{L})`),
    read: ({ other }) => [{ kind: "every", ...(other !== undefined && { other: true }) }],
  },
  {
    pattern: here(String.raw`(?<unit>dai|hour|week|month)ly(?!\p{L})`),
    read: ({ unit: name }) => [{ kind: "every" }, { kind: "span", n: 1, unit: unit(name) }],
  },
  {
    pattern: here(
      String.raw`in\s+(?<n>${NUMBER})\s*(?<u>${UNIT})(?:\s+(?:and\s+)?(?<m>\d+)\s*(?<v>${UNIT}))?`,
    ),
    read: ({ n, u, m, v }) =>
      m === undefined
        ? later([number(n), unit(u)])
        : later([number(n), unit(u)], [number(m), unit(v)]),
  },
  {
    pattern: here(String.raw`(?<n>${NUMBER})\s*(?<u>${UNIT})\s+(?:later|from\s+now)(?!\p{L})`),
    read: ({ n, u }) => later([number(n), unit(u)]),
  },
  {
    pattern: here(String.raw`(?:(?<n>${NUMBER})\s*)?(?<u>${UNIT})`),
    behind: "every",
    read: ({ n, u }) => [{ kind: "span", n: number(n), unit: unit(u) }],
  },
  {
    pattern: here(String.raw`(?:week|work|business\s+)days?(?!\p{L})`),
    read: () => [{ kind: "weekdays", days: [1, 2, 3, 4, 5], isGroup: true }],
  },
  {
    pattern: here(String.raw`weekends?(?!\p{L})`),
    read: () => [{ kind: "weekdays", days: [6, 7], isGroup: true }],
  },
  {
    pattern: here(String.raw`(?<first>${DAY})\s*(?:-|–|to|through)\s*(?<last>${DAY})`),
    read: ({ first, last }) => [{
      kind: "weekdays",
      days: range(position(DAYS, first), position(DAYS, last)),
      isGroup: true,
    }],
  },
  {
    pattern: here(String.raw`(?<next>next\s+(?:week\s+)?(?:on\s+)?)?(?<day>${DAY})`),
    read: ({ next, day = "" }) => [
      ...(next === undefined ? [] : [{ kind: "nextWeek" } as const]),
      { kind: "weekdays", days: [position(DAYS, day)], isGroup: /days$/i.test(day) },
    ],
  },
  {
    pattern: here(
      String.raw`(?<m>${MONTH})\.?\s+(?<d>\d{1,2})${ORDINAL}?(?:,?\s+(?<y>20\d\d))?(?!\d)`,
    ),
    read: ({ m, d, y }) => [date(position(MONTHS, m), d, y)],
  },
  {
    pattern: here(
      String
        .raw`(?<d>\d{1,2})${ORDINAL}?\s+(?:of\s+)?(?<m>${MONTH})(?!\p{L})(?:,?\s+(?<y>20\d\d))?`,
    ),
    read: ({ m, d, y }) => [date(position(MONTHS, m), d, y)],
  },
  {
    pattern: here(
      String.raw`(?<d>\d{1,2})${ORDINAL}(?:\s+of\s+(?:the|each|every)\s+month)?(?!\p{L})`,
    ),
    read: ({ d }) => [{ kind: "monthday", day: Number(d) }],
  },
  {
    // A day that a month does not have is its last.
    pattern: here(
      String.raw`last\s+day(?:\s+of\s+(?:the|each|every)\s+month)?(?!\p{L})`,
    ),
    read: () => [{ kind: "monthday", day: 31 }],
  },
  {
    pattern: here(String.raw`(?:the\s+)?day\s+after\s+tomorrow(?!\p{L})`),
    read: () => [{ kind: "day", offset: 2 }],
  },
  {
    pattern: here(String.raw`(?<day>today|tomorrow)(?!\p{L})`),
    read: ({ day }) => [{ kind: "day", offset: day?.toLowerCase() === "today" ? 0 : 1 }],
  },
  {
    pattern: here(String.raw`(?:tonight|this\s+evening)(?!\p{L})`),
    read: () => [{ kind: "day", offset: 0 }, { kind: "part", part: "evening" }],
  },
  {
    pattern: here(String.raw`(?:at\s+)?(?<which>noon|midnight)(?!\p{L})`),
    read: ({ which }) => clockTime(which?.toLowerCase() === "noon" ? 12 : 24, 0),
  },
  {
    pattern: here(String.raw`(?:at\s+)?(?<h>\d{1,2})(?:[:：.](?<m>\d\d))?\s*${HALF}`),
    read: ({ h, m = "0", half }) => clockTime(Number(h), Number(m), half),
  },
  {
    pattern: here(String.raw`(?:at\s+)?(?<h>\d{1,2})[:：](?<m>\d\d)(?:\s*o['’]?clock)?${NO_TIME}`),
    read: ({ h, m }) => clockTime(Number(h), Number(m)),
  },
  {
    pattern: here(String.raw`at\s+(?<h>\d{1,2})(?:\s*o['’]?clock(?!\p{L}))?${NO_TIME}`),
    read: ({ h }) => clockTime(Number(h), 0),
  },
  {
    pattern: here(String.raw`(?<h>\d{1,2})\s*o['’]?clock(?!\p{L})`),
    read: ({ h }) => clockTime(Number(h), 0),
  },
  {
    pattern: here(String.raw`(?<h>\d{1,2})${NO_TIME}`),
    behind: "time",
    read: ({ h }) => clockTime(Number(h), 0),
  },
  {
    pattern: here(String.raw`(?:beijing|china(?:\s+standard)?)\s+time(?!\p{L})`),
    read: () => [{ kind: "zone", zone: "Asia/Shanghai" }],
  },
  ...part("mornings?", "morning"),
  ...part("afternoons?", "afternoon"),
  ...part("evenings?", "evening"),
  ...part("nights?", "night"),
];

function date(month: number, day = "", year?: string) {
  return {
    kind: "date" as const,
    month,
    day: Number(day),
    ...(year !== undefined && { year: Number(year) }),
  };
}
