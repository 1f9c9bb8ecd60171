import { exactLine, exactText } from "../../base/exact_text.ts";
import { knownSecrets } from "../../base/known_secrets.ts";
import type { PermissionRequest } from "../../model/agent_request.ts";
import type { ExactText } from "../../model/view.ts";
import type { Texts } from "../../texts/texts.ts";

/** What the agent wants to do, as a person sees it. */
export interface PermissionText {
  /** All of it, or as much as fits into a message. */
  readonly shown: readonly ExactText[];
  /** All of it as a text file, if it does not fit. */
  readonly whole?: string;
}

/** The most characters of what is to be approved in one message. */
const MAX_CHARS = 4_000;
/** The most characters of a line that are seen without scrolling, on a computer. */
const MAX_WIDTH = 100;
/** The most patterns, and characters of them, in one message. */
const MAX_PATTERNS = { lines: 30, chars: 1_500 };

/** The arguments that a shell command's own text, or its reader, can do without. */
const BASH_KNOWN = ["command", "description", "timeout"];

/** Describes what the agent wants to do: the command, the change, or the patterns and arguments. */
export function describePermission(request: PermissionRequest, texts: Texts): PermissionText {
  // Secrets are hidden first: half of one would not be known as one.
  const all = describeAll(request, texts)
    .map((part) => ({ ...part, text: exactText(knownSecrets.hide(part.text)) }));
  const length = all.reduce((sum, { text }) => sum + text.length, 0);
  const withWidth = (part: ExactText) => warnOfWidth(part, texts);
  if (length <= MAX_CHARS) return { shown: all.map(withWidth) };
  const share = Math.floor(MAX_CHARS / all.length);
  return {
    shown: all.flatMap((part) => part.text.length <= share ? [part] : ends(part, share, texts))
      .map(withWidth),
    whole: all.map(({ caption, text }) => caption === undefined ? text : `${caption}\n${text}`)
      .join("\n\n"),
  };
}

/** Says so where a line is so long that its end is seen only by scrolling. */
function warnOfWidth(part: ExactText, texts: Texts): ExactText {
  const longest = Math.max(...part.text.split("\n").map(({ length }) => length));
  if (longest <= MAX_WIDTH) return part;
  const { caption = "" } = part;
  return { ...part, caption: `${caption} ${texts.permissionLongLine(longest)}`.trimStart() };
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

function describeAll(request: PermissionRequest, texts: Texts): ExactText[] {
  const { permission, patterns, command, file, diff, input = {} } = request;
  const skipped = command === undefined ? [] : BASH_KNOWN;
  const rest = Object.entries(input).filter(([name]) => !skipped.includes(name));
  const args: ExactText[] = rest.length === 0 || diff !== undefined ? [] : [{
    caption: texts.permissionInput,
    language: "json",
    text: JSON.stringify(Object.fromEntries(rest), null, 2),
  }];
  if (command !== undefined) return [{ language: "bash", text: command }, ...args];
  return [
    { caption: permission, text: file ?? patterns.map(exactLine).join("\n") },
    ...(diff === undefined ? [] : [{ language: "diff", text: diff } as const]),
    ...args,
  ];
}

/** The beginning and the end of a text that does not fit. */
function ends(part: ExactText, max: number, texts: Texts): ExactText[] {
  const { text } = part;
  const head = wholeChars(text, Math.floor(max * 2 / 3));
  const tail = wholeChars(text, text.length - Math.floor(max / 3));
  return [
    { ...part, text: text.slice(0, head) },
    { ...part, caption: texts.permissionHidden(tail - head), text: text.slice(tail) },
  ];
}

/** Where to cut a text, so that no surrogate pair is cut. */
function wholeChars(text: string, at: number): number {
  return /^[\udc00-\udfff]/.test(text.slice(at, at + 1)) ? at - 1 : at;
}
