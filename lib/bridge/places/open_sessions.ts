import type { ConversationRecord } from "../../model/conversation.ts";
import type { OpenSession } from "../../model/health.ts";

/** What has conversations stored. */
interface StoredConversations {
  conversations(): Promise<readonly ConversationRecord[]>;
}

/** The sessions that conversations are in. */
export async function openSessions(store: StoredConversations): Promise<OpenSession[]> {
  return (await store.conversations()).flatMap(({ chatId, threadId, directory, sessionId }) =>
    sessionId === undefined
      ? []
      : [{ chat: chatId, topic: threadId ?? "", session: sessionId, directory }]
  );
}
