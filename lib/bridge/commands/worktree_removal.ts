import { isBelow } from "../../base/below.ts";
import { UsageError } from "../../base/errors.ts";
import { targetOf } from "../../model/message.ts";
import type { ConversationRecord } from "../../model/conversation.ts";
import { answerWords } from "../../texts/answer_words.ts";
import type { Ask } from "../asks/ask.ts";
import { moveTo } from "../places/move_to.ts";
import { fileList } from "../worktrees/file_list.ts";
import type { Git } from "../worktrees/git.ts";
import {
  homeOf,
  isEmptyStake,
  isSameStake,
  removeWorktree,
  type Stake,
  stakeOf,
} from "../worktrees/remove_worktree.ts";
import { sameIn } from "../worktrees/same_in.ts";
import { listTrees, treeAround, workingTree, worktreesOf } from "../worktrees/working_tree.ts";
import { worktreeState } from "../worktrees/worktree_state.ts";
import type { CommandResult, MoveReason } from "./command.ts";
import { gitUntil, plainLine, type WorktreeRequest } from "./worktree_request.ts";

/** How long the removal may take, in milliseconds. */
const REMOVAL_MS = 120_000;

/** A worktree that is to be removed. */
interface Removal {
  readonly stake: Stake;
  /** The tree in which those who work in it go on. */
  readonly home: string;
  /** The conversations that are in it, besides the one in which it is removed. */
  readonly others: readonly ConversationRecord[];
}

/**
 * Removes the conversation's worktree, or that of a name. It is asked about if something in it is not merged, not
 * committed, or ignored by git.
 */
export async function remove(
  request: WorktreeRequest,
  name: string | undefined,
): Promise<CommandResult> {
  const { git } = request;
  const removal = await removalOf(await pathOf(request, name), request, git);
  const { stake, others } = removal;
  if (!isEmptyStake(stake) || others.length > 0) return { ask: removeAsk(removal, request) };
  return { answer: await carryOut(removal, request, git) };
}

/** The top directory of the worktree that is meant. */
async function pathOf(
  { conversation: { record }, git, texts }: WorktreeRequest,
  name: string | undefined,
): Promise<string> {
  const tree = await workingTree(git, record.directory, texts);
  if (name === undefined) return tree.top;
  const found = (await listTrees(git, tree.top)).find(({ path, branch, isMissing }) =>
    branch === name && !isMissing && isBelow(path, worktreesOf(tree))
  );
  if (found === undefined) throw new UsageError(texts.noSuchWorktree(name));
  return found.path;
}

/** Looks at a worktree; throws what is in the way of its removal. */
async function removalOf(path: string, request: WorktreeRequest, git: Git): Promise<Removal> {
  const { conversation, settings, rules, texts } = request;
  const { record } = conversation;
  const state = await worktreeState(git, path, texts);
  if (state === undefined) throw new UsageError(texts.notBegunHere);
  const isHere = isBelow(record.directory, path);
  if (isHere && conversation.turns.length > 0) throw new UsageError(texts.stopFirst);
  await refuseTurns(path, request, git);
  const others = (await conversation.all())
    .filter(({ key, directory }) => key !== record.key && isBelow(directory, path));
  const home = await homeOf(state, { git, rules, fallback: settings.cwd });
  return { stake: await stakeOf(state, { git, texts }), home, others };
}

/** Throws if a turn runs in a worktree. */
async function refuseTurns(
  path: string,
  { conversation, texts }: WorktreeRequest,
  git: Git,
): Promise<void> {
  const trees = await listTrees(git, path);
  const running = await conversation.running();
  const isBusy = running.some((directory) => treeAround(directory, trees)?.path === path);
  if (isBusy) throw new UsageError(texts.turnsThere(path));
}

function removeAsk(removal: Removal, request: WorktreeRequest): Ask {
  const { message, admission, settings, texts } = request;
  const { branch, top } = removal.stake.state;
  return {
    // The same if the command runs again after a crash.
    id: `ask-worktree-${message.messageId}`,
    title: texts.removeTitle(branch),
    target: targetOf(message),
    timeoutMs: settings.askTimeoutMs,
    mayAnswer: (openId) => admission.mayAnswer(openId, message.sender),
    choices: [{
      question: questionOf(removal, request),
      mayBePrompt: true,
      options: [
        {
          value: "yes",
          label: texts.removeYes,
          aliases: ["remove", ...answerWords("yes")],
          style: "danger",
        },
        { value: "no", label: texts.leaveIt, aliases: answerWords("no") },
      ],
    }],
    submit: async ([answer]) => {
      if (answer?.[0] !== "yes") return { line: texts.nothingDone };
      const git = gitUntil(REMOVAL_MS, texts);
      try {
        const now = await removalOf(top, request, git);
        const isSame = isSameStake(now.stake, removal.stake) &&
          now.others.length <= removal.others.length && now.home === removal.home;
        if (!isSame) return { line: texts.changedMeanwhile("/worktree remove") };
        return { line: plainLine(await carryOut(now, request, git)) };
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        return { line: plainLine(error.message) };
      }
    },
  };
}

/** What would become of what is in the worktree. */
function questionOf(
  { stake: { state, ignored }, home, others }: Removal,
  { texts }: WorktreeRequest,
): string {
  const { branch, base, baseTip, ahead, uncommitted } = state;
  return [
    baseTip === undefined && texts.baseGone(base),
    ahead > 0 && texts.unmergedStay(ahead, base, branch),
    uncommitted.length > 0 && texts.uncommittedKept(fileList(uncommitted, texts), branch),
    ignored.length > 0 && texts.ignoredGo(fileList(ignored, texts)),
    others.length > 0 && texts.othersMove(others.length, home),
  ].filter((line) => line).join("\n");
}

/** Removes a worktree; resolves with what to say about it. */
async function carryOut(
  { stake, home, others }: Removal,
  { conversation, texts }: WorktreeRequest,
  git: Git,
): Promise<string> {
  const { top, branch } = stake.state;
  const before = conversation.record;
  const isHere = isBelow(before.directory, top);
  // Nobody is to be in a directory that does not exist, whatever interrupts this.
  const here = await sameIn(home, before.directory, top);
  if (isHere) await conversation.save(moveTo(here));
  for (const other of others) {
    const there = await sameIn(home, other.directory, top);
    const why: MoveReason = (texts) => texts.movedBecauseRemoved(branch, there);
    await conversation.moveOther(other, moveTo(there), why);
  }
  const isKept = await removeWorktree(stake, texts.removeMessage(branch), git).catch(
    async (error) => {
      const { directory, sessionId, worktree } = before;
      const back = { directory, ...(sessionId && { sessionId }), ...(worktree && { worktree }) };
      if (isHere) await conversation.save((record) => ({ ...record, ...back }));
      throw error;
    },
  );
  return (isKept ? texts.worktreeRemovedKept : texts.worktreeRemoved)(
    branch,
    conversation.record.directory,
  );
}
