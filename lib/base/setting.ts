/** The kinds of settings, by the texts that they allow. */

/** One setting: where it comes from, what it means, and how its text becomes a value. */
export interface Setting<T> {
  /** The environment variable. */
  readonly name: string;
  /** The text that is used when the variable is unset or empty. */
  readonly fallback: string;
  /** One sentence for `--help`, `.env.example` and the README. */
  readonly doc: string;
  /** What is allowed, for the error message. */
  readonly allowed: string;
  /** The value of a trimmed text, or `undefined` when the text is not allowed. */
  readonly parse: (text: string) => T | undefined;
  /** Whether the bridge cannot run without it. */
  readonly required?: true;
  /** Whether the value must never be printed. */
  readonly secret?: true;
  /** Whether the value is nobody's business in the chat. */
  readonly private?: true;
  /** How many units of its value its text counts as one; 1 unless given. */
  readonly unit?: number;
  /** Whether the value is a URL, which may hold a password that must never be printed. */
  readonly url?: true;
}

/** A setting whose type is that of its value. */
export const setting = <T>(setting: Setting<T>): Setting<T> => setting;

/** Allows every text. */
export const anyText = (text: string): string => text;
/** Allows the texts that match a pattern. */
export const matching = (pattern: RegExp) => (text: string) =>
  pattern.test(text) ? text : undefined;

/** Allows the empty text beside what `parse` allows. */
export const optional = (parse: (text: string) => string | undefined) => (text: string) =>
  text === "" ? "" : parse(text);

/** What {@linkcode baseUrl} allows. */
export const BASE_URL = "an http or https URL without ? and #";

/** A URL without its last slashes, to which paths are added. */
export function baseUrl(text: string): string | undefined {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.search || url.hash) return undefined;
  return url.href.replace(/\/+$/, "");
}

/** The fields of a setting that its kind of value does not decide. */
type SettingBasics = Pick<Setting<unknown>, "name" | "fallback" | "doc">;

/** The number that a text writes in decimal digits, otherwise `NaN`. */
const decimal = (text: string) => /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;

/** The whole number that a text writes, if it is from `min` to `max`. */
export function whole(text: string, min: number, max: number = Infinity): number | undefined {
  const value = decimal(text);
  return Number.isInteger(value) && value >= min && value <= max ? value : undefined;
}

/** A setting that is a number; its value is that many times `unit`. */
export const measured =
  (unit: number) => (min: number, max: number, basics: SettingBasics): Setting<number> => ({
    ...basics,
    unit,
    allowed: `a number from ${min} to ${max}`,
    parse: (text) => decimal(text) >= min && decimal(text) <= max ? Number(text) * unit : undefined,
  });
/** A setting in seconds, whose value is in milliseconds. */
export const seconds = measured(1000);

/** A setting that is one of a few words, in any case. */
export const choice = <const T extends string>(
  values: readonly T[],
  basics: SettingBasics,
): Setting<T> => ({
  ...basics,
  allowed: `one of ${values.join(", ")}`,
  parse: (text) => values.find((value) => value === text.toLowerCase()),
});

/** The entries of a text that is separated by commas. */
export function entries(text: string): string[] {
  return text.split(",").map((item) => item.trim()).filter((item) => item !== "");
}
