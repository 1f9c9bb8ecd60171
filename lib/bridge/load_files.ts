import { join } from "@std/path";
import { describe } from "../base/errors.ts";
import { safeName } from "../base/safe_name.ts";
import type { Attachment, SavedFile } from "../model/message.ts";
import type { Chat } from "../model/ports.ts";
import { freeName } from "./free_name.ts";
import { retryRead } from "./retry_read.ts";
import type { Services } from "./services.ts";

/** An attachment to load. */
export interface WantedFile {
  /** The id under which the chat gives it away. */
  readonly messageId: string;
  readonly attachment: Attachment;
}

/** What {@linkcode loadFiles} needs. */
export interface LoadOptions extends Pick<Services, "texts"> {
  readonly chat: Pick<Chat, "download">;
}

/** What was loaded. */
export interface LoadedFiles {
  readonly files: readonly SavedFile[];
  /** The names of all attachments, by their keys, also of those that could not be loaded. */
  readonly names: ReadonlyMap<string, string>;
  /** The keys of those that could not be loaded, or are empty. */
  readonly failed: ReadonlySet<string>;
  /** What to tell the sender. */
  readonly problems: readonly string[];
}

/** How long the downloads of one message may take, in milliseconds. */
const DOWNLOADS_MS = 600_000;

/** Loads attachments into a directory. Each has a name of its own there; what fails is reported. */
export async function loadFiles(
  wanted: readonly WantedFile[],
  directory: string,
  { chat, texts }: LoadOptions,
  signal: AbortSignal,
): Promise<LoadedFiles> {
  const files: SavedFile[] = [];
  const problems: string[] = [];
  const failed = new Set<string>();
  const names = new Map<string, string>();
  const limited = AbortSignal.any([signal, AbortSignal.timeout(DOWNLOADS_MS)]);
  for (const { messageId, attachment } of wanted) {
    const { key, kind, name: given } = attachment;
    if (names.has(key)) continue;
    const name = freeName(safeName(given ?? `${kind}-${names.size + 1}`), names.values());
    names.set(key, name);
    const path = join(directory, name);
    try {
      await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
      const load = () => chat.download(messageId, attachment, path, limited);
      const { bytes, mime } = await retryRead(load, limited);
      if (bytes > 0) files.push({ path, name, mime, bytes });
      else {
        failed.add(key);
        problems.push(texts.fileEmpty(name));
      }
    } catch (error) {
      signal.throwIfAborted();
      failed.add(key);
      problems.push(
        error instanceof RangeError
          ? texts.fileTooLarge(name, "100 MB")
          : texts.fileFailed(name, describe(error)),
      );
    }
  }
  return { files, names, failed, problems };
}
