import type { ConversationRecord } from "../../model/conversation.ts";
import { branchAt } from "./move_to.ts";

/**
 * Whether somebody has removed the directory in which a turn is to run, if it is in a conversation's git worktree, or
 * a run of a schedule has it as its own. opencode would take a directory that does not exist, and fail much later, with
 * a stack trace (seen on 1.18.33).
 */
export async function isPlaceGone(
  record: Pick<ConversationRecord, "directory" | "worktree">,
  isOwn: boolean,
): Promise<boolean> {
  if (!isOwn && branchAt(record.directory, record) === undefined) return false;
  try {
    await Deno.stat(record.directory);
    return false;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}
