import { join } from "@std/path";
import { describe } from "../../base/errors.ts";
import { safeName } from "../../base/safe_name.ts";
import type { Attachment, SavedFile } from "../../model/message.ts";
import type { Chat } from "../../model/ports.ts";
import type { FileOwner } from "../../store/files/file_space.ts";
import { freeName } from "./free_name.ts";
import { retryRead } from "./retry_read.ts";
import type { Services } from "../services.ts";

/** An attachment to load. */
export interface WantedFile {
  /** The id under which the chat gives it away. */
  readonly messageId: string;
  readonly attachment: Attachment;
  /** Whose file it is, if not of the message that is read. */
  readonly owner?: FileOwner;
}

/** What {@linkcode loadFiles} needs. */
export interface LoadOptions extends Pick<Services, "texts" | "fileSpace"> {
  readonly chat: Pick<Chat, "download">;
  /** Called once with the name of a file that takes long. Loading it goes on. */
  readonly onLate?: (name: string) => void;
  /** After how long that is, in milliseconds. */
  readonly lateMs?: number;
  /** How long the files of other messages may take all together, in milliseconds. */
  readonly referredMs?: number;
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
export const DOWNLOADS_MS = 600_000;
/** After how long the sender is told that a file does not come, in milliseconds. */
const LATE_MS = 15_000;
/** How long those from other messages may take, in milliseconds: nobody knows that they are waited for. */
const REFERRED_MS = 30_000;

/** Loads attachments into the directory of a message. Each has a name of its own there; what fails is reported. */
export async function loadFiles(
  wanted: readonly WantedFile[],
  owner: FileOwner,
  options: LoadOptions,
  signal: AbortSignal,
): Promise<LoadedFiles> {
  const { texts, referredMs = REFERRED_MS, onLate, lateMs = LATE_MS } = options;
  const files: SavedFile[] = [];
  const problems: string[] = [];
  const failed = new Set<string>();
  const names = new Map<string, string>();
  const limited = AbortSignal.any([signal, AbortSignal.timeout(DOWNLOADS_MS)]);
  let referred: AbortSignal | undefined;
  const lateAt = performance.now() + lateMs;
  let isLate = false;
  for (const one of wanted) {
    const { key, kind, name: given } = one.attachment;
    if (names.has(key)) continue;
    const name = freeName(safeName(given ?? `${kind}-${names.size + 1}`), names.values());
    names.set(key, name);
    const isOwn = one.messageId === owner.messageId;
    if (!isOwn) referred ??= AbortSignal.any([limited, AbortSignal.timeout(referredMs)]);
    const onTrouble = () => {
      if (!isLate && performance.now() >= lateAt) onLate?.(name);
      isLate ||= performance.now() >= lateAt;
    };
    try {
      const loading = { ...options, ...(isOwn && { onTrouble }) };
      const file = await loadFile(one, name, one.owner ?? owner, loading, referred ?? limited);
      if (typeof file !== "string") {
        files.push(file);
        continue;
      }
      problems.push(file);
    } catch (error) {
      signal.throwIfAborted();
      problems.push(texts.fileFailed(name, describe(error)));
    }
    failed.add(key);
  }
  return { files, names, failed, problems };
}

/** Loads an attachment; resolves with the file, or a text that says why it is not taken. */
async function loadFile(
  { messageId, attachment }: WantedFile,
  name: string,
  owner: FileOwner,
  { chat, texts, fileSpace, onTrouble }: LoadOptions & { readonly onTrouble?: () => void },
  signal: AbortSignal,
): Promise<SavedFile | string> {
  const claim = await fileSpace.claim(owner);
  const path = join(claim.directory, name);
  const mayWrite = (bytes: number) => claim.grow(bytes);
  const load = () => {
    claim.restart();
    return chat.download(messageId, attachment, path, mayWrite, signal);
  };
  let written = 0;
  try {
    const { bytes, mime } = await retryRead(load, signal, onTrouble);
    written = bytes;
    return bytes === 0 ? texts.fileEmpty(name) : { path, name, mime, bytes };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return claim.isRefused ? texts.noRoomForFile(name) : texts.fileTooLarge(name, "100 MB");
  } finally {
    claim.end(written);
  }
}
