import { isBelow } from "../../base/below.ts";
import { UsageError } from "../../base/errors.ts";
import { fileList } from "../worktrees/file_list.ts";
import { begunHere } from "../worktrees/base_branch.ts";
import { listTrees, workingTree, worktreesOf } from "../worktrees/working_tree.ts";
import { type WorktreeState, worktreeState } from "../worktrees/worktree_state.ts";
import type { CommandResult } from "./command.ts";
import { commandButtons } from "./command_buttons.ts";
import type { WorktreeRequest } from "./worktree_request.ts";

/** How many worktrees are looked at, and how many have buttons; there is a text for all. */
const MAX_LISTED = 20;
const MAX_BUTTONS = 4;

/** Lists the worktrees of the repository that were begun here, and the branches that are left of others. */
export async function listWorktrees(request: WorktreeRequest): Promise<CommandResult> {
  const { conversation: { record, all }, git, texts } = request;
  const tree = await workingTree(git, record.directory, texts);
  const trees = (await listTrees(git, tree.top))
    .filter(({ path, isMissing }) => !isMissing && isBelow(path, worktreesOf(tree)));
  const states: WorktreeState[] = [];
  for (const { path } of trees.slice(0, MAX_LISTED)) {
    const state = await stateOf(path, request);
    if (state !== undefined) states.push(state);
  }
  const others = (await all()).filter(({ key }) => key !== record.key);
  const lines = states.map(({ top, branch, base, ahead, uncommitted }) =>
    [
      `- ${texts.worktreeLine(branch, base, ahead)}`,
      uncommitted.length > 0 && texts.filesUncommitted(uncommitted.length),
      top === tree.top && texts.thisOne,
      others.some(({ directory }) => isBelow(directory, top)) && texts.anotherChat,
    ].filter((part) => part).join(" · ")
  );
  const used = new Set((await listTrees(git, tree.top)).map(({ branch }) => branch));
  const kept = [...(await begunHere(git, tree.top)).keys()].filter((branch) => !used.has(branch));
  const text = [
    lines.length === 0 ? texts.noWorktrees : `${texts.worktreesHere}\n${lines.join("\n")}`,
    kept.length > 0 && texts.keptBranches(fileList(kept, texts)),
  ].filter((part) => part).join("\n\n");
  const buttons = states.filter(({ top }) => top !== tree.top).slice(0, MAX_BUTTONS)
    .flatMap(({ branch }) => [
      [texts.goTo(branch), "worktree", branch] as const,
      [texts.removeNamed(branch), "worktree", `remove ${branch}`] as const,
    ]);
  return { answer: [{ status: "plain", text, buttons: commandButtons(request, buttons) }] };
}

/** What is in a worktree; `undefined` if it cannot be read, or was not begun here. */
async function stateOf(
  path: string,
  { git, texts, signal }: WorktreeRequest,
): Promise<WorktreeState | undefined> {
  try {
    return await worktreeState(git, path, texts);
  } catch (error) {
    if (!(error instanceof UsageError) || signal.aborted) throw error;
    return undefined;
  }
}
