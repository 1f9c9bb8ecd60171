import type { ConversationRecord } from "../../model/conversation.ts";
import { conversationKey, type Place } from "../../model/place.ts";

/**
 * The record of a conversation that is new. A topic begins where its chat is: in its directory, with its model,
 * agent and preferences, but in a session of its own.
 *
 * @param chat The record of the topic's chat, if there is one.
 * @param directory Where a conversation begins otherwise.
 */
export function firstRecord(
  { chatId, chatType, threadId }: Place,
  chat: ConversationRecord | undefined,
  directory: string,
): ConversationRecord {
  const key = conversationKey({ chatId, ...(threadId !== undefined && { threadId }) });
  const place = { key, chatId, chatType };
  if (threadId === undefined) return { ...place, directory };
  const {
    model,
    effort,
    agent,
    preferences: { group: _, context: _context, reply: _reply, ...preferences } = {},
  } = chat ?? {};
  return {
    ...place,
    threadId,
    directory: chat?.directory ?? directory,
    ...(chat?.worktree !== undefined && { worktree: chat.worktree }),
    ...(model !== undefined && { model }),
    ...(effort !== undefined && { effort }),
    ...(agent !== undefined && { agent }),
    ...(Object.keys(preferences).length > 0 && { preferences }),
  };
}
