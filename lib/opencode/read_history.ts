import type { PastTurn, SessionHistory, SessionRef } from "../model/session.ts";
import type { Message } from "./transcript/message.ts";
import type { Wire } from "./wire.ts";

/** How many messages are read at first; more when they are all of one turn. */
const PAGE = 100;

/** Reads the newest turns of a session, at least two where there are so many; `undefined` when it is lost. */
export async function readHistory(
  wire: Pick<Wire, "session" | "messages">,
  ref: SessionRef,
  signal: AbortSignal,
): Promise<SessionHistory | undefined> {
  const session = await wire.session(ref, signal);
  if (session === undefined) return undefined;
  const turns = await newestTurns(wire, ref, signal);
  const undone = turns.findIndex((messages) =>
    messages.some(({ info }) => info.id === session.revertedFrom)
  );
  return {
    turns: turns.flatMap(pastTurn),
    inForce: undone === -1 ? turns.length : undone,
  };
}

async function newestTurns(
  wire: Pick<Wire, "messages">,
  ref: SessionRef,
  signal: AbortSignal,
): Promise<Message[][]> {
  for (let limit = PAGE;; limit *= 8) {
    const messages = await wire.messages(ref, { limit }, signal);
    const turns = turnsOf(messages);
    if (turns.length >= 2 || messages.length < limit) return turns;
  }
}

/** Groups messages by the prompt that they follow; those before the first prompt are left out. */
export function turnsOf(messages: readonly Message[]): Message[][] {
  const turns: Message[][] = [];
  for (const message of messages) {
    if (isPrompt(message)) turns.push([message]);
    else turns.at(-1)?.push(message);
  }
  return turns;
}

/** Whether a person wrote the message, and not opencode to go on after a compaction. */
function isPrompt({ info, parts }: Message): boolean {
  if (info.role !== "user" || info.isByAgent) return false;
  return parts.length === 0 ||
    parts.some((part) =>
      part.type === "compaction" ? !part.auto : part.type === "text" && !part.hidden
    );
}

function pastTurn(messages: readonly Message[]): PastTurn[] {
  const [prompt] = messages;
  if (prompt === undefined) return [];
  return [{
    id: prompt.info.id,
    text: textOf(prompt),
    promptIds: messages.flatMap(({ info }) => info.role === "user" ? [info.id] : []),
    hasEdits: messages.some(({ parts }) =>
      parts.some((part) => part.type === "tool" && part.changes !== undefined)
    ),
  }];
}

/** The text of a prompt; empty for a compaction. */
export function textOf({ parts }: Message): string {
  const part = parts.find((part) => part.type === "text" && !part.hidden);
  return part?.type === "text" ? part.text : "";
}
