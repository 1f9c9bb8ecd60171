import { type Fence, fenceAfter } from "../../base/markdown/fences.ts";
import { isObject, list, parseJson, string } from "../../base/json.ts";

/** A file that the agent wants to send. */
export interface WantedFile {
  readonly path: string;
  /** A line above it. */
  readonly caption?: string;
}

/** The line that opens a block, at the margin, and the one that closes it. */
const OPENING = /^```send[ \t]*$/;
const CLOSING = /^```[ \t]*$/;

/** Splits an answer into its text without fenced `send` blocks, and the files that the blocks name. */
export function findFencedSends(answer: string): { text: string; files: readonly WantedFile[] } {
  const kept: string[] = [];
  const files: WantedFile[] = [];
  let block: string[] | undefined;
  /** A fence of other code, in which a block may be shown as an example. */
  let other: Fence | undefined;
  for (const line of answer.split("\n")) {
    if (block !== undefined) {
      if (!CLOSING.test(line)) {
        block.push(line);
        continue;
      }
      files.push(...filesOf(block));
      block = undefined;
    } else if (other === undefined && OPENING.test(line)) {
      block = [];
    } else {
      other = fenceAfter(other, line);
      kept.push(line);
    }
  }
  // A block that was not closed is cut off, and so may be what it names.
  return { text: kept.join("\n").trimEnd(), files };
}

/** The files of a block: a JSON list of paths or of objects `{path, caption}`, or a path a line. */
function filesOf(lines: readonly string[]): WantedFile[] {
  const json = parseJson(lines.join("\n"));
  if (typeof json === "object" && json !== null) {
    return list(Array.isArray(json) ? json : [json], parseFile);
  }
  return list(lines.map((line) => line.replace(/^[ \t]*[-*][ \t]+/, "")), parseLine);
}

function parseLine(line: unknown): WantedFile | undefined {
  const text = string(line)?.trim() ?? "";
  const json = /^["{]/.test(text) ? parseJson(text) : undefined;
  return json === undefined ? parseFile(text.replace(/^`(.*)`$/, "$1")) : parseFile(json);
}

function parseFile(item: unknown): WantedFile | undefined {
  if (!isObject(item)) return string(item)?.trim() ? { path: String(item).trim() } : undefined;
  const path = string(item.path)?.trim();
  const caption = string(item.caption)?.trim();
  return path ? { path, ...(caption && { caption }) } : undefined;
}
