import { deadline } from "@std/async";
import type { EventHandler } from "../feishu/gateway.ts";
import { parseClick, parseMessageEvent, parseRecall } from "../feishu/inbound.ts";
import type { Parts } from "./parts.ts";
import type { Switchboard } from "./switchboard.ts";

/** How long a group message waits until we know which mention is the bot's, in milliseconds. */
const BOT_INFO_MS = 2_500;

/** Events that an app may be subscribed to and that mean nothing to us; unhandled, the SDK complains. */
const NOT_NEEDED = [
  "im.message.message_read_v1",
  "im.message.reaction.created_v1",
  "im.message.reaction.deleted_v1",
  "im.chat.access_event.bot_p2p_chat_entered_v1",
  "im.chat.member.bot.added_v1",
  "im.chat.member.bot.deleted_v1",
];

/** What to do with each type of Feishu's events: it is written down when the handler resolves. */
export function handlers(
  switchboard: Switchboard,
  { bot, ours, texts, log }: Parts,
): Record<string, EventHandler> {
  let received = 0;
  return {
    ...Object.fromEntries(NOT_NEEDED.map((type) => [type, () => Promise.resolve()])),
    "im.message.receive_v1": async (event) => {
      // Never the same twice, so that the order of arrival can be told again.
      received = Math.max(Date.now(), received + 0.001);
      const receivedAt = received;
      const draft = parseMessageEvent(event, undefined, receivedAt, ours);
      if (draft === undefined) return log.debug("an event that is no message of a person");
      // In a direct chat nothing depends on who the bot is, unless somebody is mentioned there.
      const needed = draft.chatType === "group" || draft.mentions.length > 0;
      const botId = needed ? await deadline(bot(), BOT_INFO_MS) : "";
      await switchboard.message(parseMessageEvent(event, botId, receivedAt, ours) ?? draft, botId);
    },
    "im.message.recalled_v1": async (event) => {
      const recalled = parseRecall(event);
      if (recalled) await switchboard.recall(recalled.chatId, recalled.messageId);
    },
    "card.action.trigger": async (event) => {
      const clicked = parseClick(event);
      const content = clicked ? await switchboard.click(clicked) : texts.askOver;
      return { toast: { type: "info", content } };
    },
  };
}
