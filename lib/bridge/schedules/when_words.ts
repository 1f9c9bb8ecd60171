/** What a few words say about when something happens. */
export type WhenToken =
  /** It happens again and again. */
  | { readonly kind: "every"; readonly other?: true }
  /** How often, behind `every`. */
  | { readonly kind: "span"; readonly n: number; readonly unit: Unit }
  /** How long from now: minutes, or whole days. */
  | { readonly kind: "later"; readonly minutes: number; readonly days: number }
  /** Days of the week, 1 for Monday; as a group they come again. */
  | { readonly kind: "weekdays"; readonly days: readonly number[]; readonly isGroup: boolean }
  | { readonly kind: "monthday"; readonly day: number }
  /** Days from today. */
  | { readonly kind: "day"; readonly offset: number }
  | { readonly kind: "nextWeek" }
  | {
    readonly kind: "date";
    readonly year?: number;
    readonly month: number;
    readonly day: number;
  }
  /** Minutes since midnight; `isOpen` if a part of the day can make it the afternoon. */
  | { readonly kind: "time"; readonly minutes: number; readonly isOpen: boolean }
  /** `leads` if it stands before its time only. */
  | { readonly kind: "part"; readonly part: DayPart; readonly leads?: true }
  | { readonly kind: "zone"; readonly zone: string };

/** What a rhythm counts. */
export type Unit = "second" | "minute" | "hour" | "day" | "week" | "month";

/** A part of the day. */
export type DayPart = "morning" | "noon" | "afternoon" | "evening" | "night";

/** How tokens are written. A rule applies where its pattern matches and behind the kind of token that it names. */
export interface WhenRule {
  readonly pattern: RegExp;
  readonly behind?: WhenToken["kind"];
  /** The tokens that the groups of a match mean; `undefined` if they are none. */
  readonly read: (groups: Readonly<Record<string, string | undefined>>) =>
    | readonly WhenToken[]
    | undefined;
}

/** A pattern that matches at a place of a text, whatever the case. */
export function here(source: string): RegExp {
  return new RegExp(source, "iyu");
}

/** The time that hours and minutes of the clock mean; `undefined` if there is no such time. */
export function clockTime(
  hours: number,
  minutes: number,
  half?: string,
): WhenToken[] | undefined {
  if (hours > 24 || minutes > 59 || hours * 60 + minutes > 1440) return undefined;
  if (half === undefined) {
    return [{ kind: "time", minutes: hours * 60 + minutes, isOpen: hours <= 12 }];
  }
  if (hours < 1 || hours > 12) return undefined;
  const afternoon = half.toLowerCase().startsWith("p") ? 12 : 0;
  return [{ kind: "time", minutes: (hours % 12 + afternoon) * 60 + minutes, isOpen: false }];
}

/** The token for a number of units from now. */
export function later(...parts: readonly (readonly [n: number, unit: Unit])[]): WhenToken[] {
  /** In minutes and days. */
  const perUnit = {
    second: [1 / 60, 0],
    minute: [1, 0],
    hour: [60, 0],
    day: [0, 1],
    week: [0, 7],
    month: [0, 30],
  };
  const sum = (i: 0 | 1) => parts.reduce((all, [n, unit]) => all + n * (perUnit[unit][i] ?? 0), 0);
  return [{ kind: "later", minutes: sum(0), days: sum(1) }];
}
