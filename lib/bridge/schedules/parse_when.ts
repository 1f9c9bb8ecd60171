import type { Days, Rhythm } from "../../model/schedule.ts";
import { nextRun, timeOn, zoned } from "./next_run.ts";
import { readWhen } from "./read_when.ts";
import type { DayPart, Unit, WhenToken } from "./when_words.ts";

/** What somebody wants done, and when. */
export interface ParsedWhen {
  readonly rhythm: Rhythm;
  /** An IANA time zone: that of the words, or that of this machine. */
  readonly zone: string;
  /** The first time, in milliseconds since 1970. */
  readonly first: number;
  /** The times as they were written. */
  readonly words: string;
  /** What is to be done; may be empty. */
  readonly prompt: string;
  /** Whether the runs go on in the conversation's session. */
  readonly isShared: boolean;
}

/** Why a text says no time: it, or its time zone, cannot be read for certain, it is over, or it never comes. */
export type WhenMistake = "unclear" | "zone" | "past" | "never";

/** One field of cron, with the short names of days and months. */
const CRON_FIELD = String.raw`(?:[\d*/,?LW#-]|\b(?:mon|tue|wed|thu|fri|sat|sun|` +
  String.raw`jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\b)+`;
/** Five fields of cron, perhaps quoted or after the word `cron`. */
const CRON = new RegExp(
  `^(?:cron\\s+)?(["'\`]?)(${CRON_FIELD}(?:[ \\t]+${CRON_FIELD}){4})\\1(?=\\s|[:：]|$)`,
  "i",
);
/** The words that have runs go on in the conversation's session. */
const SHARED =
  /^(?:(?:with)?in\s+(?:this|the\s+same|the\s+current)\s+(?:session|conversation|chat)(?!\p{L})|在?(?:本|当前|當前|这个|這個|同一个)(?:会话|會話|对话|對話)(?:里|中|裡)?|接着聊|接著聊)/iu;
/** How a text begins that is certainly not a time. */
const NO_TIME = /^\s*(?:at\s+)?\d/i;
/** The end of a range of times. */
const RANGE = /^\s*[-–~到至]\s*\d/;
/** What goes on with a time in a way that is not understood: exceptions, hours of the day, and offsets from UTC. */
const MORE_TIME =
  /^[\s,，、]{0,20}(?:(?:except|excluding|but\s+not|between|until|till)(?!\p{L})|[+-]\d|at\s*:\d|(?:and|or|和|及)\s*(?:in\s+the\s+)?(?:mornings?|noon|afternoons?|evenings?|nights?|早上|中午|下午|晚上)(?!\p{L})|除了?(?:周|週|星期|工作日|节假日))/iu;
/** The short name of a time zone. It may be that of several. */
const ZONE_NAME =
  /^\s*[(（]?(?:[ECMP][SD]T|[JKIH]ST|CES?T|EES?T|MSK|BST|A[EK][SD]T|NZ[SD]T|SGT|HKT)(?!\w)/;
/** What goes on with the name of a zone: an offset, whose sign people read both ways. */
const OFFSET = /^\s*[+-]\d/;
/** What stands between the time and what is to be done. */
const SEPARATOR = /^[\s:：,，、。.;；—–-]{1,20}/;
/** How many characters may say when. */
const MAX_CHARS = 300;
const MINUTE_MS = 60_000;

/**
 * Reads when something is to happen, in words of English and Chinese or as cron, and what.
 *
 * @param now In milliseconds since 1970.
 * @param here The time zone of this machine.
 */
export function parseWhen(text: string, now: number, here: string): ParsedWhen | WhenMistake {
  const typed = text.trim();
  const cron = readCron(typed, now, here);
  if (cron !== undefined) return cron;
  const { tokens, length } = readWhen(plainDigits(typed.slice(0, MAX_CHARS)));
  const zone = find(tokens, "zone")?.zone ?? here;
  const rest = plainDigits(typed.slice(length, MAX_CHARS));
  if (tokens.length > 0 && hasHalfZone(tokens, rest)) return "zone";
  if (hasHalfTime(tokens, rest)) return "unclear";
  const rhythm = rhythmOf(tokens, now, zone);
  if (typeof rhythm === "string") return rhythm;
  return withPrompt(typed, length, { rhythm, zone, now });
}

/** A text with the digits of a Chinese keyboard written as others. Its length is the same. */
function plainDigits(text: string): string {
  return text.replaceAll(/[０-９]/g, (digit) => digit.normalize("NFKC"));
}

function readCron(text: string, now: number, here: string): ParsedWhen | WhenMistake | undefined {
  const [whole, , fields] = CRON.exec(text.slice(0, MAX_CHARS)) ?? [];
  if (whole === undefined || fields === undefined) return undefined;
  const behind = readWhen(text.slice(whole.length, MAX_CHARS));
  const named = behind.tokens[0]?.kind === "zone" ? behind.tokens[0].zone : undefined;
  const length = whole.length + (named === undefined ? 0 : behind.length);
  if (hasHalfZone(named === undefined ? [] : behind.tokens, text.slice(length, MAX_CHARS))) {
    return "zone";
  }
  const rhythm = { kind: "cron", pattern: fields.replaceAll(/\s+/g, " ") } as const;
  try {
    return withPrompt(text, length, { rhythm, zone: named ?? here, now });
  } catch {
    // Cron's fields have limits.
    return "unclear";
  }
}

/** Whether what follows names a time zone, or goes on with one, in a way that several may be meant. */
function hasHalfZone(tokens: readonly WhenToken[], rest: string): boolean {
  return ZONE_NAME.test(rest) || tokens.at(-1)?.kind === "zone" && OFFSET.test(rest);
}

/** Whether what follows belongs to a time that is not understood. */
function hasHalfTime(tokens: readonly WhenToken[], rest: string): boolean {
  if (tokens.length > 0 && MORE_TIME.test(rest)) return true;
  if (find(tokens, "time")) return RANGE.test(rest);
  const unit = find(tokens, "span")?.unit;
  const isTimed = find(tokens, "later") || /^(second|minute|hour)$/.test(unit ?? "");
  return !isTimed && NO_TIME.test(rest);
}

function withPrompt(
  text: string,
  length: number,
  { rhythm, zone, now }: { readonly rhythm: Rhythm; readonly zone: string; readonly now: number },
): ParsedWhen | WhenMistake {
  const first = nextRun(rhythm, zone, now);
  if (first === undefined) return rhythm.kind === "once" ? "past" : "never";
  const rest = text.slice(length).replace(SEPARATOR, "");
  const isShared = SHARED.test(rest);
  const prompt = isShared ? rest.replace(SHARED, "").replace(SEPARATOR, "") : rest;
  const words = text.slice(0, length).trim();
  return { rhythm, zone, first, words, prompt: prompt.trim(), isShared };
}

function rhythmOf(
  tokens: readonly WhenToken[],
  now: number,
  zone: string,
): Rhythm | WhenMistake {
  const isAgain = find(tokens, "every") !== undefined ||
    tokens.some((token) => token.kind === "weekdays" && token.isGroup);
  return isAgain ? repeating(tokens, now, zone) : once(tokens, now, zone);
}

/** The rhythm of words that say how often, such as “every”. */
function repeating(tokens: readonly WhenToken[], now: number, zone: string): Rhythm | WhenMistake {
  if (tokens.some(({ kind }) => kind === "day" || kind === "date" || kind === "later")) {
    return "unclear";
  }
  const { unit, n: count = 1 } = find(tokens, "span") ?? {};
  const n = find(tokens, "every")?.other === true ? count * 2 : count;
  if (unit === "second" || unit === "minute" || unit === "hour") {
    const minutes = n * { second: 1 / 60, minute: 1, hour: 60 }[unit];
    if (minutes <= 0 || find(tokens, "time") || find(tokens, "part")) return "unclear";
    return { kind: "interval", minutes, from: now };
  }
  if (!Number.isInteger(n) || n < 1) return "unclear";
  return onDays(tokens, unit, n, zoned(now, zone).toPlainDate());
}

/** The rhythm of words that say on which days: each `n` of a unit, or of what the words name. */
function onDays(
  tokens: readonly WhenToken[],
  unit: Exclude<Unit, "second" | "minute" | "hour"> | undefined,
  n: number,
  today: Temporal.PlainDate,
): Rhythm | WhenMistake {
  const times = timesOf(tokens);
  const on = (days: Days): Rhythm => ({ kind: "days", days, times });
  const monthdays = all(tokens, "monthday").map(({ day }) => day);
  if (monthdays.some((day) => day < 1 || day > 31)) return "unclear";
  if (monthdays.length > 0) return n > 1 ? "unclear" : on({ of: "month", days: monthdays });
  if (unit === "month") return n > 1 ? "unclear" : on({ of: "month", days: [today.day] });
  const named = [...new Set(all(tokens, "weekdays").flatMap(({ days }) => days))];
  const weekdays = named.length === 0 && unit === "week" ? [today.dayOfWeek] : named;
  const [weekday, ...others] = weekdays;
  if (weekday !== undefined) {
    if (n === 1) return on({ of: "week", days: weekdays });
    if (others.length > 0) return "unclear";
    const from = today.add({ days: (weekday - today.dayOfWeek + 7) % 7 }).toString();
    return on({ of: "count", n: 7 * n, from });
  }
  const isDaily = unit === "day" || find(tokens, "part") || find(tokens, "time");
  return isDaily ? on({ of: "count", n, from: today.toString() }) : "unclear";
}

/** The one time that words name. */
function once(tokens: readonly WhenToken[], now: number, zone: string): Rhythm | WhenMistake {
  const at = (date: Temporal.PlainDate): Rhythm => {
    const times = timesOf(tokens).map((minutes) => timeOn(date, minutes, zone));
    return { kind: "once", at: times.find((time) => time > now) ?? Math.max(...times) };
  };
  const today = zoned(now, zone).toPlainDate();
  const later = find(tokens, "later");
  const hasTime = find(tokens, "time") !== undefined || find(tokens, "part") !== undefined;
  if (later !== undefined && (later.days === 0 || !hasTime)) {
    const days = later.days * 24 * 60;
    return { kind: "once", at: now + Math.round((later.minutes + days) * MINUTE_MS) };
  }
  if (later !== undefined) return at(today.add({ days: later.days }));
  const [weekday] = all(tokens, "weekdays").flatMap(({ days }) => days);
  if (weekday !== undefined) return onWeekday(weekday, today, tokens, at, now);
  const date = find(tokens, "date");
  if (date !== undefined) return onDate(date, today, at, now);
  const day = find(tokens, "day");
  if (day !== undefined) return at(today.add({ days: day.offset }));
  if (!hasTime || find(tokens, "monthday") || find(tokens, "nextWeek")) return "unclear";
  const soon = at(today);
  return soon.kind === "once" && soon.at > now ? soon : at(today.add({ days: 1 }));
}

/** The next such day; with `next`, that of the next week. */
function onWeekday(
  weekday: number,
  today: Temporal.PlainDate,
  tokens: readonly WhenToken[],
  at: (date: Temporal.PlainDate) => Rhythm,
  now: number,
): Rhythm {
  const days = weekday - today.dayOfWeek;
  if (find(tokens, "nextWeek")) return at(today.add({ days: days + 7 }));
  const soon = at(today.add({ days: (days + 7) % 7 }));
  return soon.kind === "once" && soon.at > now ? soon : at(today.add({ days: days + 7 }));
}

/** A date of this year, or of the next one if it is over and no year is named. */
function onDate(
  { year, month, day }: Extract<WhenToken, { kind: "date" }>,
  today: Temporal.PlainDate,
  at: (date: Temporal.PlainDate) => Rhythm,
  now: number,
): Rhythm | WhenMistake {
  try {
    const on = (year: number) =>
      at(Temporal.PlainDate.from({ year, month, day }, { overflow: "reject" }));
    const soon = on(year ?? today.year);
    const isOver = soon.kind === "once" && soon.at <= now;
    return isOver && year === undefined ? on(today.year + 1) : soon;
  } catch {
    return "unclear";
  }
}

/** At what times of the day something happens when only a part of the day is said, or nothing. */
const USUAL: Readonly<Record<DayPart, number>> = {
  morning: 9 * 60,
  noon: 12 * 60,
  afternoon: 14 * 60,
  evening: 20 * 60,
  night: 22 * 60,
};

/** The times of the day, each in the part of the day that stands before it, or else right behind it. */
function timesOf(tokens: readonly WhenToken[]): number[] {
  const times: number[] = [];
  let part: DayPart | undefined;
  tokens.forEach((token, i) => {
    if (token.kind === "part") part = token.part;
    if (token.kind !== "time") return;
    const next = find(tokens.slice(i + 1), "part");
    const behind = part ?? (next?.leads ? undefined : next?.part);
    times.push(token.isOpen && behind ? inPart(token.minutes, behind) : token.minutes);
  });
  if (times.length > 0) return [...new Set(times)].toSorted((a, b) => a - b);
  return [part === undefined ? USUAL.morning : USUAL[part]];
}

/** A time of a clock with twelve hours in a part of the day; from 1440 on, it is of the next day. */
function inPart(minutes: number, part: DayPart): number {
  const hour = Math.floor(minutes / 60);
  switch (part) {
    case "morning":
      return hour === 12 ? minutes - 720 : minutes;
    case "noon":
      return hour < 10 ? minutes + 720 : minutes;
    case "afternoon":
      return hour < 12 ? minutes + 720 : minutes;
    case "evening":
    case "night":
      // The hours behind midnight belong to the night before.
      if (hour === 12) return minutes + 720;
      return hour < 5 ? (part === "night" ? minutes : minutes + 1440) : minutes + 720;
  }
}

function all<K extends WhenToken["kind"]>(
  tokens: readonly WhenToken[],
  kind: K,
): Extract<WhenToken, { kind: K }>[] {
  return tokens.filter((token): token is Extract<WhenToken, { kind: K }> => token.kind === kind);
}

function find<K extends WhenToken["kind"]>(
  tokens: readonly WhenToken[],
  kind: K,
): Extract<WhenToken, { kind: K }> | undefined {
  return all(tokens, kind)[0];
}
