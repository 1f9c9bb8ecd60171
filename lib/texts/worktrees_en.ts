/** The sentences about git worktrees. */
export type WorktreeTexts = typeof worktreesEn;

const commits = (n: number) => `${n} commit${n === 1 ? "" : "s"}`;

/** The sentences about git worktrees, in English. */
export const worktreesEn = {
  branchFooter: (branch: string) => `branch ${branch}`,
  andMore: (n: number) => ` and ${n} more`,

  gitMissing: "git is not installed on the bridge's computer, or not in its PATH.",
  gitFailed: (command: string, why: string) => `git ${command} failed: ${why}`,
  gitTooSlow: (command: string) =>
    `git ${command} took too long and was stopped. Send the command again.`,
  gitGoesOn:
    "git is still writing files, and is not stopped half-way. /worktree shows later how it ended.",
  noRepository: (directory: string) =>
    `${directory} is in no git repository. /cwd goes to one, or ask the agent for \`git init\`.`,
  bareRepository: (directory: string) =>
    `${directory} has no working tree: it is git's own directory, or a bare repository. Use /cwd.`,
  noCommits: (directory: string) =>
    `The repository in ${directory} has no commit yet. Ask the agent to make the first one.`,
  headDetached: (directory: string) =>
    `In ${directory} no branch is checked out, so nothing could be merged back. Check one out first.`,
  badBranchName: (name: string) => `“${name}” cannot be the name of a branch. Choose another one.`,
  branchExists: (branch: string) =>
    `There is a branch \`${branch}\` already that was not begun by /worktree. Choose another name.`,
  branchInTheWay: (branch: string, other: string) =>
    `git cannot have a branch \`${branch}\` beside \`${other}\`. Choose another name.`,
  branchElsewhere: (branch: string, path: string) =>
    `Branch \`${branch}\` is checked out in ${path}. Choose another name, or check out another branch there.`,
  placeTaken: (path: string) =>
    `${path} exists already and is no worktree of this repository. Choose another name.`,
  worktreeInUse: (branch: string) =>
    `Another chat or topic works in \`${branch}\` already. Choose another name.`,

  noWorktree: (directory: string, branch: string) =>
    `This conversation works in ${directory}, on branch \`${branch}\`. ` +
    "`/worktree fix-login` gives it files and a branch of its own, named like that.",
  notBegunHere:
    "This conversation is in no worktree that was begun by /worktree: `/worktree fix-login` begins one.",
  worktreeBegun: (branch: string, base: string, directory: string) =>
    `Now on the new branch \`${branch}\`, from \`${base}\`, with files of its own in ${directory} and a fresh ` +
    "session. /merge merges it back.",
  worktreeTakenUp: (branch: string, base: string, directory: string) =>
    `Back on branch \`${branch}\`, which comes from \`${base}\`, in ${directory}, with a fresh session.`,
  notCarried: (files: string) => `Not committed where it comes from, and so not in it: ${files}`,
  submodulesEmpty:
    "Its submodules are empty. Ask the agent for `git submodule update --init` if they are needed.",
  worktreeIs: (branch: string, base: string, directory: string) =>
    `On branch \`${branch}\`, from \`${base}\`, in ${directory}.`,
  aheadBehind: (ahead: number, behind: number, base: string) =>
    ahead === 0 && behind === 0
      ? `It has the same commits as \`${base}\`.`
      : `${commits(ahead)} that \`${base}\` lacks; it lacks ${behind} of \`${base}\`.`,
  uncommittedFiles: (files: string) => `Not committed: ${files}`,
  allCommitted: "Everything is committed.",
  baseGone: (base: string) =>
    `Branch \`${base}\`, which this one comes from, does not exist any more.`,

  worktreesHere: "Worktrees of this repository that were begun by /worktree:",
  noWorktrees: "No worktree of this repository was begun by /worktree.",
  worktreeLine: (branch: string, base: string, ahead: number) =>
    `\`${branch}\`, from \`${base}\`: ${commits(ahead)} ahead`,
  filesUncommitted: (n: number) => `${n} uncommitted`,
  thisOne: "this conversation",
  anotherChat: "another chat",
  keptBranches: (branches: string) =>
    `Branches without a worktree: ${branches}. \`/worktree\` and the name takes one up again.`,
  noSuchWorktree: (name: string) =>
    `There is no worktree \`${name}\` here. \`/worktree list\` shows them.`,
  goTo: (branch: string) => `Go to ${branch}`,
  removeNamed: (branch: string) => `Remove ${branch}`,
  begin: (branch: string) => `Begin ${branch}`,
  listAll: "List all",
  merge: "Merge",

  nothingToMerge: (branch: string, base: string) =>
    `\`${base}\` has everything of \`${branch}\` already.`,
  merged: (n: number, branch: string, base: string) =>
    `${commits(n)} of \`${branch}\` merged into \`${base}\`. ` +
    "You can go on here, or send `/worktree remove`.",
  notMerged: (why: string) => `Not merged; everything is as it was. ${why}`,
  committedNotMerged: (branch: string, why: string) =>
    `Committed to \`${branch}\`, but not merged; the rest is as it was. ${why}`,
  mergeConflicts: (base: string, files: string) =>
    `Both \`${base}\` and this branch have changed the same places: ${files}. ` +
    "`/merge resolve` asks the agent to settle that here; then send /merge again.",
  resolveConflicts: "Have the agent settle it",
  /** What the agent is asked then. */
  resolvePrompt: (base: string) =>
    `Merge the branch ${base} into this branch here, resolve the conflicts so that both sides' changes are ` +
    "kept in meaning, check the result, and commit it. Change no other branch and no other working tree.",
  baseOutside: (base: string, path: string) =>
    `\`${base}\` is checked out in ${path}, which is outside of BRIDGE_ROOTS.`,
  baseBusy: (base: string, path: string) =>
    `A turn is running in ${path}, where \`${base}\` is checked out. Wait for its end, or stop it.`,
  baseRebasing: (base: string) => `Somebody is rebasing \`${base}\`. Finish that first.`,
  baseMoves: (base: string) => `\`${base}\` got new commits meanwhile. Send /merge again.`,
  wouldOverwrite: (directory: string, files: string) =>
    `Changes in ${directory} that are not committed would be overwritten: ${files}. ` +
    "Commit them or take them away there, then send /merge again.",
  unfinishedMerge: (files: string) =>
    `A merge in this worktree has open conflicts: ${files}. Ask the agent to finish or abort it.`,

  commitTitle: "Commit before merging?",
  commitQuestion: (files: string, message: string, base: string) =>
    `Not committed: ${files}\n\nAll of it would be committed as “${message}” and merged into \`${base}\`. ` +
    "The repository's hooks do not run.",
  commitAndMerge: "Commit and merge",
  leaveIt: "Leave it",
  nothingDone: "Left as it was.",
  changedMeanwhile: (command: string) =>
    `Something has changed since this was asked, so nothing was done. Send ${command} again.`,

  removeTitle: (branch: string) => `Remove the worktree ${branch}?`,
  unmergedStay: (n: number, base: string, branch: string) =>
    `Not merged into \`${base}\`: ${commits(n)}, kept on branch \`${branch}\`.`,
  uncommittedKept: (files: string, branch: string) =>
    `Not committed: ${files}. It is committed to \`${branch}\` first.`,
  ignoredGo: (files: string) => `**Deleted**, because git ignores it: ${files}`,
  othersMove: (n: number, directory: string) =>
    `${
      n === 1 ? "Another chat works" : `${n} other chats work`
    } there, and would go on in ${directory}.`,
  removeYes: "Remove",
  removeMessage: (branch: string) => `Work in progress on ${branch}`,
  worktreeRemoved: (branch: string, directory: string) =>
    `Worktree removed, and branch \`${branch}\` with it, as all of it is merged. Now in ${directory}.`,
  worktreeRemovedKept: (branch: string, directory: string) =>
    `Worktree removed. Branch \`${branch}\` stays: \`/worktree ${branch}\` takes it up again. Now in ${directory}.`,
  movedBecauseRemoved: (branch: string, directory: string) =>
    `The worktree of branch ${branch} was removed in another chat. This one goes on in ${directory}, in a fresh session.`,
  movedBack: (branch: string, directory: string) =>
    `The worktree of branch ${branch} could not be removed. This chat is back in ${directory}.`,
  notOurWorktree: (path: string) =>
    `${path} was not made by /worktree, so it is not removed by it.`,
  holdsRepositories: (path: string, files: string) =>
    `${path} holds other repositories (${files}), whose commits might be nowhere else. Remove it by hand: ` +
    "`git worktree remove`.",
  turnsThere: (directory: string) =>
    `A turn is running in ${directory}. Wait for its end, or stop it.`,
};
