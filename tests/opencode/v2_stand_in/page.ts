import { object, parseJson, string } from "../../../lib/base/json.ts";
import { invalid, Problem } from "./problem.ts";
import type { Json } from "./json.ts";

/** One page of a list, and the cursors around it. */
export interface Page<T> {
  readonly data: T[];
  readonly cursor: { readonly previous: string | null; readonly next: string | null };
}

/**
 * The page that a query asks for. Newest first unless `order=asc`; 50 entries unless `limit` says 1 to 200; a
 * cursor has its own order.
 *
 * @param ascending The whole list, oldest first.
 */
export function page<T extends Json>(ascending: readonly T[], query: URLSearchParams): Page<T> {
  const limit = Number(query.get("limit") ?? 50);
  const bound = (word: string, value: number) =>
    invalid(
      `Expected a value ${word} than or equal to ${value}, got ${limit}\n  at ["limit"]`,
      "Query",
    );
  if (!(limit <= 200)) throw bound("less", 200);
  if (limit < 1) throw bound("greater", 1);
  const text = query.get("cursor");
  if (text !== null && query.has("order")) throw badCursor("Cursor cannot be combined with order");
  const from = text === null ? undefined : readCursor(text);
  const order = from?.order ?? query.get("order") ?? "desc";
  const list = order === "asc" ? [...ascending] : [...ascending].reverse();
  const at = from === undefined ? -1 : list.findIndex(({ id }) => id === from.id);
  const data = from?.direction === "previous"
    ? list.slice(Math.max(at - limit, 0), Math.max(at, 0))
    : list.slice(at + 1, at + 1 + limit);
  const cursor = (one: T | undefined, direction: string) =>
    one === undefined ? null : writeCursor({ id: one.id, order, direction });
  return {
    data,
    cursor: { previous: cursor(data[0], "previous"), next: cursor(data.at(-1), "next") },
  };
}

function writeCursor(cursor: Json): string {
  return btoa(JSON.stringify(cursor)).replaceAll("=", "").replaceAll("+", "-").replaceAll("/", "_");
}

function readCursor(text: string): { id: string; order: string; direction: string } {
  let json: unknown;
  try {
    json = parseJson(atob(text.replaceAll("-", "+").replaceAll("_", "/")));
  } catch {
    throw badCursor("Invalid cursor");
  }
  const { id, order, direction } = object(json);
  const [one, two, three] = [id, order, direction].map(string);
  if (one === undefined || two === undefined || three === undefined) {
    throw badCursor("Invalid cursor");
  }
  return { id: one, order: two, direction: three };
}

function badCursor(message: string): Problem {
  return new Problem(400, { _tag: "InvalidCursorError", message });
}
