/**
 * Narrows untrusted JSON. A value of the wrong type becomes `undefined`, or an empty object or array.
 * Parsers never throw because of their input.
 */

/** A JSON object whose fields are still unknown. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value is an object and not an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value if it is an object (not an array), otherwise an empty object. */
export function object(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** The value if it is a string, otherwise `undefined`. */
export function string(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The value if it is a finite number, otherwise `undefined`. */
export function number(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** The elements of an array that `parse` accepts; empty when the value is not an array. */
export function list<T>(value: unknown, parse: (item: unknown) => T | undefined): T[] {
  if (!Array.isArray(value)) return [];
  return value.map((item) => parse(item)).filter((item) => item !== undefined);
}

/** The value if it is an array, otherwise an empty array. */
export function array(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Parses a JSON text; returns `undefined` when the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const MISSING = new Error("a required field is missing");

/** Marks a field as required: without it, the surrounding {@linkcode parser} returns `undefined`. */
export function need<T>(value: T | undefined): T {
  if (value === undefined) throw MISSING;
  return value;
}

/**
 * Makes a parser from JSON to one of our types. The parser returns `undefined` when the value is not an
 * object or a {@linkcode need}ed field is missing.
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

/** The type that a parser returns. Fields that may be `undefined` are optional. */
export type Parsed<P extends (json: unknown) => unknown> = Sparse<NonNullable<ReturnType<P>>>;

type Sparse<T> = T extends unknown ? Pick<T, Filled<T>> & Partial<T> : never;
type Filled<T> = { [K in keyof T]: undefined extends T[K] ? never : K }[keyof T];

/**
 * Copies an object without the fields that are `undefined`, for types whose optional fields must be
 * absent.
 *
 * @example
 * ```ts
 * defined({ id: "a", model: undefined }); // { id: "a" }
 * ```
 */
export function defined<const T extends object>(fields: T): Defined<T>;
export function defined(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** What {@linkcode defined} returns for a `T`. */
export type Defined<T> = T extends unknown
  ? Pick<T, Filled<T>> & { [K in Exclude<keyof T, Filled<T>>]?: Exclude<T[K], undefined> }
  : never;
