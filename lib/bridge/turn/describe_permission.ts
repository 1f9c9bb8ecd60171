import { exactLine, exactText } from "../../base/exact_text.ts";
import { knownSecrets } from "../../base/secrets/known_secrets.ts";
import type { JsonObject } from "../../base/json.ts";
import { pairStart } from "../../base/text.ts";
import { tightPatch } from "../../base/tight_patch.ts";
import type { PermissionRequest } from "../../model/agent_request.ts";
import type { ExactText } from "../../model/view.ts";
import type { Texts } from "../../texts/texts.ts";

/** What the agent wants to do, as a person sees it. */
export interface PermissionText {
  /** All of it, or as much as fits into a message. */
  readonly shown: readonly ExactText[];
  /** All of it as a text file, if it does not fit. */
  readonly whole?: string;
  /** Whether a part of it cannot be shown at all, so that nobody can approve it. */
  readonly isUnreadable: boolean;
}

/** The most characters of what is to be approved in one message. */
const MAX_CHARS = 4_000;
/** How wide a line may be that is seen without scrolling, in Latin letters, on a computer. */
const MAX_WIDTH = 100;
/** Characters as wide as two Latin letters. */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]/g;
/** The most patterns, and characters of them, in one message. */
const MAX_PATTERNS = { lines: 30, chars: 1_500 };

/** The arguments that a shell command's own text, or its reader, can do without. */
const BASH_KNOWN = ["command", "description", "timeout"];

/** Describes what the agent wants to do: the command, the change, or the patterns and arguments. */
export function describePermission(request: PermissionRequest, texts: Texts): PermissionText {
  // Secrets are hidden first: half of one would not be known as one.
  const { parts, isUnreadable } = describeAll(request, texts);
  const all = parts.map((part) => ({ ...part, text: exactText(knownSecrets.hide(part.text)) }));
  const length = all.reduce((sum, { text }) => sum + text.length, 0);
  const withWidth = (part: ExactText) => warnOfWidth(part, texts);
  if (length <= MAX_CHARS) return { shown: all.map(withWidth), isUnreadable };
  const share = Math.floor(MAX_CHARS / all.length);
  return {
    isUnreadable,
    shown: all.flatMap((part) => part.text.length <= share ? [part] : ends(part, share, texts))
      .map(withWidth),
    whole: all.map(({ caption, text }) => caption === undefined ? text : `${caption}\n${text}`)
      .join("\n\n"),
  };
}

/** Says so where a line is so wide that its end is seen only by scrolling. */
function warnOfWidth(part: ExactText, texts: Texts): ExactText {
  const longest = Math.max(...part.text.split("\n").map(widthOf));
  if (longest <= MAX_WIDTH) return part;
  const { caption = "" } = part;
  return { ...part, caption: `${caption} ${texts.permissionLongLine(longest)}`.trimStart() };
}

/** How wide a line is, in Latin letters. */
function widthOf(line: string): number {
  return line.replaceAll("\t", "        ").replaceAll(WIDE, "  ").length;
}

/** Patterns that are allowed, or would be, one a line. Those that do not fit are counted. */
export interface PatternText {
  readonly exact: readonly ExactText[];
  /** How many do not fit. */
  readonly hidden: number;
}

/** Describes the patterns that *always* allows. */
export function describePatterns(
  patterns: readonly string[],
  caption: string,
  texts: Texts,
): PatternText {
  const lines: string[] = [];
  let chars = 0;
  for (const pattern of patterns) {
    const line = exactLine(knownSecrets.hide(pattern));
    chars += line.length;
    if (lines.length === MAX_PATTERNS.lines || chars > MAX_PATTERNS.chars) break;
    lines.push(line);
  }
  const hidden = patterns.length - lines.length;
  const text = [...lines, ...(hidden > 0 ? [`… +${hidden}`] : [])].join("\n");
  const exact = caption === "" ? { text } : { caption, text };
  return { exact: text === "" ? [] : [warnOfWidth(exact, texts)], hidden };
}

function describeAll(
  request: PermissionRequest,
  texts: Texts,
): { parts: ExactText[]; isUnreadable: boolean } {
  const { permission, patterns, command, file, moves = [], diff, input = {}, isPartial = false } =
    request;
  const skipped = command === undefined ? [] : BASH_KNOWN;
  const rest = Object.entries(input).filter(([name]) => !skipped.includes(name));
  const hasArguments = rest.length > 0 && diff === undefined;
  const json = hasArguments ? jsonText(Object.fromEntries(rest)) : undefined;
  const what: ExactText = command === undefined
    ? { caption: permission, text: file ?? patterns.map(exactLine).join("\n") }
    : { language: "bash", text: command };
  const lines = moves.map(({ from, to }) => `${exactLine(from)} → ${exactLine(to)}`);
  const parts: (ExactText | false)[] = [
    what,
    lines.length > 0 && { caption: texts.permissionMoves, text: lines.join("\n") },
    diff !== undefined && { language: "diff", text: tightPatch(diff, file) },
    json !== undefined && { caption: texts.permissionInput, language: "json", text: json },
  ];
  return {
    parts: parts.filter((part) => part !== false),
    isUnreadable: (hasArguments && json === undefined) ||
      (isPartial && command === undefined && file === undefined),
  };
}

/** The deepest JSON that is indented: indentation grows with the square of the depth. */
const MAX_DEPTH = 20;

/** A value as JSON for a person; `undefined` if it is nested too deeply to be written. */
function jsonText(value: JsonObject): string | undefined {
  try {
    const dense = JSON.stringify(value);
    return depthOf(dense) > MAX_DEPTH ? dense : JSON.stringify(value, null, 2);
  } catch {
    return undefined;
  }
}

/** How deeply JSON is nested. */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [sign] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/g)) {
    if (sign === "[" || sign === "{") deepest = Math.max(deepest, ++depth);
    if (sign === "]" || sign === "}") depth--;
  }
  return deepest;
}

/** The beginning and the end of a text that does not fit. */
function ends(part: ExactText, max: number, texts: Texts): ExactText[] {
  const { text } = part;
  const head = pairStart(text, Math.floor(max * 2 / 3));
  const tail = pairStart(text, text.length - Math.floor(max / 3));
  return [
    { ...part, text: text.slice(0, head) },
    { ...part, caption: texts.permissionHidden(tail - head), text: text.slice(tail) },
  ];
}
