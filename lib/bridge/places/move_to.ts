import { isBelow } from "../../base/below.ts";
import type { ConversationRecord, ConversationUpdate, Worktree } from "../../model/conversation.ts";
import { newestFirst } from "./newest_first.ts";

/**
 * Moves a conversation to another directory, where its session is yet to be made.
 *
 * @param worktree The git worktree around it, if that is another one than before.
 */
export function moveTo(directory: string, worktree?: Worktree): ConversationUpdate {
  return ({ sessionId: _, listed: _listed, leaving: _leaving, worktree: before, ...record }) => {
    const { directories = [] } = record.recent ?? {};
    const around = worktree ?? before;
    return {
      ...record,
      directory,
      recent: {
        ...record.recent,
        directories: newestFirst(directory, [record.directory, ...directories]),
      },
      ...(around !== undefined && isBelow(directory, around.path) && { worktree: around }),
    };
  };
}

/** The branch of the worktree that a conversation is in, if a directory is in that worktree as well. */
export function branchAt(
  directory: string,
  { worktree }: Pick<ConversationRecord, "worktree">,
): string | undefined {
  return worktree !== undefined && isBelow(directory, worktree.path) ? worktree.branch : undefined;
}
