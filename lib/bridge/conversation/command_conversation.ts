import { runOf } from "../../model/turn.ts";
import { commandGroup } from "./command_group.ts";
import type { CommandConversation } from "../commands/command.ts";
import type { EarlierWork } from "./earlier_work.ts";
import type { HandlerConversation } from "./handler_conversation.ts";
import type { Services } from "../services.ts";

/** A conversation as a command sees it. @param earlier What the command can be about. */
export function commandConversation(
  conversation: HandlerConversation,
  earlier: EarlierWork,
  services: Pick<Services, "store" | "groups" | "conversationOf" | "languages" | "chat">,
): CommandConversation {
  const turns = conversation.queue.turns.map((turn) => ({
    id: turn.record.id,
    text: turn.record.text,
    sender: turn.record.sender,
    isWaiting: turn !== conversation.queue.turns[0] && turn.record.state.kind === "queued",
    ageMs: turn.clock.now() - (runOf(turn.record)?.startedAt ?? turn.record.createdAt),
    waitsFor: turn.waitsFor,
    model: turn.reading?.model,
    directory: runOf(turn.record)?.directory,
    isLater: !earlier.has(turn),
  }));
  const { store } = services;
  const { record } = conversation;
  return {
    get record() {
      return conversation.record;
    },
    turns,
    loading: earlier.loading.length,
    waiting: earlier.waiting.length,
    asks: conversation.asks.summaries,
    rows: () => store.rows(conversation.record.key),
    steer: (turnId) => conversation.steer(turnId),
    all: () => store.conversations(),
    allowed: () => store.alwaysRules(),
    ...(record.chatType === "group" && { group: commandGroup(record, services) }),
    save: (update) => conversation.commit({ update }),
    awaitEnd: async (openId, { turn: id, isBuzz = false }) => {
      const { turns } = conversation.queue;
      const turn = turns.find((turn) =>
        id === undefined ? earlier.has(turn) : turn.record.id === id
      );
      return await turn?.awaitEnd(openId, isBuzz) ?? false;
    },
    isShared: async (session) =>
      (await store.conversations()).some(({ key, sessionId }) =>
        sessionId === session && key !== conversation.record.key
      ),
    running: async () =>
      (await store.turns()).flatMap((turn) =>
        turn.state.kind === "ended" ? [] : runOf(turn)?.directory ?? []
      ),
    moveOther: async (other, update, why) => {
      const { conversationOf, languages } = services;
      const { key, chatId, threadId, shown } = other;
      const moved = await conversationOf(other);
      await moved.commit({ update });
      // In a topic, only a reply gets there.
      const target = shown?.target ?? (threadId === undefined ? { chatId } : undefined);
      if (target !== undefined) await moved.say(target, why(languages.textsOf(key)));
    },
  };
}
