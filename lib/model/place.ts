/** A chat, or a topic inside one. */
export interface Place {
  readonly chatId: string;
  readonly chatType: "p2p" | "group";
  /** The topic, in chats that have them. */
  readonly threadId?: string;
}

/** Where a message of ours goes: into the chat, or as a reply that stays with what it answers. */
export interface Target {
  readonly chatId: string;
  /** The message to reply to; without it the message stands on its own. */
  readonly replyTo?: string;
  /** The topic, in which a reply stays. */
  readonly threadId?: string;
}

/** The key of the conversation of a place: the chat's id, with the topic's behind a `/` where there is one. */
export function conversationKey({ chatId, threadId }: Pick<Place, "chatId" | "threadId">): string {
  return threadId === undefined ? chatId : `${chatId}/${threadId}`;
}
