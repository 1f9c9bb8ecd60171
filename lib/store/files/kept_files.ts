import { dirname, join } from "@std/path";
import { need, parser, string } from "../../base/json.ts";
import { readJson } from "../../base/read_json.ts";
import { replaceFile } from "../../base/replace_file.ts";
import type { LedgerRow } from "../../model/ledger.ts";
import type { View } from "../../model/view.ts";

/** Writes a private file (0600) for a row of the ledger to refer to; returns its path. */
export async function keepFile(path: string, content: string | Uint8Array): Promise<string> {
  await Deno.mkdir(dirname(path), { recursive: true, mode: 0o700 });
  // All of it is on disk before the row that refers to it.
  await replaceFile(path, content);
  return path;
}

/** Deletes the file of a view that is no longer needed. If this fails, a later sweep deletes it. */
export async function removeTemporaryFile({ file, isTemporary }: View): Promise<void> {
  if (file !== undefined && isTemporary) await Deno.remove(file).catch(() => {});
}

/**
 * Deletes files that no row of the ledger refers to: a crash came between delivery and deletion.
 *
 * @param before Only files that were last changed before this time (ms since 1970) are deleted: the row of
 * a younger one may be on its way.
 */
export async function sweepFiles(
  dir: string,
  rows: readonly LedgerRow[],
  before = Infinity,
): Promise<void> {
  const needed = new Set(rows.map(({ view }) => view.file));
  for (const path of await entries(dir)) {
    if (!needed.has(path) && await changedAt(path) < before) await Deno.remove(path);
  }
}

/** What {@linkcode sweepAttachments} keeps. */
export interface AttachmentSweep {
  /** The paths of files that somebody waits for. */
  readonly needed: ReadonlySet<string>;
  /** Files of a session that is gone are deleted if they were last changed before this time. */
  readonly goneBefore: number;
  /** All files that were last changed before this time (ms since 1970) are deleted. */
  readonly before: number;
  /** Whether the session that got a message's files no longer exists. */
  readonly isGone: (session: FileSession) => Promise<boolean>;
}

/** The session that got the files of a message. */
export interface FileSession {
  readonly id: string;
  readonly directory: string;
}

/** The file beside a message's attachments that names their session. */
const SESSION = ".session.json";

/** Notes which session got a file. */
export async function noteSession(path: string, session: FileSession): Promise<void> {
  await Deno.writeTextFile(join(dirname(path), SESSION), JSON.stringify(session), { mode: 0o600 });
}

/** The file beside a message's attachments that names their conversation. */
const CONVERSATION = ".conversation";

/** Creates the private directory (0700) of a message's files, and notes the key of its conversation. */
export async function noteConversation(directory: string, conversation: string): Promise<void> {
  await Deno.mkdir(directory, { recursive: true, mode: 0o700 });
  await Deno.writeTextFile(join(directory, CONVERSATION), conversation, { mode: 0o600 });
}

/** The files of one message. */
export interface MessageFiles {
  /** How much room they take. */
  readonly bytes: number;
  /** When the last of them was changed, in milliseconds since 1970. */
  readonly changedAt: number;
  readonly paths?: readonly string[];
  /** The key of the conversation; unknown for files of an older version of the program. */
  readonly conversation?: string | undefined;
}

/** Reads what is in a directory with one directory, or one file, for each message; by their paths. */
export async function readMessageFiles(dir: string): Promise<Map<string, MessageFiles>> {
  const found = new Map<string, MessageFiles>();
  for (const path of await entries(dir)) {
    const paths = await entries(path);
    const infos = await Promise.all(
      // They may go away meanwhile.
      [path, ...paths].map((file) => Deno.lstat(file).catch(() => undefined)),
    );
    const isConversation = paths.includes(join(path, CONVERSATION));
    const conversation = isConversation
      ? await Deno.readTextFile(join(path, CONVERSATION)).catch(() => undefined)
      : undefined;
    found.set(path, {
      bytes: infos.reduce((sum, info) => sum + (info?.isFile ? info.size : 0), 0),
      changedAt: Math.max(0, ...infos.map((info) => info?.mtime?.getTime() ?? 0)),
      paths,
      conversation,
    });
  }
  return found;
}

/** Deletes received files, one directory for each message, that are old or whose session is gone. */
export async function sweepAttachments(
  dir: string,
  { needed, goneBefore, before, isGone }: AttachmentSweep,
): Promise<void> {
  for (const path of await entries(dir)) {
    const files = await entries(path);
    if (files.some((file) => needed.has(file))) continue;
    const times = await Promise.all([path, ...files].map(changedAt));
    const changed = Math.max(...times);
    const isOld = changed < before;
    if (isOld || (changed < goneBefore && await hasLostSession(path, isGone))) {
      await Deno.remove(path, { recursive: true });
    }
  }
}

async function hasLostSession(
  path: string,
  isGone: AttachmentSweep["isGone"],
): Promise<boolean> {
  const session = parseSession(await readJson(join(path, SESSION)));
  return session !== undefined && await isGone(session);
}

const parseSession = parser((session): FileSession => ({
  id: need(string(session.id)),
  directory: need(string(session.directory)),
}));

/** How many bytes the files in a directory have. */
export async function directoryBytes(dir: string): Promise<number> {
  let bytes = 0;
  for (const path of await entries(dir)) {
    // It may go away meanwhile.
    const info = await Deno.lstat(path).catch(() => undefined);
    bytes += info?.isDirectory ? await directoryBytes(path) : info?.size ?? 0;
  }
  return bytes;
}

/** The paths in a directory; none if it does not exist or is a file. */
async function entries(dir: string): Promise<string[]> {
  try {
    return (await Array.fromAsync(Deno.readDir(dir))).map(({ name }) => join(dir, name));
  } catch (error) {
    const isNone = error instanceof Deno.errors.NotFound ||
      error instanceof Deno.errors.NotADirectory;
    if (!isNone) throw error;
    return [];
  }
}

/** When a file was last changed (ms since 1970); `Infinity` if it is gone. */
async function changedAt(path: string): Promise<number> {
  const info = await Deno.lstat(path).catch(() => undefined);
  return info?.mtime?.getTime() ?? Infinity;
}
