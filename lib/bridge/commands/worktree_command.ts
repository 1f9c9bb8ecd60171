import { isBelow } from "../../base/below.ts";
import { UsageError } from "../../base/errors.ts";
import { moveTo } from "../places/move_to.ts";
import { newBranchName } from "../worktrees/branch_name.ts";
import { fileList } from "../worktrees/file_list.ts";
import { makeWorktree } from "../worktrees/make_worktree.ts";
import { workingTree } from "../worktrees/working_tree.ts";
import { readStatus, type WorktreeState, worktreeState } from "../worktrees/worktree_state.ts";
import type { CommandResult, Commands } from "./command.ts";
import { commandButtons } from "./command_buttons.ts";
import { listWorktrees } from "./worktree_list.ts";
import { remove } from "./worktree_removal.ts";
import { withGit, type WorktreeRequest } from "./worktree_request.ts";

/** How long a worktree may take to be made, in milliseconds: all files of the repository are written. */
const MAKE_MS = 300_000;

/** The command that gives a conversation a git worktree and a branch of its own. */
export const worktreeCommand: Commands = {
  worktree: {
    usage: "/worktree <name>",
    argumentPattern: /^(\S+|remove\s+\S+)?$/,
    isOrdered: true,
    limitMs: MAKE_MS,
    run: withGit(worktree),
  },
};

async function worktree(request: WorktreeRequest): Promise<CommandResult> {
  const [word = "", name] = request.argument.split(/\s+/);
  switch (word.toLowerCase()) {
    case "":
      return await show(request);
    case "list":
      return await listWorktrees(request);
    case "remove":
      return await remove(request, name);
    default:
      return await go(request, word);
  }
}

/** Shows where the conversation works, and what can be done. */
async function show(request: WorktreeRequest): Promise<CommandResult> {
  const { conversation: { record }, git, texts } = request;
  const state = await worktreeState(git, record.directory, texts);
  if (state !== undefined) {
    const { top: path, branch } = state;
    const buttons = commandButtons(request, [
      [texts.merge, "merge", "", "primary"],
      [texts.removeYes, "worktree", "remove", "danger"],
      [texts.listAll, "worktree", "list"],
    ]);
    return {
      answer: [{ status: "plain", text: describeState(state, request), buttons }],
      // The agent may have checked out another branch.
      update: (record) => ({ ...record, worktree: { path, branch } }),
    };
  }
  const { top, branch = "" } = await workingTree(git, record.directory, texts);
  const name = newBranchName(Date.now());
  const buttons = commandButtons(request, [
    [texts.begin(name), "worktree", name, "primary"],
    [texts.listAll, "worktree", "list"],
  ]);
  return { answer: [{ status: "plain", text: texts.noWorktree(top, branch), buttons }] };
}

function describeState(state: WorktreeState, { texts }: WorktreeRequest): string {
  const { top, branch, base, baseTip, ahead, behind, uncommitted } = state;
  return [
    texts.worktreeIs(branch, base, top),
    baseTip === undefined ? texts.baseGone(base) : texts.aheadBehind(ahead, behind, base),
    uncommitted.length === 0
      ? texts.allCommitted
      : texts.uncommittedFiles(fileList(uncommitted, texts)),
  ].join("\n");
}

/** Moves the conversation to the worktree of a name, which is made if there is none. */
async function go(request: WorktreeRequest, name: string): Promise<CommandResult> {
  const { conversation, git, texts } = request;
  const { record, turns } = conversation;
  const tree = await workingTree(git, record.directory, texts);
  const made = await makeWorktree(tree, name, request);
  const { path, directory, branch, base, isOld } = made;
  if (path === tree.top) return await show(request);
  const isUsed = (await conversation.all())
    .some((other) => other.key !== record.key && isBelow(other.directory, path));
  if (isUsed) throw new UsageError(texts.worktreeInUse(branch));
  const left = isOld ? [] : (await readStatus(git, tree.top)).map((change) => change.path);
  const hasModules = await Deno.stat(`${path}/.gitmodules`).then(() => true, () => false);
  const [running, ...queued] = turns;
  const stays = running?.directory;
  const lines = [
    (isOld ? texts.worktreeTakenUp : texts.worktreeBegun)(branch, base, directory),
    left.length > 0 && texts.notCarried(fileList(left, texts)),
    hasModules && texts.submodulesEmpty,
    stays !== undefined && stays !== directory && texts.cwdTurnStays(stays),
    queued.length > 0 && texts.cwdQueueMoves(queued.length),
  ];
  return {
    answer: [{ status: "plain", text: lines.filter((line) => line).join("\n") }],
    update: moveTo(directory, { path, branch }),
  };
}
