import type { ConversationRecord } from "../../model/conversation.ts";

/**
 * Where turns that nobody began here are shown: for each session the conversation that was there last.
 *
 * @param sessionId The only session that counts, if there is one.
 */
export function othersPlaces(
  conversations: readonly ConversationRecord[],
  sessionId?: string,
): ConversationRecord[] {
  const there = conversations.filter(({ shown, sessionId: current }) =>
    current !== undefined && shown?.sessionId === current && current === (sessionId ?? current)
  );
  const shownAt = ({ shown }: ConversationRecord) => shown?.prompt.created ?? 0;
  return [...Map.groupBy(there, (one) => one.sessionId).values()]
    .flatMap((all) => all.toSorted((a, b) => shownAt(b) - shownAt(a)).slice(0, 1));
}
