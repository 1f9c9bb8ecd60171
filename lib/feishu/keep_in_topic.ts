import { describe, isRetryable } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { Slot } from "../model/slot.ts";
import type { MessageApi } from "./message_api.ts";

/** What {@linkcode keepInTopic} needs. */
export interface KeepInTopicOptions {
  readonly api: Pick<MessageApi, "lastInTopic">;
  readonly log: Log;
}

/**
 * Keeps the replacement of a reply in its topic if there is a message to reply to.
 *
 * @throws When the topic cannot be read for now.
 */
export async function keepInTopic(
  slot: Slot,
  next: Slot,
  { api, log }: KeepInTopicOptions,
  signal: AbortSignal,
): Promise<Slot> {
  const { chatId, threadId, replyTo: gone } = slot.target;
  const isLeaving = threadId !== undefined && next.target.threadId === undefined;
  if (!isLeaving || slot.uuid.endsWith(".n")) return next;
  const last = await api.lastInTopic({ chatId, threadId }, signal).catch((error) => {
    if (isRetryable(error)) throw error;
    log.debug(`a topic cannot be read: ${describe(error)}`);
    return [];
  });
  const replyTo = last.find((id) => id !== gone);
  const uuid = `${slot.uuid}.n`;
  return replyTo === undefined ? next : { ...next, uuid, target: { chatId, threadId, replyTo } };
}
