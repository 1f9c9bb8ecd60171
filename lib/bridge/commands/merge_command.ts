import { deadline } from "@std/async";
import { UsageError } from "../../base/errors.ts";
import { summaryLine } from "../../base/text.ts";
import type { Ask } from "../asks/ask.ts";
import { commitAll } from "../worktrees/commit_all.ts";
import { fileList } from "../worktrees/file_list.ts";
import type { Git } from "../worktrees/git.ts";
import { MergeConflicts } from "../worktrees/merge_commit.ts";
import { mergeWorktree } from "../worktrees/merge_worktree.ts";
import { contentOf, type WorktreeState, worktreeState } from "../worktrees/worktree_state.ts";
import type { CommandResult, Commands } from "./command.ts";
import { commandButtons } from "./command_buttons.ts";
import { confirmation } from "./confirmation.ts";
import { currentSession } from "./current_session.ts";
import { gitUntil, plainLine, withGit, type WorktreeRequest } from "./worktree_request.ts";

/** How long a merge may take, in milliseconds: it may write all files of the repository. */
const MERGE_MS = 120_000;
/** How long the agent may take to say the title of a session, in milliseconds. */
const TITLE_MS = 2_000;
/** The longest message of a commit, in characters. */
const MAX_MESSAGE = 72;
/** How opencode calls a session that has no name yet. */
const UNNAMED = /^(new session|untitled|child session)\b/i;

/** The command that merges the branch of a worktree into the one that it came from. */
export const mergeCommand: Commands = {
  merge: {
    usage: "/merge",
    argumentPattern: /^(resolve)?$/i,
    isOrdered: true,
    limitMs: MERGE_MS,
    run: withGit(merge),
  },
};

async function merge(request: WorktreeRequest): Promise<CommandResult> {
  const { argument, conversation, git, texts } = request;
  const state = await stateHere(request, git);
  const { base, uncommitted, conflicts, ahead, branch } = state;
  if (argument !== "") return { enqueue: { text: texts.resolvePrompt(base) } };
  if (conversation.turns.length > 0) return { answer: texts.stopFirst };
  if (conflicts.length > 0) return { answer: texts.unfinishedMerge(fileList(conflicts, texts)) };
  if (uncommitted.length > 0) return { ask: await commitAsk(state, request) };
  try {
    await mergeWorktree(state, { ...request, running: () => conversation.running() });
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const buttons = error instanceof MergeConflicts
      ? commandButtons(request, [[texts.resolveConflicts, "merge", "resolve", "primary"]])
      : [];
    return { answer: [{ status: "plain", text: texts.notMerged(error.message), buttons }] };
  }
  if (ahead === 0) return { answer: texts.nothingToMerge(branch, base) };
  const buttons = commandButtons(request, [[texts.removeYes, "worktree", "remove", "danger"]]);
  return { answer: [{ status: "plain", text: texts.merged(ahead, branch, base), buttons }] };
}

/** The conversation's worktree. */
async function stateHere(
  { conversation: { record: { directory } }, texts }: WorktreeRequest,
  git: Git,
): Promise<WorktreeState> {
  const state = await worktreeState(git, directory, texts);
  if (state === undefined) throw new UsageError(texts.notBegunHere);
  if (state.baseTip === undefined) throw new UsageError(texts.baseGone(state.base));
  return state;
}

/** Asks whether what is not committed is to be committed, and then merged. */
async function commitAsk(state: WorktreeState, request: WorktreeRequest): Promise<Ask> {
  const { conversation, settings, git, texts } = request;
  const { top, branch, base, uncommitted } = state;
  const { id: asked } = await contentOf(git, state);
  const subject = await subjectOf(state, request);
  const commitAndMerge = async (git: Git): Promise<string> => {
    const now = await stateHere(request, git);
    const { id } = await contentOf(git, now);
    const isSame = now.top === top && now.branch === branch && now.base === base && id === asked;
    if (!isSame) return texts.changedMeanwhile("/merge");
    if (now.uncommitted.length > 0) await commitAll(git, top, subject);
    const committed = await stateHere(request, git);
    try {
      await mergeWorktree(committed, {
        git,
        texts,
        rules: settings,
        running: () => conversation.running(),
      });
      return texts.merged(committed.ahead, branch, base);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return texts.committedNotMerged(branch, error.message);
    }
  };
  return confirmation(request, {
    about: "merge",
    title: texts.commitTitle,
    question: texts.commitQuestion(fileList(uncommitted, texts), subject, base),
    yes: { label: texts.commitAndMerge, words: ["commit", "merge"], style: "primary" },
    no: { label: texts.leaveIt, line: texts.nothingDone },
    run: async () => {
      try {
        return { line: plainLine(await commitAndMerge(gitUntil(MERGE_MS, texts))) };
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        return { line: plainLine(texts.notMerged(error.message)) };
      }
    },
  });
}

/** The message of the commit: what the session is about. */
async function subjectOf({ branch }: WorktreeState, request: WorktreeRequest): Promise<string> {
  // Without an answer of the agent, the name of the branch will do.
  const session = await deadline(currentSession(request), TITLE_MS).catch(() => undefined);
  const title = summaryLine(session?.title ?? "", MAX_MESSAGE);
  return title === "" || UNNAMED.test(title) ? branch : title;
}
