import type { WorktreeTexts } from "./worktrees_en.ts";

/** The sentences about git worktrees, in Chinese. */
export const worktreesZh: WorktreeTexts = {
  branchFooter: (branch) => `分支 ${branch}`,
  andMore: (n) => `等，另有 ${n} 个`,

  gitMissing: "桥接程序所在的电脑上没有 git，或者它不在 PATH 里。",
  gitFailed: (command, why) => `git ${command} 失败：${why}`,
  gitTooSlow: (command) => `git ${command} 用时过长，已停止。请重新发送命令。`,
  gitGoesOn: "git 仍在写入文件，不会中途停止。稍后发送 /worktree 查看结果。",
  noRepository: (directory) =>
    `${directory} 不在 git 仓库中。请用 /cwd 切换到一个仓库，或让智能体运行 \`git init\`。`,
  bareRepository: (directory) =>
    `${directory} 没有工作区：它是 git 自己的目录，或是裸仓库。请用 /cwd 切换目录。`,
  noCommits: (directory) => `${directory} 的仓库还没有提交。请让智能体先提交一次。`,
  headDetached: (directory) => `${directory} 没有检出分支，之后将无法合并回去。请先检出一个分支。`,
  badBranchName: (name) => `“${name}”不能作为分支名。请换一个名称。`,
  branchExists: (branch) => `已有分支 \`${branch}\`，且不是用 /worktree 新建的。请换一个名称。`,
  branchInTheWay: (branch, other) =>
    `git 不能同时有分支 \`${branch}\` 和 \`${other}\`。请换一个名称。`,
  branchElsewhere: (branch, path) =>
    `分支 \`${branch}\` 已在 ${path} 中检出。请换一个名称，或在那里检出别的分支。`,
  placeTaken: (path) => `${path} 已存在，但不是此仓库的工作树。请换一个名称。`,
  worktreeInUse: (branch) => `另一个聊天或话题已在使用 \`${branch}\`。请换一个名称。`,

  noWorktree: (directory, branch) =>
    `当前对话在 ${directory} 中工作，分支是 \`${branch}\`。发送 \`/worktree fix-login\` 可为它新建同名分支和一份独立的文件。`,
  notBegunHere: "当前目录不在用 /worktree 新建的工作树中：发送 `/worktree fix-login` 可新建一个。",
  worktreeBegun: (branch, base, directory) =>
    `已从 \`${base}\` 新建分支 \`${branch}\`，文件独立存放在 ${directory}，并新建会话。发送 /merge 可合并回去。`,
  worktreeTakenUp: (branch, base, directory) =>
    `已回到分支 \`${branch}\`（来自 \`${base}\`），目录是 ${directory}，并新建会话。`,
  notCarried: (files) => `来源处有未提交的改动，没有带过来：${files}`,
  submodulesEmpty: "子模块是空的。需要时请让智能体运行 `git submodule update --init`。",
  worktreeIs: (branch, base, directory) =>
    `当前分支是 \`${branch}\`，来自 \`${base}\`，目录是 ${directory}。`,
  aheadBehind: (ahead, behind, base) =>
    ahead === 0 && behind === 0
      ? `与 \`${base}\` 的提交一致。`
      : `比 \`${base}\` 多 ${ahead} 个提交，少 ${behind} 个提交。`,
  uncommittedFiles: (files) => `未提交：${files}`,
  allCommitted: "全部改动都已提交。",
  baseGone: (base) => `来源分支 \`${base}\` 已不存在。`,

  worktreesHere: "此仓库中用 /worktree 新建的工作树：",
  noWorktrees: "此仓库中没有用 /worktree 新建的工作树。",
  worktreeLine: (branch, base, ahead) => `\`${branch}\`，来自 \`${base}\`：多 ${ahead} 个提交`,
  filesUncommitted: (n) => `${n} 处未提交`,
  thisOne: "当前对话",
  anotherChat: "另一个聊天",
  keptBranches: (branches) =>
    `没有工作树的分支：${branches}。发送 \`/worktree\` 加名称可继续使用。`,
  noSuchWorktree: (name) => `这里没有工作树 \`${name}\`。发送 \`/worktree list\` 查看列表。`,
  goTo: (branch) => `切换到 ${branch}`,
  removeNamed: (branch) => `移除 ${branch}`,
  begin: (branch) => `新建 ${branch}`,
  listAll: "查看全部",
  merge: "合并",

  nothingToMerge: (branch, base) => `\`${base}\` 已包含 \`${branch}\` 的全部内容。`,
  merged: (n, branch, base) =>
    `已把 \`${branch}\` 的 ${n} 个提交合并到 \`${base}\`。可以在这里继续，或发送 \`/worktree remove\`。`,
  notMerged: (why) => `没有合并，一切保持原样。${why}`,
  committedNotMerged: (branch, why) => `已提交到 \`${branch}\`，但没有合并，其余保持原样。${why}`,
  mergeConflicts: (base, files) =>
    `\`${base}\` 和当前分支改动了相同的地方：${files}。发送 \`/merge resolve\` 可让智能体在这里解决，之后再发送 /merge。`,
  resolveConflicts: "让智能体解决",
  resolvePrompt: (base) =>
    `请在这里把分支 ${base} 合并到当前分支，解决冲突并保留双方改动的含义，检查结果后提交。不要改动其他分支和其他工作树。`,
  baseOutside: (base, path) => `\`${base}\` 在 ${path} 中检出，而它不在 BRIDGE_ROOTS 之内。`,
  baseBusy: (base, path) =>
    `${path} 中检出了 \`${base}\`，那里还有任务在运行。请等它结束，或停止它。`,
  baseRebasing: (base) => `有人正在变基 \`${base}\`。请先完成变基。`,
  baseMoves: (base) => `\`${base}\` 刚刚有了新的提交。请重新发送 /merge。`,
  wouldOverwrite: (directory, files) =>
    `${directory} 中未提交的改动会被覆盖：${files}。请在那里提交或移走，之后再发送 /merge。`,
  unfinishedMerge: (files) =>
    `此工作树中的合并还有冲突未解决：${files}。请让智能体完成或中止合并。`,

  commitTitle: "合并前先提交？",
  commitQuestion: (files, message, base) =>
    `未提交：${files}\n\n这些改动会全部提交，说明为“${message}”，并合并到 \`${base}\`。仓库的钩子不会运行。`,
  commitAndMerge: "提交并合并",
  leaveIt: "暂不处理",
  nothingDone: "保持原样。",
  changedMeanwhile: (command) => `提问之后内容有变化，所以没有执行。请重新发送 ${command}。`,

  removeTitle: (branch) => `移除工作树 ${branch}？`,
  unmergedStay: (n, base, branch) =>
    `有 ${n} 个提交没有合并到 \`${base}\`，会保留在分支 \`${branch}\` 上。`,
  uncommittedKept: (files, branch) => `未提交：${files}。会先提交到 \`${branch}\`。`,
  ignoredGo: (files) => `git 忽略的文件会被**删除**：${files}`,
  othersMove: (n, directory) => `还有 ${n} 个聊天在那里工作，会改到 ${directory} 继续。`,
  removeYes: "移除",
  removeMessage: (branch) => `${branch} 的未完成改动`,
  worktreeRemoved: (branch, directory) =>
    `工作树已移除，分支 \`${branch}\` 的内容都已合并，也一并删除。当前目录是 ${directory}。`,
  worktreeRemovedKept: (branch, directory) =>
    `工作树已移除。分支 \`${branch}\` 仍保留，发送 \`/worktree ${branch}\` 可继续使用。当前目录是 ${directory}。`,
  movedBecauseRemoved: (branch, directory) =>
    `分支 ${branch} 的工作树已在另一个聊天中移除。这里改到 ${directory} 继续，并新建会话。`,
  movedBack: (branch, directory) => `分支 ${branch} 的工作树未能移除。这里已回到 ${directory}。`,
  notOurWorktree: (path) => `${path} 不是用 /worktree 新建的，所以不会移除。`,
  holdsRepositories: (path, files) =>
    `${path} 中有其他仓库（${files}），其提交可能只存在于那里。请手动移除：\`git worktree remove\`。`,
  turnsThere: (directory) => `${directory} 中还有任务在运行。请等它结束，或停止它。`,
};
