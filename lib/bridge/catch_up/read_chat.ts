import type { IncomingMessage } from "../../model/message.ts";
import type { ReadMark } from "../../model/read_mark.ts";
import type { HistoryReader, HistoryReading } from "./history_reader.ts";
import type { Services } from "../services.ts";

/** How far before its mark a history is read again, in milliseconds, as clocks differ. */
export const OVERLAP_MS = 120_000;
/** No history is read further back than this, in milliseconds. */
export const REACH_MS = 30 * 24 * 3_600_000;

/** Which topics of a chat are read. */
export interface TopicChoice {
  /** The topics that are conversations. */
  readonly known: ReadonlySet<string>;
  /** Whether a topic is read now; those that are not fall behind. Topics that are new are read anyway. */
  readonly isWanted: (threadId: string) => boolean;
  /**
   * How many of the other topics are read, those that began last. Nothing tells which of them got a message, so
   * each costs a call.
   */
  readonly others: number;
  /** How many of the topics that are new are read, those that began last. Each costs a call. */
  readonly newest: number;
}

/** What is new in a chat and its topics. */
export interface ChatReading {
  /** Oldest first, with the times at which they were received in this order. */
  readonly messages: readonly IncomingMessage[];
  /** The ids of messages that were recalled. */
  readonly recalled: readonly string[];
  /** Up to when the chat was read now. */
  readonly mark: ReadMark;
  /** How many topics are new, whether they were read or not. */
  readonly newTopics: number;
  /** Why topics could not be read. */
  readonly failed: ReadonlyMap<string, unknown>;
}

/**
 * Reads the history of a chat, and those of its topics, from now back to the chat's mark. A topic that
 * cannot be read falls behind: it keeps a mark of its own until it could be read.
 *
 * @throws An error of the chat's own history; then nothing is known.
 */
export async function readChat(
  mark: ReadMark,
  { known, isWanted, others, newest }: TopicChoice,
  reader: HistoryReader,
  { chat, signal }: Pick<Services, "chat" | "signal">,
): Promise<ChatReading> {
  const { chatId, chatType, behind = {} } = mark;
  const now = () => chat.clock.theirs(Date.now());
  // A mark can only lie in the future if a clock was wrong when it was made.
  const sinceOf = (readTo: number) =>
    Math.max(Math.min(readTo, now()) - OVERLAP_MS, now() - REACH_MS);
  const since = sinceOf(mark.readTo);
  const root = await reader.read({ chatId, chatType }, since);
  const isNew = ({ id, beganAt }: HistoryReading["topics"][number]) =>
    mark.topics === undefined ? beganAt >= since : !mark.topics.includes(id);
  const begun = root.topics.filter(isNew).map(({ id }) => id).filter((id) => !known.has(id));
  const added = begun.slice(0, newest);
  const mine = new Set([...added, ...Object.keys(behind), ...known]);
  const other = root.topics.map(({ id }) => id).filter((id) => !mine.has(id)).slice(0, others);
  const read = [root];
  const failed = new Map<string, unknown>();
  const left: Record<string, number> = {};
  for (const threadId of new Set([...mine, ...other])) {
    const readTo = behind[threadId] ?? mark.readTo;
    left[threadId] = readTo;
    const isUnknown = added.includes(threadId) || other.includes(threadId);
    if (!isUnknown && !isWanted(threadId)) continue;
    try {
      const reading = await reader.read({ chatId, chatType, threadId }, sinceOf(readTo));
      read.push(reading);
      // A reading that was begun earlier does not reach as far as the chat's.
      if (reading.startedAt >= root.startedAt) delete left[threadId];
      else left[threadId] = Math.min(chat.clock.theirs(reading.startedAt), now());
    } catch (error) {
      signal.throwIfAborted();
      failed.set(threadId, error);
    }
  }
  return {
    messages: inOrder(read.flatMap(({ messages }) => messages)),
    recalled: read.flatMap(({ recalled }) => recalled),
    newTopics: begun.length,
    failed,
    mark: {
      chatId,
      chatType,
      // The clock may have been set while it was read.
      readTo: Math.min(chat.clock.theirs(root.startedAt), now()),
      ...(Object.keys(left).length > 0 && { behind: left }),
      topics: [...new Set(root.topics.map(({ id }) => id))],
    },
  };
}

/** Sorts messages by age, and has them received in this order. */
function inOrder(messages: readonly IncomingMessage[]): IncomingMessage[] {
  const now = Date.now();
  // Each history is newest first; the sort keeps the order of messages of the same millisecond.
  return messages.toReversed().toSorted((a, b) => a.createdAt - b.createdAt)
    // No two messages have the same time, so that their order is not lost.
    .map((message, i) => ({ ...message, receivedAt: now + i / 1000 }));
}
