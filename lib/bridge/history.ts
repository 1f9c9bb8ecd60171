import type { Message } from "../opencode/message.ts";
import type { Request } from "./actions.ts";

/** A prompt of a session with all that was done for it. */
export interface PastTurn {
  /** The user message's id. */
  readonly id: string;
  /** Empty for a compaction. */
  readonly text: string;
  /** The messages from the prompt on, up to the next. */
  readonly messages: readonly Message[];
}

/** What happened in a session, as far back as it matters. */
export interface History {
  readonly session: { readonly id: string; readonly directory: string };
  /** Oldest first. */
  readonly turns: readonly PastTurn[];
  /** How many of them are in force; those behind are undone. */
  readonly inForce: number;
}

/** Messages that are read at first; more when they are all of one turn. */
const READ = 100;

/** Reads the newest turns of the conversation's session; nothing when it has none. */
export async function readHistory({ host, agent, signal }: Request): Promise<History | undefined> {
  const { sessionId: id, directory } = host.conversation;
  if (id === undefined) return undefined;
  const ref = { id, directory };
  const session = await agent.api.session(ref, signal);
  if (session === undefined) return undefined;
  let turns: PastTurn[] = [];
  for (let limit = READ, read = limit; turns.length < 2 && read === limit; limit *= 8) {
    const messages = await agent.api.messages(ref, { limit }, signal);
    turns = turnsOf(messages);
    read = messages.length;
  }
  const undone = turns.findIndex(({ messages }) =>
    messages.some(({ info }) => info.id === session.revertedFrom)
  );
  return { session: ref, turns, inForce: undone === -1 ? turns.length : undone };
}

function turnsOf(messages: readonly Message[]): PastTurn[] {
  const turns: (PastTurn & { messages: Message[] })[] = [];
  for (const message of messages) {
    if (isPrompt(message)) {
      turns.push({ id: message.info.id, text: textOf(message), messages: [message] });
    } else turns.at(-1)?.messages.push(message);
  }
  return turns;
}

/** Whether a person wrote the message, and not opencode to go on after a compaction. */
function isPrompt({ info, parts }: Message): boolean {
  if (info.role !== "user") return false;
  return parts.length === 0 ||
    parts.some((part) =>
      part.type === "compaction" ? !part.auto : part.type === "text" && !part.hidden
    );
}

function textOf({ parts }: Message): string {
  const part = parts.find((part) => part.type === "text" && !part.hidden);
  return part?.type === "text" ? part.text : "";
}
