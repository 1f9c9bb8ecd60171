import { join } from "@std/path";
import { summaryLine } from "../../base/text.ts";
import { safeName } from "../../base/safe_name.ts";
import type { PastTurn, SessionHistory, SessionRef } from "../../model/ports.ts";
import type { FilePatch } from "../../model/tool_call.ts";
import type { View } from "../../model/view.ts";
import { keepFile } from "../../store/kept_files.ts";
import type { CommandRequest, CommandResult, Commands } from "./command.ts";
import { currentSession } from "./current_session.ts";
import { patchPanels, patchText } from "./patch_panels.ts";

/** Commands about the effects of the last turns. */
export const historyCommands: Commands = {
  undo: { usage: "/undo", isOrdered: true, run: (request) => rewind(request, "undo") },
  redo: { usage: "/redo", isOrdered: true, run: (request) => rewind(request, "redo") },
  diff: { usage: "/diff", run: diff },
};

/** Undoes the last turn with its file changes, if the agent has snapshots; or redoes an undone turn. */
async function rewind(request: CommandRequest, kind: "undo" | "redo"): Promise<CommandResult> {
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
  // The program may die in the middle of this. The repeated command then has the same target.
  await conversation.save((record) => ({ ...record, undo: { by: message.messageId, to } }));
  if (!await agent.rewind(history.session, to, signal)) return { answer: texts.stopFirst };
  const files = await agent.restoredFiles(history.session, affected, signal);
  const what = summaryLine(affected.text) || "/compact";
  const lines = [
    kind === "undo" ? texts.undone(what) : texts.redone(what),
    files.length > 0 && texts.filesBack(files.map((file) => `\`${file}\``).join(", ")),
    files.length === 0 && affected.hasEdits && texts.filesStay,
    kind === "undo" && texts.howToRedo,
  ];
  return { answer: lines.filter((line) => line).join("\n") };
}

/** How many turns will be in force afterwards. */
function historyEnd(
  { message, conversation }: CommandRequest,
  { turns, inForce }: SessionHistory,
  kind: "undo" | "redo",
): number {
  const { undo } = conversation.record;
  if (undo?.by !== message.messageId) return inForce + (kind === "undo" ? -1 : 1);
  return undo.to === null ? turns.length : turns.findIndex(({ id }) => id === undo.to);
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
  { message, settings }: CommandRequest,
  patches: readonly FilePatch[],
): Promise<View> {
  const path = join(settings.filesDir, safeName(message.messageId), "changes.diff");
  const file = await keepFile(path, patchText(patches));
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
