/** A chat, or a topic inside one. */
export interface Place {
  readonly chatId: string;
  readonly chatType: "p2p" | "group";
  /** The topic, if the place is one: its id, or that of its first message if the bridge has opened it. */
  readonly threadId?: string;
}

/** A topic in a chat. */
export type Topic = Required<Place>;

/** Where one of the bridge's messages goes: into the chat, or as a reply to a message. */
export interface Target {
  readonly chatId: string;
  /** The message to reply to, if any. */
  readonly replyTo?: string;
  /** The topic that the reply stays in. */
  readonly threadId?: string;
  /** The first message of the topic, which is replied to if `replyTo` is gone. */
  readonly rootId?: string;
}

/** The topic that the bridge opens at a message of a group. Its own id is known only afterwards. */
export function openedTopic(chatId: string, messageId: string): Topic {
  return { chatId, chatType: "group", threadId: messageId };
}

/** Whether a conversation, by its key, is a chat or a topic in it. */
export function isOfChat(key: string, chatId: string): boolean {
  return key === chatId || key.startsWith(`${chatId}/`);
}

/** The key of the conversation in a place: `chatId`, or `chatId/threadId` in a topic. */
export function conversationKey({ chatId, threadId }: Pick<Place, "chatId" | "threadId">): string {
  return threadId === undefined ? chatId : `${chatId}/${threadId}`;
}

/** The chat of a conversation, and the topic if it is one, by its key. */
export function placeOf(key: string): Pick<Place, "chatId" | "threadId"> {
  const [chatId = key, threadId] = key.split("/");
  return { chatId, ...(threadId !== undefined && { threadId }) };
}
