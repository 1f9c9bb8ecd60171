import { describe } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import type { ChatEvents } from "../../model/chat_events.ts";
import type { IncomingMessage } from "../../model/message.ts";
import type { Chat } from "../../model/ports.ts";
import type { Texts } from "../../texts/texts.ts";
import { type BotId, toldInTime } from "../bot_identity.ts";
import type { EventHandler, EventHandlers } from "./connection.ts";
import {
  calledBot,
  clickedMessage,
  hasMentions,
  parseChatOpened,
  parseClick,
  parseEmptied,
  parseJoined,
  parseMessageEvent,
  parseRecall,
} from "./events.ts";
import type { Subscribed } from "./subscriptions.ts";

/** What the handlers use of the chat. */
export interface EventsChat {
  readonly clock: Pick<Chat["clock"], "ours">;
  /** A message with its topic as the bridge calls it. */
  named(message: IncomingMessage): IncomingMessage;
  /** Is told that somebody clicked on a message's card; `answered` settles when the answer is on its way. */
  clicked(messageId: string, answered: Promise<unknown>): void;
}

/** What {@linkcode eventHandlers} needs. */
export interface EventHandlersOptions {
  readonly bot: BotId;
  readonly chat: EventsChat;
  readonly texts: Pick<Texts, "askOver">;
  readonly log: Log;
}

/** Events to which an app may be subscribed and which are not needed; without a handler the SDK complains. */
const IGNORED = [
  "im.message.message_read_v1",
  "im.message.reaction.created_v1",
  "im.message.reaction.deleted_v1",
  "im.chat.member.bot.deleted_v1",
];

/**
 * Handlers by Feishu's event types that hand each event over as a plain value. An event is acknowledged
 * when its handler resolves.
 */
export function eventHandlers(
  events: ChatEvents,
  { bot, chat, texts, log }: EventHandlersOptions,
): EventHandlers {
  const ours = (time: number) => chat.clock.ours(time);
  let lastReceivedAt = 0;
  const whoIsBot = () =>
    toldInTime(bot).catch((error) => {
      log.warn(`messages of groups wait, Feishu does not tell who the bot is: ${describe(error)}`);
      throw error;
    });
  // What setup asks for has a handler, and what has a handler is asked for.
  const handlers: Readonly<Record<Subscribed, EventHandler>> = {
    "im.message.receive_v1": async (event) => {
      // No two messages have the same time, so that their order is not lost.
      const receivedAt = Math.max(Date.now(), lastReceivedAt + 0.001);
      lastReceivedAt = receivedAt;
      const draft = parseMessageEvent(event, undefined, receivedAt, ours);
      if (draft === undefined) {
        const recalled = parseEmptied(event);
        if (recalled) return await events.recalled(recalled.chatId, recalled.messageId);
        return log.debug("an event that is no message of a person");
      }
      // In a direct chat it only decides whether a mention reads as the bot's name.
      const botId = draft.chatType === "group"
        ? await whoIsBot()
        : hasMentions(event)
        ? await whoIsBot().catch(() => calledBot(event, draft.text))
        : "";
      const message = parseMessageEvent(event, botId, receivedAt, ours) ?? draft;
      await events.message(chat.named(message));
    },
    "im.chat.access_event.bot_p2p_chat_entered_v1": async (event) => {
      const opened = parseChatOpened(event);
      if (opened) await events.arrived(opened);
    },
    "im.chat.member.bot.added_v1": async (event) => {
      const joined = parseJoined(event);
      if (joined) await events.arrived(joined);
    },
    "im.message.recalled_v1": async (event) => {
      const recalled = parseRecall(event);
      if (recalled) await events.recalled(recalled.chatId, recalled.messageId);
    },
    "card.action.trigger": async (event) => {
      const click = parseClick(event);
      const answered = click ? events.clicked(click) : Promise.resolve(texts.askOver);
      chat.clicked(clickedMessage(event), answered);
      return { toast: { type: "info", content: await answered } };
    },
  };
  const ignored = IGNORED.map((type) => [type, () => Promise.resolve()] as const);
  return { ...Object.fromEntries(ignored), ...handlers };
}
