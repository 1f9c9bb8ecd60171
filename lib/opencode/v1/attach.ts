import type { SavedFile } from "../../model/message.ts";
import { agentTexts } from "../../texts/agent.ts";
import { inlineFile } from "../inline_file.ts";
import type { PromptPart } from "./api.ts";

/** The largest picture or PDF, in bytes, that goes to the model itself. */
const MEDIA_BYTES = 8 * 1024 * 1024;

/**
 * The parts that bring files to the model: a sentence with the path for each, and the content of what a
 * model can take. Anything else as a part would fail this turn and every later one of the session
 * (observed on opencode 1.18.33).
 *
 * @param partId Makes the id of the n-th part; the same when the prompt is posted again.
 */
export async function fileParts(
  files: readonly SavedFile[],
  partId: (n: number) => string,
): Promise<PromptPart[]> {
  const parts: PromptPart[] = [];
  for (const file of files) {
    const { path, name, bytes } = file;
    const text = agentTexts.attachedFile(name, bytes, path);
    parts.push({ id: partId(parts.length), type: "text", text });
    const content = await inlineFile(file, MEDIA_BYTES);
    if (content === undefined) continue;
    parts.push({ id: partId(parts.length), type: "file", filename: name, ...content });
  }
  return parts;
}
