import type { ConversationRecord } from "../model/conversation.ts";
import { type IncomingMessage, type SavedFile, targetOf } from "../model/message.ts";
import type { Work } from "../model/turn.ts";
import type { Admission } from "./admission.ts";
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

/**
 * The files that wait in a conversation, and those of a message. What somebody sent who was removed since is not
 * for the agent.
 */
export function allFiles(
  { files: waiting = [] }: Pick<ConversationRecord, "files">,
  { files }: { readonly files: readonly SavedFile[] },
  { sender }: Pick<IncomingMessage, "sender">,
  admission: Admission,
): SavedFile[] {
  return [
    ...waiting.filter(({ sender: by }) => by === undefined || admission.mayUse(by)),
    ...files.map((file) => ({ ...file, sender })),
  ];
}
