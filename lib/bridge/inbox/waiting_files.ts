/** The files that wait in a conversation for a text that says what to do with them. */
import { basename, dirname } from "@std/path";
import { safeName } from "../../base/safe_name.ts";
import type { ConversationRecord } from "../../model/conversation.ts";
import type { SavedFile } from "../../model/message.ts";
import type { TurnRecord } from "../../model/turn.ts";

/** The id of the message that a file came with. Each message has a directory of its own, named by its id. */
export function messageOf({ path }: SavedFile): string {
  return basename(dirname(path));
}

/** Whether a file came with a message. */
export function isFileOf(file: SavedFile, messageId: string): boolean {
  return messageOf(file) === safeName(messageId);
}

/** A turn without the files of a message, and these; a turn that has begun keeps all. */
export function withoutFilesOf(
  turn: TurnRecord,
  messageId: string,
): { readonly turn: TurnRecord; readonly out: readonly SavedFile[] } {
  const { state, files = [] } = turn;
  const out = state.kind === "queued" ? files.filter((file) => isFileOf(file, messageId)) : [];
  return { turn: { ...turn, files: files.filter((file) => !out.includes(file)) }, out };
}

/** Whether files of a message wait. */
export function isWaiting(
  { files = [] }: Pick<ConversationRecord, "files">,
  messageId: string,
): boolean {
  return files.some((file) => isFileOf(file, messageId));
}

/** The names of files as people know them, for a sentence. */
export function fileNames(files: readonly SavedFile[]): string {
  return files.map(({ name, label = name }) => label).filter((label) => label !== "").join(", ");
}
