import { CHINESE } from "./when_chinese.ts";
import { ENGLISH } from "./when_english.ts";
import { here, type WhenRule, type WhenToken } from "./when_words.ts";

/** What a text says about when, and where that ends. */
export interface ReadWhen {
  readonly tokens: readonly WhenToken[];
  /** How many characters of the text it takes. */
  readonly length: number;
}

/** What may stand between two tokens, and mean nothing. A list goes on behind a sign for it. */
const BETWEEN = here(
  String.raw`[^\S\n]*(?<list>[,，、&]|(?:and|or)(?!\p{L})|[和及与與])?[^\S\n]*` +
    String.raw`(?:(?:on|the|of|from)(?!\p{L})[^\S\n]*|[的在于於])*`,
);

const ANY_LANGUAGE: readonly WhenRule[] = [
  {
    pattern: here(String.raw`(?<y>20\d\d)[-/](?<m>\d{1,2})[-/](?<d>\d{1,2})T?(?![-/])`),
    read: ({ y, m, d }) => [{ kind: "date", year: Number(y), month: Number(m), day: Number(d) }],
  },
  {
    // Names of zones have capital letters.
    pattern: new RegExp(
      String.raw`[(（]?(?<zone>UTC|GMT|[A-Z][A-Za-z]+(?:/[A-Z][A-Za-z_-]+){1,2})[)）]?(?![\w/])`,
      "yu",
    ),
    read: ({ zone = "" }) => isZone(zone) ? [{ kind: "zone", zone }] : undefined,
  },
];

const RULES: readonly WhenRule[] = [...ANY_LANGUAGE, ...ENGLISH, ...CHINESE];

/** Which kinds say the day: of two, the second belongs to the prompt. */
const DAY_KINDS: readonly WhenToken["kind"][] = [
  ...["span", "later", "weekdays", "monthday", "day", "date"] as const,
];

/** Reads what stands at the beginning of a text about when, in English, Chinese or both. What follows is the prompt. */
export function readWhen(text: string): ReadWhen {
  const tokens: WhenToken[] = [];
  let length = 0;
  for (;;) {
    BETWEEN.lastIndex = length;
    const between = BETWEEN.exec(text);
    const from = length + (between?.[0].length ?? 0);
    const isList = between?.groups?.["list"] !== undefined;
    const match = matchAt(text, from, tokens, isList);
    if (match === undefined) return { tokens, length };
    tokens.push(...match.tokens);
    length = from + match.length;
  }
}

function matchAt(
  text: string,
  from: number,
  before: readonly WhenToken[],
  isList: boolean,
): { readonly tokens: readonly WhenToken[]; readonly length: number } | undefined {
  const last = before.at(-1)?.kind;
  for (const { pattern, behind, read } of RULES) {
    if (behind !== undefined && behind !== last) continue;
    // A bare number is a time only in a list of times.
    if (behind === "time" && !isList) continue;
    pattern.lastIndex = from;
    const match = pattern.exec(text);
    if (match === null || match[0] === "") continue;
    const tokens = read(match.groups ?? {});
    if (tokens === undefined) continue;
    if (tokens.every((token) => mayFollow(token, before, isList))) {
      return { tokens, length: match[0].length };
    }
  }
  return undefined;
}

/** Whether a token goes on with those before it, and is not the beginning of the prompt. */
function mayFollow(
  token: WhenToken,
  before: readonly WhenToken[],
  isList: boolean,
): boolean {
  const { kind } = token;
  const last = before.at(-1)?.kind;
  const has = (...kinds: readonly WhenToken["kind"][]) =>
    before.some((one) => kinds.includes(one.kind));
  switch (kind) {
    case "every":
    case "zone":
    case "nextWeek":
      return !has(kind);
    case "time":
      return !has("time") || last === "part" || isList && last === "time";
    case "part":
      if (token.leads) return !has("part", "time") || isList && last === "time";
      return !has("part") || last === "time";
    case "weekdays":
      return has("weekdays") ? isList && last === "weekdays" : !has("day", "date", "later") &&
        !before.some((one) => one.kind === "span" && one.unit !== "week");
    case "monthday":
      return has("monthday") ? isList && last === "monthday" : !has("weekdays", "day", "date") &&
        !before.some((one) => one.kind === "span" && one.unit !== "month");
    default:
      return !has(...DAY_KINDS);
  }
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
