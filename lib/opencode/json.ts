/** Narrowing of parsed JSON from outside, one value at a time; what does not fit is `undefined`. */

/** A JSON object. */
export type JsonObject = Record<string, unknown>;

/** `value` if it is an object and not an array. */
export function object(value: unknown): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as JsonObject
    : undefined;
}

/** `value` if it is a string. */
export function string(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** `value` if it is a finite number. */
export function number(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** The elements of an array that `parse` accepts; nothing if it is no array. */
export function list<T>(value: unknown, parse: (item: unknown) => T | undefined): T[] {
  if (!Array.isArray(value)) return [];
  return value.map(parse).filter((item) => item !== undefined);
}

/** The JSON object that `text` spells, if it does. */
export function parseObject(text: string): JsonObject | undefined {
  try {
    return object(JSON.parse(text));
  } catch {
    return undefined;
  }
}
