import type { ConversationRecord } from "../../model/conversation.ts";
import { branchAt } from "./move_to.ts";

/**
 * Whether a conversation is in a git worktree that somebody has removed by other means. opencode would take a
 * directory that does not exist (seen on 1.18.33).
 */
export async function isWorktreeGone(
  record: Pick<ConversationRecord, "directory" | "worktree">,
): Promise<boolean> {
  if (branchAt(record.directory, record) === undefined) return false;
  try {
    await Deno.stat(record.directory);
    return false;
  } catch (error) {
    return error instanceof Deno.errors.NotFound;
  }
}
