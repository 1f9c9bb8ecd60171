import type { ConversationRecord } from "../../model/conversation.ts";
import type { Place, Target } from "../../model/place.ts";
import type { Chat } from "../../model/ports.ts";

/** What is known of the place. */
type ScriptPlace = Place & Pick<ConversationRecord, "shown" | "auto">;

/**
 * Where a message goes that nobody there has asked for: into the chat; in a topic, as a reply to a message that was
 * answered there before, or to the last message. `undefined` if the topic has none.
 */
export async function scriptTarget(
  record: ScriptPlace,
  chat: Pick<Chat, "history">,
  signal: AbortSignal,
): Promise<Target | undefined> {
  const { chatId, threadId, shown, auto } = record;
  if (threadId === undefined) return { chatId };
  const known = shown?.target ?? auto?.target;
  if (known?.replyTo !== undefined) return known;
  const { messages: [last] } = await chat.history(record, { since: 0 }, signal);
  return last && { chatId, threadId, replyTo: last.messageId };
}
