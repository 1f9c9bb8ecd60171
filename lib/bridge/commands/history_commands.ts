import { NetworkError } from "../../base/errors.ts";
import { redact } from "../../base/secrets/redact.ts";
import { summaryLine } from "../../base/text.ts";
import type { PastTurn, SessionHistory, SessionRef } from "../../model/session.ts";
import type { FilePatch } from "../../model/tool_call.ts";
import type { View } from "../../model/view.ts";
import type { CommandRequest, CommandResult, Commands } from "./command.ts";
import { currentSession } from "./current_session.ts";
import { fromList } from "./from_list.ts";
import { picker } from "./picker.ts";
import { patchPanels, patchText } from "./patch_panels.ts";

/** Commands about the effects of the last turns. */
export const historyCommands: Commands = {
  undo: { usage: "/undo", isOrdered: true, run: (request) => rewind(request, "undo") },
  redo: { usage: "/redo", isOrdered: true, run: (request) => rewind(request, "redo") },
  rewind: {
    usage: "/rewind <n>",
    // A number, or the id of a message of opencode.
    argumentPattern: /^(\d+|msg_\w+)?$/,
    isOrdered: true,
    hasPicker: true,
    run: (request) => request.argument === "" ? prompts(request) : rewind(request, "rewind"),
  },
  diff: { usage: "/diff", run: diff },
};

type RewindKind = "undo" | "redo" | "rewind";

/** How many prompts are listed. */
const MAX_LISTED = 15;

/**
 * Undoes the last turn, or those down to a prompt, with their file changes, if the agent has snapshots; or redoes
 * an undone turn. While the agent has not confirmed it, the command sent again does not go a step further.
 */
async function rewind(request: CommandRequest, kind: RewindKind): Promise<CommandResult> {
  const { message, conversation, agent, texts, signal } = request;
  if (conversation.turns.length > 0) return { answer: texts.stopFirst };
  const history = await readHistory(request);
  const { turns = [] } = history ?? {};
  const end = history && historyEnd(request, history, kind);
  const affected = end === undefined ? undefined : turns[kind === "redo" ? end - 1 : end];
  if (history === undefined || end === undefined || affected === undefined) {
    if (kind === "rewind") return { answer: texts.noSuchPrompt(request.argument) };
    return { answer: kind === "undo" ? texts.nothingToUndo : texts.nothingToRedo };
  }
  const all = kind === "rewind" ? [affected, ...turns.slice(end + 1, history.inForce)] : [affected];
  const to = turns[end]?.id ?? null;
  const undo = { by: message.messageId, to };
  // The program may die in the middle of this. The repeated command then has the same target.
  const open = kind === "redo" ? "redo" : "undo";
  await conversation.save((record) => ({ ...record, undo: { ...undo, open } }));
  const files = new Set<string>();
  try {
    if (!await agent.rewind(history.session, to, signal)) {
      return { answer: texts.stopFirst, update: ({ undo: _, ...record }) => record };
    }
    for (const turn of all) {
      for (const file of await agent.restoredFiles(history.session, turn, signal)) files.add(file);
    }
  } catch (error) {
    if (!isUnanswered(error)) throw error;
    return { answer: texts.rewindOpen(`/${kind}`) };
  }
  const what = summaryLine(affected.text) || "/compact";
  const lines = [
    kind === "rewind"
      ? texts.rewound(what)
      : kind === "undo"
      ? texts.undone(what)
      : texts.redone(what),
    files.size > 0 && texts.filesToo([...files].map((file) => `\`${redact(file)}\``).join(", ")),
    files.size === 0 && all.some(({ hasEdits }) => hasEdits) && texts.filesStay,
    kind !== "redo" && texts.howToRedo,
  ];
  const answer = lines.filter((line) => line).join("\n");
  return { answer, update: ({ prompts: _, ...record }) => ({ ...record, undo }) };
}

/** Lists the last prompts, newest first, with the numbers that `/rewind` takes. */
async function prompts(request: CommandRequest): Promise<CommandResult> {
  const { texts } = request;
  const { turns = [], inForce = 0 } = await readHistory(request) ?? {};
  const last = turns.slice(0, inForce).slice(-MAX_LISTED).reverse();
  if (last.length === 0) return { answer: texts.nothingToUndo };
  const options = last.map(({ id: value, text }) => ({
    value,
    label: redact(summaryLine(text)) || "/compact",
  }));
  const lines = options.map(({ label }, i) => `${i + 1}. ${label}`);
  const pickers = picker(request, "rewind", texts.pick, options);
  const text = [...lines, "", texts.howToRewind].join("\n");
  return {
    answer: [{ status: "plain", text, pickers }],
    // A number typed later means the prompt listed here.
    update: (record) => ({ ...record, prompts: last.map(({ id }) => id) }),
  };
}

/** Whether the agent may have carried out a request that failed with this error. */
function isUnanswered(error: unknown): boolean {
  return error instanceof NetworkError ||
    (error instanceof DOMException && error.name === "TimeoutError");
}

/** How many turns will be in force afterwards; `undefined` if the prompt that is meant is not in force. */
function historyEnd(
  { message, argument, conversation }: CommandRequest,
  { turns, inForce }: SessionHistory,
  kind: RewindKind,
): number | undefined {
  const { undo, prompts = [] } = conversation.record;
  if (kind === "rewind" && undo?.by !== message.messageId) {
    const wanted = fromList(argument, prompts);
    const at = turns.findIndex(({ id }) => id === wanted);
    // Sent again, it is confirmed that it has happened.
    const isOpen = undo?.open === "undo" && undo.to === wanted && at === inForce;
    return at >= 0 && (at < inForce || isOpen) ? at : undefined;
  }
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
