import type { IncomingMessage } from "../../model/message.ts";
import type { Effects } from "../effects.ts";

/** The effects of a message, with its removal from the inbox and a note of who wrote it. */
export function handledEffects(
  message: Pick<IncomingMessage, "messageId" | "sender">,
  { update = (record) => record, handled = [], ...effects }: Effects,
): Effects {
  return {
    ...effects,
    handled: [...handled, message],
    // Stored with each answer: a chat that is stored is looked at for messages that were missed.
    update: (record) => ({ ...update(record), person: message.sender }),
  };
}
