import type { IncomingMessage } from "../../lib/model/message.ts";

/** A message of a group, to be stored. */
export function incoming(messageId: string, more: Partial<IncomingMessage> = {}): IncomingMessage {
  return {
    messageId,
    chatId: "oc_1",
    chatType: "group",
    sender: "ou_1",
    createdAt: 1,
    receivedAt: 1,
    type: "text",
    text: "hello",
    mentionsBot: false,
    attachments: [],
    ...more,
  };
}
