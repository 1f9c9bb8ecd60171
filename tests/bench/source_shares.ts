import { join } from "@std/path";
import { array, object, parseJson, string } from "../../lib/base/json.ts";

/** What a source map's numbers are written with, six bits a digit. */
const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** How many bytes each source has in the bundled scripts of a folder, by its path, as their source maps tell. */
export async function sourceShares(folder: string): Promise<Map<string, number>> {
  const shares = new Map<string, number>();
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".js")) continue;
    const path = join(folder, name);
    const map = object(parseJson(await Deno.readTextFile(`${path}.map`)));
    const sources = array(map.sources).map((source) => string(source) ?? "");
    const lines = (await Deno.readTextFile(path)).split("\n");
    for (const { source, length } of segments(string(map.mappings) ?? "", lines)) {
      const named = sources[source] ?? "";
      shares.set(named, (shares.get(named) ?? 0) + length);
    }
  }
  return shares;
}

/** The pieces of a script, each with the number of its source. */
function* segments(
  mappings: string,
  lines: readonly string[],
): Generator<{ source: number; length: number }> {
  let source = 0;
  for (const [index, line] of mappings.split(";").entries()) {
    let column = 0;
    const starts = line.split(",").filter((segment) => segment !== "").map((segment) => {
      const [columns = 0, sources = 0] = numbersIn(segment);
      column += columns;
      source += sources;
      return { column, source };
    });
    for (const [i, start] of starts.entries()) {
      const end = starts[i + 1]?.column ?? lines[index]?.length ?? start.column;
      yield { source: start.source, length: end - start.column };
    }
  }
}

/** The numbers of a segment: five bits a digit, the lowest first, and the lowest bit of all is the sign. */
function numbersIn(segment: string): number[] {
  const numbers: number[] = [];
  let [value, shift] = [0, 0];
  for (const digit of segment) {
    const bits = DIGITS.indexOf(digit);
    value |= (bits & 31) << shift;
    shift += 5;
    if (bits & 32) continue;
    numbers.push(value & 1 ? -(value >> 1) : value >> 1);
    [value, shift] = [0, 0];
  }
  return numbers;
}
