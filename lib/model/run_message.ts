import type { IncomingMessage } from "./message.ts";
import { RUN, runOfSchedule, type Schedule } from "./schedule.ts";

/**
 * The message that a run of a schedule stands for. Its id is that of the occurrence, so that it runs once.
 *
 * @param due When it was to run, in milliseconds since 1970.
 * @param now The same clock; unique.
 */
export function runMessage(schedule: Schedule, due: number, now: number): IncomingMessage {
  const { id, place, target, by, prompt } = schedule;
  const { chatId, chatType, threadId } = place;
  return {
    messageId: `${RUN}${id}.${due}`,
    chatId,
    chatType,
    ...(threadId !== undefined && { threadId }),
    sender: by,
    createdAt: due,
    receivedAt: now,
    type: "text",
    text: prompt,
    mentionsBot: true,
    attachments: [],
    scheduled: { ...runOfSchedule(schedule), target },
  };
}
