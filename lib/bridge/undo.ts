import { ApiError } from "../errors.ts";
import type { Answer, Request } from "./actions.ts";
import { brief } from "./brief.ts";
import { type PastTurn, readHistory } from "./history.ts";

/** Takes the last turn back, with what it did to files where opencode can. */
export async function undo(request: Request): Promise<Answer> {
  return await step(request, "undo");
}

/** Takes the last undo back. */
export async function redo(request: Request): Promise<Answer> {
  return await step(request, "redo");
}

async function step(request: Request, kind: "undo" | "redo"): Promise<Answer> {
  const { incoming, host, agent, texts, signal } = request;
  if (host.turns.length > 0) return { text: texts.stopFirst };
  const history = await readHistory(request);
  const { turns = [], inForce = 0 } = history ?? {};
  // The program may have ended in the middle of this very command: then it goes as far as it went.
  const { undo: last } = host.conversation;
  const begun = last?.by === incoming.messageId ? last.to : undefined;
  const end = begun === undefined
    ? inForce + (kind === "undo" ? -1 : 1)
    : begun === null
    ? turns.length
    : turns.findIndex(({ id }) => id === begun);
  const subject = turns[kind === "undo" ? end : end - 1];
  if (history === undefined || subject === undefined) {
    return { text: kind === "undo" ? texts.nothingToUndo : texts.nothingToRedo };
  }
  const to = turns[end]?.id ?? null;
  host.change({ ...host.conversation, undo: { by: incoming.messageId, to } });
  await host.save();
  try {
    if (to === null) await agent.api.unrevert(history.session, signal);
    else await agent.api.revert(history.session, to, signal);
  } catch (error) {
    if (error instanceof ApiError && error.code === 409) return { text: texts.stopFirst };
    throw error;
  }
  const files = await agent.api.diff(history.session, subject.id, signal);
  const what = brief(subject.text) || "/compact";
  const lines = [
    kind === "undo" ? texts.undone(what) : texts.redone(what),
    ...(files.length > 0
      ? [texts.filesBack(files.map(({ file }) => `\`${file}\``).join(", "))]
      : hasEdits(subject)
      ? [texts.filesStay]
      : []),
    ...(kind === "undo" ? [texts.howToRedo] : []),
  ];
  return { text: lines.join("\n") };
}

function hasEdits({ messages }: PastTurn): boolean {
  return messages.some(({ parts }) => parts.some((part) => part.type === "tool" && part.change));
}
