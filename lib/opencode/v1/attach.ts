import { Buffer, isUtf8 } from "node:buffer";
import type { SavedFile } from "../../model/message.ts";
import { agentTexts } from "../../texts/agent.ts";
import type { PromptPart } from "./api.ts";

/** The largest picture or PDF, in bytes, that goes to the model itself. */
const MEDIA_BYTES = 8 * 1024 * 1024;
/** The largest text, in bytes, that goes to the model itself. */
const TEXT_BYTES = 200 * 1024;

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
  for (const { path, name, bytes } of files) {
    const text = agentTexts.attachedFile(name, bytes, path);
    parts.push({ id: partId(parts.length), type: "text", text });
    if (bytes > MEDIA_BYTES) continue;
    const content = await Deno.readFile(path).catch(() => undefined);
    const mime = content && mediaType(content);
    if (content === undefined || mime === undefined) continue;
    if (mime === "text/plain" && bytes > TEXT_BYTES) continue;
    const url = `data:${mime};base64,${Buffer.from(content).toString("base64")}`;
    parts.push({ id: partId(parts.length), type: "file", mime, filename: name, url });
  }
  return parts;
}

/** The media type of what a model can take, by the bytes: names and servers may be wrong. */
function mediaType(bytes: Uint8Array): string | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, 12));
  if (head.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (head.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (/^GIF8[79]a/.test(head)) return "image/gif";
  if (/^RIFF[^]{4}WEBP/.test(head)) return "image/webp";
  if (head.startsWith("%PDF-")) return "application/pdf";
  return isUtf8(bytes) && !bytes.includes(0) ? "text/plain" : undefined;
}
