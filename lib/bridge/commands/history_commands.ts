import { NetworkError } from "../../base/errors.ts";
import { redact } from "../../base/redact.ts";
import { summaryLine } from "../../base/text.ts";
import type { PastTurn, SessionHistory, SessionRef } from "../../model/session.ts";
import type { FilePatch } from "../../model/tool_call.ts";
import type { View } from "../../model/view.ts";
import type { CommandRequest, CommandResult, Commands } from "./command.ts";
import { currentSession } from "./current_session.ts";
import { patchPanels, patchText } from "./patch_panels.ts";

/** Commands about the effects of the last turns. */
export const historyCommands: Commands = {
  undo: { usage: "/undo", isOrdered: true, run: (request) => rewind(request, "undo") },
  redo: { usage: "/redo", isOrdered: true, run: (request) => rewind(request, "redo") },
  diff: { usage: "/diff", run: diff },
};

type RewindKind = "undo" | "redo";

/**
 * Undoes the last turn with its file changes, if the agent has snapshots; or redoes an undone turn. While the
 * agent has not confirmed it, the command sent again does not go a step further.
 */
async function rewind(request: CommandRequest, kind: RewindKind): Promise<CommandResult> {
  const { message, conversation, agent, texts, signal } = request;
  if (conversation.turns.length > 0) return { answer: texts.stopFirst };
  const history = await readHistory(request);
  const { turns = [] } = history ?? {};
  const end = history && historyEnd(request, history, kind);
  const affected = end === undefined ? undefined : turns[kind === "undo" ? end : end - 1];
  if (history === undefined || end === undefined || affected === undefined) {
    return { answer: kind === "undo" ? texts.nothingToUndo : texts.nothingToRedo };
  }
  const to = turns[end]?.id ?? null;
  const undo = { by: message.messageId, to };
  // The program may die in the middle of this. The repeated command then has the same target.
  await conversation.save((record) => ({ ...record, undo: { ...undo, open: kind } }));
  let files: string[];
  try {
    if (!await agent.rewind(history.session, to, signal)) {
      return { answer: texts.stopFirst, update: ({ undo: _, ...record }) => record };
    }
    files = await agent.restoredFiles(history.session, affected, signal);
  } catch (error) {
    if (!isUnanswered(error)) throw error;
    return { answer: texts.rewindOpen(`/${kind}`) };
  }
  const what = summaryLine(affected.text) || "/compact";
  const lines = [
    kind === "undo" ? texts.undone(what) : texts.redone(what),
    files.length > 0 && texts.filesToo(files.map((file) => `\`${redact(file)}\``).join(", ")),
    files.length === 0 && affected.hasEdits && texts.filesStay,
    kind === "undo" && texts.howToRedo,
  ];
  const answer = lines.filter((line) => line).join("\n");
  return { answer, update: (record) => ({ ...record, undo }) };
}

/** Whether the agent may have carried out a request that failed with this error. */
function isUnanswered(error: unknown): boolean {
  return error instanceof NetworkError ||
    (error instanceof DOMException && error.name === "TimeoutError");
}

/** How many turns will be in force afterwards. */
function historyEnd(
  { message, conversation }: CommandRequest,
  { turns, inForce }: SessionHistory,
  kind: RewindKind,
): number {
  const { undo } = conversation.record;
  const next = inForce + (kind === "undo" ? -1 : 1);
  if (undo === undefined) return next;
  const target = undo.to === null ? turns.length : turns.findIndex(({ id }) => id === undo.to);
  if (undo.by === message.messageId) return target;
  // One that is still open has taken effect by now, or is repeated.
  const isOpen = undo.open === kind && (target === inForce || target === next);
  return isOpen ? target : next;
}

/** Shows what the last turn changed, file by file. If that is too much, a file with it all follows. */
async function diff(request: CommandRequest): Promise<CommandResult> {
  const { conversation, agent, texts, signal } = request;
  const history = await readHistory(request);
  const turn: PastTurn | undefined = history?.turns[history.inForce - 1];
  if (history === undefined || turn === undefined) return { answer: texts.nothingYet };
  const patches = await agent.changes(history.session, turn, signal);
  const what = summaryLine(turn.text);
  if (patches.length === 0) return { answer: texts.nothingChanged(what) };
  const { panels, isComplete } = patchPanels(patches, conversation.record.directory);
  const view: View = {
    status: "plain",
    title: texts.changedFiles,
    text: texts.changedBy(what, patches.length),
    panels,
  };
  return { answer: isComplete ? [view] : [view, await patchFile(request, patches)] };
}

/** Writes all changes to a file; resolves with the message that sends it. */
async function patchFile(
  { message, conversation, fileSpace }: CommandRequest,
  patches: readonly FilePatch[],
): Promise<View> {
  const owner = { messageId: message.messageId, conversation: conversation.record.key };
  const file = await fileSpace.write(owner, "changes.diff", patchText(patches));
  return { status: "plain", file, isTemporary: true };
}

async function readHistory(
  request: CommandRequest,
): Promise<SessionHistory & { session: SessionRef } | undefined> {
  const { agent, conversation, signal } = request;
  const current = await currentSession(request);
  if (current === undefined) return undefined;
  const session = { id: current.id, directory: conversation.record.directory };
  const history = await agent.history(session, signal);
  return history && { ...history, session };
}
