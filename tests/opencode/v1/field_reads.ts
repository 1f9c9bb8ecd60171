import { object } from "../../../lib/base/json.ts";

/**
 * A type without optional fields: a sample of it holds all fields that there are. What has any key
 * (`metadata`, `input`) stays as it is.
 */
export type Complete<T> = T extends readonly (infer One)[] ? Complete<One>[]
  : T extends object
    ? string extends keyof T ? T : { [K in keyof T]-?: Complete<NonNullable<T[K]>> }
  : T;

/** What a parser reads of samples of one type; paths like `time.created` or `options[].label`. */
export interface FieldReads {
  /** Fields that no sample has: the type does not know them. */
  readonly unknown: string[];
  /** Fields whose value the parser does not take: it expects another type than they have. */
  readonly ignored: string[];
}

/** Objects with any key: what is in them is up to the tool, the model or the user. */
const FREE = /(^|\.)(metadata|input|models|variants)$/;

/** Finds out which fields a parser reads of samples that are all that their type may be. */
export function fieldReads(
  parse: (json: unknown) => unknown,
  samples: readonly unknown[],
): FieldReads {
  const known = new Set(samples.flatMap((sample) => [...paths(sample, "")]));
  const missing = new Set<string>();
  const read = new Set<string>();
  const used = new Set<string>();
  for (const sample of samples) {
    const found = new Map<string, readonly (string | number)[]>();
    const output = JSON.stringify(
      parse(spied(sample, [], {
        onRead: (path) => found.set(path.join("/"), path),
        onMissing: (path) => missing.add(path),
      })),
    );
    for (const path of found.values()) {
      const name = nameOf(path);
      read.add(name);
      // A value of another type makes a difference where the value counts.
      if (JSON.stringify(parse(changed(sample, path))) !== output) used.add(name);
    }
  }
  return {
    unknown: [...missing].filter((path) => !known.has(path)).sort(),
    ignored: [...read].filter((path) => !used.has(path)).sort(),
  };
}

interface Spy {
  readonly onRead: (path: readonly (string | number)[]) => void;
  readonly onMissing: (path: string) => void;
}

function spied(value: unknown, path: readonly (string | number)[], spy: Spy): unknown {
  if (typeof value !== "object" || value === null) return value;
  return new Proxy(value, {
    get(target, key, receiver) {
      const own = Reflect.get(target, key, receiver);
      if (typeof key === "symbol") return own;
      const place = [...path, Array.isArray(target) && /^\d+$/.test(key) ? Number(key) : key];
      if (!Object.hasOwn(target, key)) {
        const isFree = FREE.test(nameOf(path)) || Array.isArray(target);
        if (!isFree) spy.onMissing(nameOf(place));
        return own;
      }
      if (typeof own !== "object" && key !== "length") spy.onRead(place);
      return spied(own, place, spy);
    },
  });
}

function nameOf(path: readonly (string | number)[]): string {
  return path.map((key) => typeof key === "number" ? "[]" : `.${key}`).join("").replace(/^\./, "");
}

function* paths(value: unknown, path: string): Generator<string> {
  if (Array.isArray(value)) { for (const one of value) yield* paths(one, `${path}[]`); }
  else {
    for (const [key, one] of Object.entries(object(value))) {
      const name = path === "" ? key : `${path}.${key}`;
      yield name;
      yield* paths(one, name);
    }
  }
}

/** A copy in which one value is of a type that no parser expects there. */
function changed(value: unknown, [key, ...rest]: readonly (string | number)[]): unknown {
  if (key === undefined) return [["another type"]];
  if (Array.isArray(value)) {
    return value.map((one, i) => i === key ? changed(one, rest) : one);
  }
  return { ...object(value), [key]: changed(object(value)[key], rest) };
}
