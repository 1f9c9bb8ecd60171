import type { TwinChat, TwinUser } from "./chats.ts";
import { feishuId } from "./feishu_id.ts";
import type { TwinEvent } from "./long_connection.ts";
import { contentText } from "./stored_message.ts";
import type { TwinMessage } from "./twin_message.ts";
import type { TwinState } from "./twin_state.ts";

/**
 * Wraps an event in the envelope of schema 2.0.
 *
 * @param event The `event` object of the envelope.
 */
export function makeEvent(
  state: TwinState,
  eventType: string,
  event: unknown,
  options: { readonly messageId?: string; readonly frameType?: "event" | "card" } = {},
): TwinEvent {
  const eventId = feishuId("");
  const envelope = {
    schema: "2.0",
    header: {
      event_id: eventId,
      event_type: eventType,
      create_time: String(state.clock.now()),
      token: "",
      app_id: state.app.id,
      tenant_key: state.tenantKey,
    },
    event,
  };
  const { messageId, frameType = "event" } = options;
  return {
    eventId,
    eventType,
    envelope,
    frameType,
    ...(messageId === undefined ? {} : { messageId }),
  };
}

function userIds(user: TwinUser) {
  return { open_id: user.openId, union_id: user.unionId, user_id: user.userId };
}

/** Any of these lets an app hear direct messages, and mentions (Feishu docs: message receive). */
const DIRECT = ["im:message.p2p_msg", "im:message.p2p_msg:readonly"];
const MENTIONS = [
  "im:message.group_at_msg",
  "im:message.group_at_msg:readonly",
  "im:message.group_at_msg.include_bot:readonly",
];

/** Whether the app is told of a person's message: in groups only if it is mentioned, or may see all. */
export function reachesBot(
  { scopes, app }: TwinState,
  chat: TwinChat,
  message: TwinMessage,
): boolean {
  if (chat.type === "p2p") return DIRECT.some((scope) => scopes.has(scope));
  if (scopes.has("im:message.group_msg")) return true;
  const isMentioned = message.mentions.some((mention) => mention.openId === app.openId);
  return isMentioned && MENTIONS.some((scope) => scopes.has(scope));
}

/** `im.message.receive_v1`: a person sent a message. */
export function messageEvent(state: TwinState, message: TwinMessage, user: TwinUser): TwinEvent {
  const chat = state.chats.chat(message.chatId);
  const mentions = message.mentions.map(({ key, openId, name }) => {
    const who = state.chats.user(openId);
    return {
      key,
      id: who === undefined ? { open_id: openId, union_id: "", user_id: "" } : userIds(who),
      mentioned_type: openId === state.app.openId ? "bot" : "user",
      name,
      tenant_key: state.tenantKey,
    };
  });
  const event = {
    sender: { sender_id: userIds(user), sender_type: "user", tenant_key: state.tenantKey },
    message: {
      message_id: message.id,
      ...(message.rootId === undefined ? {} : { root_id: message.rootId }),
      ...(message.replyTo === undefined ? {} : { parent_id: message.replyTo }),
      ...(message.threadId === undefined ? {} : { thread_id: message.threadId }),
      create_time: String(message.createdAt),
      update_time: String(message.updatedAt),
      chat_id: message.chatId,
      chat_type: chat?.type ?? "p2p",
      message_type: message.type,
      // A message that was recalled before the push comes without its content (seen in practice).
      content: message.recalled ? "" : contentText(message),
      ...(mentions.length === 0 ? {} : { mentions }),
      user_agent: "twin",
    },
  };
  return makeEvent(state, "im.message.receive_v1", event, { messageId: message.id });
}

/** `im.message.recalled_v1`: a person recalled a message. */
export function recallEvent(state: TwinState, message: TwinMessage): TwinEvent {
  const event = {
    message_id: message.id,
    chat_id: message.chatId,
    recall_time: String(state.clock.now()),
    recall_type: "message_owner",
  };
  return makeEvent(state, "im.message.recalled_v1", event, { messageId: message.id });
}

/** `im.message.reaction.created_v1`: a person reacted to a message. */
export function reactionEvent(
  state: TwinState,
  message: TwinMessage,
  emoji: string,
  user: TwinUser,
): TwinEvent {
  const event = {
    message_id: message.id,
    reaction_type: { emoji_type: emoji },
    operator_type: "user",
    user_id: userIds(user),
    action_time: String(state.clock.now()),
  };
  return makeEvent(state, "im.message.reaction.created_v1", event, { messageId: message.id });
}

/** `im.chat.access_event.bot_p2p_chat_entered_v1`: a person opened the direct chat with the bot. */
export function chatOpenedEvent(state: TwinState, chat: TwinChat, user: TwinUser): TwinEvent {
  const last = state.messages.inChat(chat.id).at(-1);
  const event = {
    chat_id: chat.id,
    operator_id: userIds(user),
    last_message_id: last?.id ?? "",
    last_message_create_time: last === undefined ? "" : String(last.createdAt),
  };
  return makeEvent(state, "im.chat.access_event.bot_p2p_chat_entered_v1", event);
}

/** `im.chat.member.bot.added_v1`: a person added the bot to a group. */
export function joinedEvent(state: TwinState, chat: TwinChat, user: TwinUser): TwinEvent {
  const event = {
    chat_id: chat.id,
    operator_id: userIds(user),
    external: false,
    operator_tenant_key: state.tenantKey,
    name: chat.name,
  };
  return makeEvent(state, "im.chat.member.bot.added_v1", event);
}

/** `card.action.trigger`: a person used a card. */
export function cardEvent(
  state: TwinState,
  message: TwinMessage,
  user: TwinUser,
  action: Readonly<Record<string, unknown>>,
  frameType: "event" | "card",
): TwinEvent {
  const event = {
    operator: { tenant_key: state.tenantKey, ...userIds(user) },
    token: `c-${feishuId("")}`,
    action,
    host: "im_message",
    context: { open_message_id: message.id, open_chat_id: message.chatId },
  };
  return makeEvent(state, "card.action.trigger", event, { messageId: message.id, frameType });
}
