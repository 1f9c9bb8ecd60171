import type { SavedFile } from "../../model/message.ts";
import { agentTexts } from "../../texts/agent.ts";
import { inlineFile } from "../inline_file.ts";

/**
 * The largest file, in bytes, that goes to the model itself: opencode fails without a word at prompts with
 * larger ones (observed on its pre-release with 4 MiB; 2.0.26 has the same code).
 */
const INLINE_BYTES = 3 * 1024 * 1024;

/** What brings files to the model. */
export interface Attached {
  /** A sentence with the path for each file. */
  readonly lines: readonly string[];
  /** The content of what a model can take. */
  readonly files: readonly { readonly uri: string; readonly name: string }[];
}

/** Reads what brings files to the model. */
export async function attach(files: readonly SavedFile[]): Promise<Attached> {
  const inline = await Promise.all(files.map((file) => inlineFile(file, INLINE_BYTES)));
  return {
    lines: files.map(({ name, bytes, path }) => agentTexts.attachedFile(name, bytes, path)),
    files: files.flatMap(({ name }, n) => {
      const uri = inline[n]?.url;
      return uri === undefined ? [] : [{ uri, name }];
    }),
  };
}
