/** Narrowing of JSON from outside. What does not fit becomes `undefined`; nothing here throws to the outside. */

/** A JSON object of which nothing is known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value is an object, and no array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value as an object; anything else, arrays included, becomes an empty one. */
export function object(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** The value if it is a string. */
export function string(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The value if it is a finite number. */
export function number(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** The elements of an array that `parse` accepts; nothing if it is no array. */
export function list<T>(value: unknown, parse: (item: unknown) => T | undefined): T[] {
  if (!Array.isArray(value)) return [];
  return value.map((item) => parse(item)).filter((item) => item !== undefined);
}

/** The value if it is an array, otherwise an empty array. */
export function array(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** What the text spells in JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const MISSING = new Error("a needed field is missing");

/** The value, without which the {@linkcode parser} around gives up. */
export function need<T>(value: T | undefined): T {
  if (value === undefined) throw MISSING;
  return value;
}

/**
 * A parser from JSON to a type of ours. It answers `undefined` for what is no object, and where a
 * {@linkcode need} is not met.
 *
 * @example
 * ```ts
 * const parseModel = parser((model) => ({
 *   id: need(string(model.id)),
 *   context: number(object(model.limit).context),
 * }));
 * type Model = Parsed<typeof parseModel>; // { id: string; context?: number | undefined }
 * ```
 */
export function parser<const T>(
  parse: (fields: JsonObject) => T,
): (json: unknown) => T | undefined {
  return (json) => {
    if (!isObject(json)) return undefined;
    try {
      return parse(json);
    } catch (error) {
      if (error === MISSING) return undefined;
      throw error;
    }
  };
}

/** What a parser makes. Fields that may be `undefined` may be left out as well. */
export type Parsed<P extends (json: unknown) => unknown> = Sparse<NonNullable<ReturnType<P>>>;

type Sparse<T> = T extends unknown ? Pick<T, Filled<T>> & Partial<T> : never;
type Filled<T> = { [K in keyof T]: undefined extends T[K] ? never : K }[keyof T];
