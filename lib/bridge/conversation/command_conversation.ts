import { newRow } from "../../model/ledger.ts";
import { runOf } from "../../model/turn.ts";
import { budgetsOf } from "../budget/budgets.ts";
import { commandGroup } from "./command_group.ts";
import type { CommandConversation, TurnSummary } from "../commands/command.ts";
import type { EarlierWork } from "./earlier_work.ts";
import type { HandlerConversation } from "./handler_conversation.ts";
import type { Services } from "../services.ts";
import { installUpdate } from "../update/install_update.ts";
import type { Turn } from "../turn/turn.ts";

/** A conversation as a command sees it. @param earlier What the command can be about. */
export function commandConversation(
  conversation: HandlerConversation,
  earlier: EarlierWork,
  services: Services,
): CommandConversation {
  const { store } = services;
  const { record } = conversation;
  return {
    get record() {
      return conversation.record;
    },
    turns: conversation.queue.turns.map((turn) => summary(turn, conversation, earlier)),
    loading: earlier.loading.length,
    waiting: earlier.waiting.length,
    asks: conversation.asks.summaries,
    rows: () => store.rows(conversation.record.key),
    steer: (turnId) => conversation.steer(turnId),
    all: () => store.conversations(),
    spendings: store.spendings,
    budgets: () => budgetsOf(conversation.record, services),
    allowed: () => store.alwaysRules(),
    schedules: () => store.schedules.list(),
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
    installUpdate: async (version, target) => {
      const { updater } = services;
      if (updater !== undefined) {
        await installUpdate(version, { ...services, conversation, updater, target });
      }
    },
    moveOther: async (other, update, why) => {
      const { conversationOf, languages, chat } = services;
      const { key, chatId, threadId, shown } = other;
      // In a topic, only a reply gets there.
      const target = shown?.target ?? (threadId === undefined ? { chatId } : undefined);
      const view = { status: "plain", text: why(languages.textsOf(key)) } as const;
      const rows = target === undefined ? [] : [newRow(key, chat.slot(target), view)];
      await (await conversationOf(other)).commit({ update, rows });
    },
  };
}

/** A turn as a command sees it. */
function summary(
  turn: Turn,
  { queue }: Pick<HandlerConversation, "queue">,
  earlier: EarlierWork,
): TurnSummary {
  const { record, clock, waitsFor, reading } = turn;
  const run = runOf(record);
  return {
    id: record.id,
    text: record.text,
    sender: record.sender,
    isWaiting: turn !== queue.turns[0] && record.state.kind === "queued",
    ageMs: clock.now() - (run?.startedAt ?? record.createdAt),
    waitsFor,
    model: reading?.model,
    directory: run?.directory,
    isLater: !earlier.has(turn),
  };
}
