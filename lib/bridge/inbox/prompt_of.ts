import { type IncomingMessage, isInChat, targetOf } from "../../model/message.ts";
import type { Work } from "../../model/turn.ts";
import type { NewPrompt } from "../effects.ts";
import { isForward } from "./references.ts";
import type { Services } from "../services.ts";

/** The prompt for what a message asks, answered where the message was sent. */
export function promptOf(
  message: IncomingMessage,
  work: Work,
  { clock }: Pick<Services["chat"], "clock">,
): NewPrompt {
  const { sender, createdAt } = message;
  const messageId = isInChat(message.messageId) ? message.messageId : "";
  const sentAt = clock.theirs(createdAt);
  return { work, sender, messageId, sentAt, target: targetOf(message) };
}

/** Whether a message may take a while to read, so that its sender is told at once that it was taken. */
export function isSlow(message: IncomingMessage): boolean {
  const { attachments, parentId, rootId } = message;
  return attachments.length > 0 || isForward(message) || (parentId ?? rootId) !== undefined;
}
