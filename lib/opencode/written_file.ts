/** What a `write` changed, which reports no diff. */
import type { FileChange, FilePatch } from "../model/tool_call.ts";

/**
 * The change that a `write` made.
 *
 * @param created All of the file's text when it is new; how much of a replaced one changed is not known.
 */
export function writtenChange(file: string, created = ""): FileChange {
  const lines = created.split("\n").length - (created === "" || created.endsWith("\n") ? 1 : 0);
  return { file, additions: lines, deletions: 0 };
}

/** A patch that adds all lines of a text: a `write` says only what the file holds now. */
export function writtenPatch(text: string): string {
  const lines = text.replace(/\n$/, "").split("\n");
  return [`@@ -0,0 +1,${lines.length} @@`, ...lines.map((line) => `+${line}`)].join("\n");
}

/** A change with its patch, under the line `Index:` that tells the file. */
export function withPatch(change: FileChange, patch: string): FilePatch {
  return {
    ...change,
    patch: patch.startsWith("Index: ") ? patch : `Index: ${change.file}\n${patch}`,
  };
}
