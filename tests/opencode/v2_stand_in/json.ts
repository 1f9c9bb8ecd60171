import { object } from "../../../lib/base/json.ts";

/** A JSON object that may be changed. */
export type Json = Record<string, unknown>;

/** A copy of a value as a JSON object; empty when it is none. */
export function record(value: unknown): Json {
  return { ...object(value) };
}

/** The same object without the fields that are `undefined`. */
export function defined(fields: Json): Json {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** The same object with other names for some of its fields. */
export function renamed(fields: Json, names: Readonly<Record<string, string>>): Json {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [names[key] ?? key, value]),
  );
}
