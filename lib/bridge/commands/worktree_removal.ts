import { isBelow } from "../../base/below.ts";
import { UsageError } from "../../base/errors.ts";
import type { ConversationRecord, ConversationUpdate, Worktree } from "../../model/conversation.ts";
import type { Ask } from "../asks/ask.ts";
import { moveTo } from "../places/move_to.ts";
import { fileList } from "../worktrees/file_list.ts";
import type { Git } from "../worktrees/git.ts";
import {
  deleteMerged,
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
import { confirmation } from "./confirmation.ts";
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
  const { git, texts } = request;
  const path = await pathOf(request, name);
  if (typeof path === "object") {
    // A removal broke off when the conversation, and perhaps the files, had gone.
    const { branch } = path;
    const { common } = await workingTree(git, request.conversation.record.directory, texts);
    const isLeft = await deleteMerged(branch, common, git);
    return { answer: removedLine(branch, isLeft, request), update: notLeaving };
  }
  const removal = await removalOf(path, request, git);
  const { stake, others } = removal;
  if (!isEmptyStake(stake) || others.length > 0) return { ask: removeAsk(removal, request) };
  return { answer: await carryOut(removal, request, git), update: notLeaving };
}

/** The removal that a conversation has moved for is over. */
const notLeaving: ConversationUpdate = ({ leaving: _, ...record }) => record;

/** The top directory of the worktree that is meant; or what is known of it, if it is gone already. */
async function pathOf(
  { conversation: { record }, git, texts }: WorktreeRequest,
  name: string | undefined,
): Promise<string | Worktree> {
  const tree = await workingTree(git, record.directory, texts);
  const { leaving } = record;
  const wanted = name ?? leaving?.branch;
  if (wanted === undefined) return tree.top;
  const found = (await listTrees(git, tree.top)).find(({ path, branch, isMissing }) =>
    branch === wanted && !isMissing && isBelow(path, worktreesOf(tree))
  );
  if (found === undefined && leaving?.branch === wanted) return leaving;
  if (found === undefined) throw new UsageError(texts.noSuchWorktree(wanted));
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
  { conversation, texts }: Pick<WorktreeRequest, "conversation" | "texts">,
  git: Git,
): Promise<void> {
  const trees = await listTrees(git, path);
  const running = await conversation.running();
  const isBusy = running.some((directory) => treeAround(directory, trees)?.path === path);
  if (isBusy) throw new UsageError(texts.turnsThere(path));
}

function removeAsk(removal: Removal, request: WorktreeRequest): Ask {
  const { texts } = request;
  const { branch, top } = removal.stake.state;
  return confirmation(request, {
    about: "worktree",
    title: texts.removeTitle(branch),
    question: questionOf(removal, request),
    yes: { label: texts.removeYes, words: ["remove"], style: "danger" },
    no: { label: texts.leaveIt, line: texts.nothingDone },
    run: async () => {
      const git = gitUntil(REMOVAL_MS, texts);
      try {
        const now = await removalOf(top, request, git);
        const isSame = isSameStake(now.stake, removal.stake) &&
          now.others.length <= removal.others.length && now.home === removal.home;
        if (!isSame) return { line: texts.changedMeanwhile("/worktree remove") };
        const line = plainLine(await carryOut(now, request, git));
        return { line, effects: { update: notLeaving } };
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        return { line: plainLine(error.message) };
      }
    },
  });
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

/** Removes a worktree; resolves with what to say about it. If it has to stay, all who worked in it are back there. */
async function carryOut(
  { stake, home, others }: Removal,
  request: Pick<WorktreeRequest, "conversation" | "texts">,
  git: Git,
): Promise<string> {
  const { conversation, texts } = request;
  const { top, branch } = stake.state;
  const before = conversation.record;
  const isHere = isBelow(before.directory, top);
  // Nobody is to be in a directory that does not exist, whatever interrupts this.
  const here = await sameIn(home, before.directory, top);
  const leaving = { path: top, branch };
  if (isHere) await conversation.save((record) => ({ ...moveTo(here)(record), leaving }));
  for (const other of others) {
    const there = await sameIn(home, other.directory, top);
    const why: MoveReason = (texts) => texts.movedBecauseRemoved(branch, there);
    await conversation.moveOther(other, moveTo(there), why);
  }
  try {
    // One may have begun before its conversation was moved. From now on, none begins there.
    await refuseTurns(top, request, git);
    const isLeft = await removeWorktree(stake, texts.removeMessage(branch), git);
    return removedLine(branch, isLeft, request);
  } catch (error) {
    if (isHere) await conversation.save(backTo(before));
    for (const other of others) {
      const why: MoveReason = (texts) => texts.movedBack(branch, other.directory);
      await conversation.moveOther(other, backTo(other), why);
    }
    throw error;
  }
}

/** Puts a conversation back where it was. */
function backTo(
  { directory, sessionId, worktree }: ConversationRecord,
): ConversationUpdate {
  const before = { directory, ...(sessionId && { sessionId }), ...(worktree && { worktree }) };
  return (record) => ({ ...notLeaving(record), ...before });
}

function removedLine(
  branch: string,
  isLeft: boolean,
  { conversation: { record }, texts }: Pick<WorktreeRequest, "conversation" | "texts">,
): string {
  const line = isLeft ? texts.worktreeRemovedKept : texts.worktreeRemoved;
  return line(branch, record.directory);
}
