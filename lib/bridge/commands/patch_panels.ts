import { knownSecrets } from "../../base/secrets/known_secrets.ts";
import { redact } from "../../base/secrets/redact.ts";
import { clip, fenced } from "../../base/text.ts";
import { tightPatch } from "../../base/tight_patch.ts";
import type { FilePatch } from "../../model/tool_call.ts";
import type { View } from "../../model/view.ts";

/** How many files are shown. */
const MAX_FILES = 15;
/** How many characters of changes are shown in total, and per file. */
const MAX_CHARS = 6_000;
const MAX_FILE_CHARS = 2_000;
/** How many characters of a line are shown; phones are narrow. */
const MAX_LINE_CHARS = 160;

/** The lines of a patch that name its file. */
const HEAD = /^(?:Index: .*|=+|--- .*|\+\+\+ .*)(?:\n|$)/gm;

/** Draws changes as panels that are readable on a phone, one per file; `isComplete` if all are shown. */
export function patchPanels(
  changes: readonly FilePatch[],
  directory: string,
): { panels: NonNullable<View["panels"]>; isComplete: boolean } {
  let room = MAX_CHARS;
  let isComplete = changes.length <= MAX_FILES;
  const panels = changes.slice(0, MAX_FILES).map(({ file, patch, additions, deletions }) => {
    const lines = shownLines(patch);
    const fitting = fit(
      lines.map((line) => clip(line, MAX_LINE_CHARS)),
      Math.min(room, MAX_FILE_CHARS),
    );
    room -= fitting.join("\n").length;
    isComplete &&= fitting.length === lines.length &&
      lines.every((line) => line.length <= MAX_LINE_CHARS);
    const more = lines.length - fitting.length;
    const shown = more > 0 ? [...fitting, `… +${more}`] : fitting;
    const name = file.startsWith(`${directory}/`) ? file.slice(directory.length + 1) : file;
    const title = `\`${redact(name).replaceAll("`", "'")}\` +${additions} −${deletions}`;
    return { title, text: fenced(shown.join("\n"), "diff") };
  });
  return { panels, isComplete };
}

/** All changes as one patch that can be applied, so that nothing but our own secrets is hidden. */
export function patchText(changes: readonly FilePatch[]): string {
  // Its last lines may be blank lines of context.
  const patches = changes.map(({ patch }) => patch.replace(/(?<!\n)\n+$/, ""));
  return knownSecrets.hideInFile(`${patches.join("\n")}\n`);
}

/** The changes of a patch with what is around them. The lines before only repeat the name of the file. */
function shownLines(patch: string): string[] {
  const hunks = patch.search(/^@@/m);
  const text = hunks === -1 ? patch.replace(HEAD, "") : tightPatch(patch.slice(hunks));
  return redact(text).trimEnd().split("\n");
}

/** The first lines that fit into `room` characters. */
function fit(lines: readonly string[], room: number): readonly string[] {
  let left = room;
  const cut = lines.findIndex((line) => (left -= line.length + 1) < 0);
  return cut === -1 ? lines : lines.slice(0, cut);
}
