import { isUtf8 } from "node:buffer";
import type { SavedFile } from "../model/message.ts";

/** A file's content as a URL, for what a model can take. */
export interface InlineFile {
  readonly mime: string;
  readonly url: string;
}

/** The largest text, in bytes, that goes to the model itself. */
const TEXT_BYTES = 200 * 1024;

/**
 * Reads a file that a model can take: a picture, a PDF or a text; `undefined` for all else.
 *
 * @param maxBytes The largest picture or PDF that goes to the model itself.
 */
export async function inlineFile(
  { path, bytes }: SavedFile,
  maxBytes: number,
): Promise<InlineFile | undefined> {
  if (bytes > maxBytes) return undefined;
  const content = await Deno.readFile(path).catch(() => undefined);
  const mime = content && mediaType(content);
  if (content === undefined || mime === undefined) return undefined;
  if (mime === "text/plain" && bytes > TEXT_BYTES) return undefined;
  return { mime, url: `data:${mime};base64,${content.toBase64()}` };
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
