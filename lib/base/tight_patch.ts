/** How many unchanged lines are kept around a change. */
const CONTEXT = 3;

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@(.*)$/;

/** A line of a hunk, with the remark that the file ends without a line break. */
interface HunkLine {
  readonly text: string;
  readonly isOld: boolean;
  readonly isNew: boolean;
}

/** A part of a patch: a hunk with its lines, or a line between hunks. */
type Part =
  | { readonly header: string }
  | {
    readonly at: readonly [number, number];
    readonly lines: HunkLine[];
    readonly section: string;
  };

/**
 * A unified diff as a person reads it: each change with three lines around it, and no lines that only repeat
 * the name of the file. Every changed line stays as it is. What is not a unified diff to the last line is
 * returned unchanged.
 *
 * @param known The file that the reader sees beside the diff, so that its own lines are not needed.
 */
export function tightPatch(patch: string, known?: string): string {
  const parts = readParts(patch.split("\n"));
  if (parts === undefined) return patch;
  const headers = parts.map((part) => "header" in part ? part.header : undefined);
  const text = parts.flatMap((part, i) => {
    if (!("header" in part)) return tightHunk(part);
    return repeatsName(headers, i, known) ? [] : [part.header];
  }).join("\n");
  return text.trim() === "" ? patch : text;
}

function readParts(lines: readonly string[]): Part[] | undefined {
  const parts: Part[] = [];
  for (let i = 0; i < lines.length;) {
    const found = HUNK.exec(lines[i] ?? "");
    if (found === null) {
      parts.push({ header: lines[i++] ?? "" });
      continue;
    }
    const [, oldAt, oldCount = "1", newAt, newCount = "1", section = ""] = found;
    const hunk = readLines(lines, i + 1, Number(oldCount), Number(newCount));
    if (hunk === undefined) return undefined;
    parts.push({ at: [Number(oldAt), Number(newAt)], lines: hunk.lines, section });
    i = hunk.end;
  }
  return parts;
}

/** The lines of a hunk, as many as its head says; `undefined` when they are others. */
function readLines(
  all: readonly string[],
  begin: number,
  oldCount: number,
  newCount: number,
): { lines: HunkLine[]; end: number } | undefined {
  const lines: HunkLine[] = [];
  let end = begin;
  for (let [old, added] = [oldCount, newCount]; old > 0 || added > 0; end++) {
    const text = all[end];
    const sign = text?.[0] ?? " ";
    if (text === undefined || !" +-".includes(sign)) return undefined;
    const line = { text, isOld: sign !== "+", isNew: sign !== "-" };
    if (line.isOld && --old < 0 || line.isNew && --added < 0) return undefined;
    lines.push(line);
    const remark = all[end + 1];
    if (remark?.startsWith("\\")) {
      lines[lines.length - 1] = { ...line, text: `${text}\n${remark}` };
      end++;
    }
  }
  return { lines, end };
}

/** A hunk as several, each with its changes and what is around them. */
function tightHunk({ at, lines, section }: Exclude<Part, { header: string }>): string[] {
  const changes = lines.flatMap(({ isOld, isNew }, i) => isOld && isNew ? [] : [i]);
  const ranges: [number, number][] = [];
  for (const change of changes) {
    const last = ranges.at(-1);
    const [begin, end] = [Math.max(change - CONTEXT, 0), change + CONTEXT + 1];
    if (last !== undefined && begin <= last[1]) last[1] = end;
    else ranges.push([begin, end]);
  }
  return ranges.flatMap(([begin, end]) => {
    const kept = lines.slice(begin, end);
    const before = lines.slice(0, begin);
    const range = (key: "isOld" | "isNew", first: number) => {
      const count = kept.filter((line) => line[key]).length;
      // For no line at all, the number is that of the line before.
      const from = first + before.filter((line) => line[key]).length;
      return `${from},${count}`;
    };
    const head = `@@ -${range("isOld", at[0])} +${range("isNew", at[1])} @@`;
    return [`${head}${begin === 0 ? section : ""}`, ...kept.map(({ text }) => text)];
  });
}

/** Whether a line between hunks only repeats the name of the file: in the lines after it, or beside the diff. */
function repeatsName(
  headers: readonly (string | undefined)[],
  i: number,
  known: string | undefined,
): boolean {
  const line = headers[i] ?? "";
  if (/^=+$/.test(line)) return /^Index: /.test(headers[i - 1] ?? "");
  const name = nameIn(line);
  if (name === undefined) return false;
  if (name === known) return true;
  // What follows says the same.
  const next = headers.slice(i + 1, i + 4).map((one) => nameIn(one ?? ""));
  return line.startsWith("Index: ") && next.includes(name);
}

/** The file that a line of a head names, without a time behind it. */
function nameIn(line: string): string | undefined {
  return /^(?:Index: |--- |\+\+\+ )(.+?)(?:\t.*)?$/.exec(line)?.[1];
}
