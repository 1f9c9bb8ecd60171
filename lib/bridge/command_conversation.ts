import { runOf } from "../model/turn.ts";
import type { CommandConversation } from "./commands/command.ts";
import type { HandlerConversation } from "./handler_conversation.ts";
import type { Services } from "./services.ts";

/**
 * A conversation as commands see it.
 *
 * @param loading How many messages are on their way into the queue.
 */
export function commandConversation(
  conversation: HandlerConversation,
  loading: number,
  { store }: Pick<Services, "store">,
): CommandConversation {
  const turns = conversation.queue.turns.map(({ record, reading, clock, waitsFor }) => ({
    ageMs: clock.now() - (runOf(record)?.startedAt ?? record.createdAt),
    waitsFor,
    model: reading?.model,
    directory: runOf(record)?.directory,
  }));
  return {
    get record() {
      return conversation.record;
    },
    turns,
    loading,
    waiting: conversation.mailbox.waiting.length,
    asks: conversation.asks.summaries,
    rows: () => store.rows(conversation.record.key),
    save: (update) => conversation.commit({ update }),
    isShared: async (session) =>
      (await store.conversations()).some(({ key, sessionId }) =>
        sessionId === session && key !== conversation.record.key
      ),
  };
}
