import { type IncomingMessage, targetOf } from "../model/message.ts";
import type { Work } from "../model/turn.ts";
import type { NewPrompt } from "./effects.ts";
import { isForward } from "./references.ts";

/** The prompt for what a message asks. */
export function promptOf(message: IncomingMessage, work: Work): NewPrompt {
  const { sender, messageId } = message;
  const isTaken = isSlow(message);
  return { work, sender, messageId, target: targetOf(message), isTaken };
}

/** Whether a message always takes a while to read, so that its sender is told at once that it was taken. */
export function isSlow(message: IncomingMessage): boolean {
  return message.attachments.length > 0 || isForward(message);
}
