import { checkContent } from "./content_rules.ts";
import { object, parseJson, string } from "../../base/json.ts";
import type { TwinMessage } from "./twin_message.ts";
import { cardRefusal, Refusal } from "./refusal.ts";
import { requireScope } from "./require_scope.ts";
import type { RestCall, Route } from "./route.ts";
import { storedText } from "./sent_mentions.ts";
import { storedMessage, storedOptions } from "./stored_message.ts";
import { withForwarded } from "./with_forwarded.ts";
import type { TwinState } from "./twin_state.ts";

const HOUR_MS = 3_600_000;
const EDITABLE_MS = 14 * 24 * HOUR_MS;
const MAX_EDITS = 20;
/** Any of these lets an app send messages (the page of message create). */
const SENDING = ["im:message", "im:message:send_as_bot"];
/** How the answer to a send has the message. */
const SENT = { hasCards: false };

/** `im/v1`: messages and chats. */
export const IM_ROUTES: readonly Route[] = [
  { method: "POST", path: "/open-apis/im/v1/messages", run: create },
  { method: "GET", path: "/open-apis/im/v1/messages", run: list },
  { method: "POST", path: "/open-apis/im/v1/messages/:id/reply", run: reply },
  { method: "PUT", path: "/open-apis/im/v1/messages/:id", run: update },
  { method: "PATCH", path: "/open-apis/im/v1/messages/:id", run: patch },
  { method: "DELETE", path: "/open-apis/im/v1/messages/:id", run: recall },
  { method: "GET", path: "/open-apis/im/v1/messages/:id", run: get },
  { method: "GET", path: "/open-apis/im/v1/chats/:id", run: chat },
];

function refuseParameter(detail: string): never {
  throw new Refusal(230001, `Your request contains an invalid request parameter, ext=${detail}`);
}

function checkedContent(state: TwinState, type: string, content: unknown): unknown {
  const fault = type === "interactive" ? state.faults.cardFault(String(content)) : undefined;
  if (fault !== undefined) {
    const { code = 230099, inner = 11310, reason = "card refused by a fault" } = fault;
    if (code === 230099) throw cardRefusal(inner, reason);
    throw new Refusal(code, reason);
  }
  return checkContent(type, content, state.files, state.chats);
}

function limit(state: TwinState, window: "perChat" | "perMessage", key: string): void {
  if (!state[window].allow(key)) {
    throw new Refusal(230020, "This operation triggers the frequency limit.");
  }
}

/**
 * The message that a call names.
 *
 * @throws {Refusal} 231003 for an unknown message, 230011 for a recalled one.
 */
export function messageIn(call: RestCall): TwinMessage {
  const message = call.state.messages.get(call.params.id ?? "");
  if (message === undefined) throw new Refusal(231003, "The message is not found.");
  if (message.recalled) throw new Refusal(230011, "The message is recalled.");
  return message;
}

function ownMessage(call: RestCall): TwinMessage {
  const message = messageIn(call);
  if (message.sender.type !== "app") {
    throw new Refusal(230012, "Bot is NOT the sender of the message.");
  }
  return message;
}

function send(call: RestCall, chatId: string, parent?: TwinMessage) {
  const { state, body } = call;
  const uuid = string(body.uuid);
  if (uuid !== undefined && uuid.length > 50) refuseParameter("uuid is longer than 50");
  const type = string(body.msg_type) ?? refuseParameter("msg_type is required");
  const known = uuid === undefined || uuid === "" ? undefined : state.uuids.get(uuid);
  if (known !== undefined && state.clock.now() - known.at < HOUR_MS) {
    return { data: storedMessage(state, known.message, SENT) };
  }
  requireScope(state, ...SENDING);
  if (type === "system") {
    requireScope(state, "im:message:send_sys_msg");
    if (state.chats.chat(chatId)?.type !== "p2p") refuseParameter("system is for direct chats");
  }
  limit(state, "perChat", chatId);
  const sent = object(parseJson(string(body.content) ?? ""));
  const entity = type === "interactive" && sent.type === "card"
    ? state.cards.toSend(sent)
    : undefined;
  const content = entity?.draft ?? checkedContent(state, type, body.content);
  const message = state.messages.add({
    chatId,
    type,
    content,
    ...(type === "text" && storedText(content, chatId, state.chats)),
    sender: { id: state.app.id, type: "app", name: state.app.name },
    ...(parent === undefined ? {} : { replyTo: parent }),
    ...(body.reply_in_thread === true ? { thread: "new" } : {}),
    ...(uuid === undefined || uuid === "" ? {} : { uuid }),
  });
  if (entity !== undefined) state.cards.bind(entity, message);
  if (message.uuid !== undefined) {
    state.uuids.set(message.uuid, { message, at: state.clock.now() });
  }
  return { data: storedMessage(state, message, SENT) };
}

function create(call: RestCall) {
  const { state, query, body } = call;
  const idType = query.receive_id_type ?? refuseParameter("receive_id_type is required");
  const chat = state.chats.resolve(idType, string(body.receive_id) ?? "");
  if (chat === undefined) throw new Refusal(230034, "The receive_id is invalid.");
  return send(call, chat.id);
}

function reply(call: RestCall) {
  const parent = messageIn(call);
  if (call.body.msg_type === "system") refuseParameter("system is no reply");
  return send(call, parent.chatId, parent);
}

function update(call: RestCall) {
  const { state, body } = call;
  requireScope(state, ...SENDING, "im:message:update");
  const message = ownMessage(call);
  const type = string(body.msg_type);
  if (type !== message.type || (type !== "text" && type !== "post")) {
    refuseParameter("only text and post can be edited, and keep their msg_type");
  }
  if (message.edits.length >= MAX_EDITS) {
    throw new Refusal(230072, "The message has reached the number of times it can be edited.");
  }
  limit(state, "perMessage", message.id);
  const content = checkContent(type, body.content, state.files);
  const { chatId } = message;
  state.messages.edit(
    message,
    type === "text" ? storedText(content, chatId, state.chats).content : content,
  );
  return { data: storedMessage(state, message, SENT) };
}

function patch(call: RestCall) {
  const { state, body } = call;
  requireScope(state, ...SENDING, "im:message:update");
  const message = ownMessage(call);
  if (message.type !== "interactive") refuseParameter("NOT a card");
  // The official client says that it does not work; the code is invented.
  if (state.cards.shownBy(message.id)) refuseParameter("a card entity is changed by CardKit");
  if (state.clock.now() - message.createdAt > EDITABLE_MS) {
    throw new Refusal(230031, "Message can only be modified within 14 days after sending.");
  }
  state.locks.checkPatch(message);
  limit(state, "perMessage", message.id);
  // That both cards must be shared holds for all of 2.0: without `update_multi` they are, and none may unset it.
  state.messages.edit(message, checkedContent(state, "interactive", body.content));
  return { data: {} };
}

function recall(call: RestCall) {
  call.state.messages.recall(ownMessage(call));
  return { data: {} };
}

function get({ state, params, query }: RestCall) {
  const message = state.messages.get(params.id ?? "");
  if (message === undefined) throw new Refusal(231003, "The message is not found.");
  checkReading(state, message.chatId);
  const options = storedOptions(query);
  return {
    data: { items: withForwarded(message).map((one) => storedMessage(state, one, options)) },
  };
}

/** Any of these lets an app read messages (the pages of message get, list). */
const READING = ["im:message", "im:message:readonly", "im:message.history:readonly"];

/** Reading messages needs a scope, and one besides for those of groups (the pages of message get, list). */
function checkReading(state: TwinState, chatId: string): void {
  requireScope(state, ...READING);
  const isGroup = state.chats.chat(chatId)?.type === "group";
  if (isGroup && !state.scopes.has("im:message.group_msg")) {
    throw new Refusal(230027, "Lack of necessary permissions.");
  }
}

/**
 * The history of a chat, with only the first message of each topic, or the history of a topic, which
 * takes no times (the page of message list). That a page token holds the order and is refused for any
 * other, and that it stays good when messages come in between, is invented.
 */
function list(call: RestCall) {
  const { state, query } = call;
  const id = query.container_id ?? "";
  const inThread = query.container_id_type === "thread";
  if (!inThread && state.chats.chat(id) === undefined) {
    refuseParameter("container_id is invalid");
  }
  const isTimed = query.start_time !== undefined || query.end_time !== undefined;
  if (inThread && isTimed) refuseParameter("a topic takes no start_time or end_time");
  const found = historyOf(call, id, inThread);
  const place = inThread ? found[0]?.chatId : id;
  if (place !== undefined) checkReading(state, place);
  const order = query.sort_type ?? "ByCreateTimeAsc";
  if (order === "ByCreateTimeDesc") found.reverse();
  const size = Math.min(50, Math.max(1, Number(query.page_size ?? 20)));
  const [tokenOrder, lastId] = query.page_token?.split(" ") ?? [order];
  const last = found.findIndex((message) => message.id === lastId);
  if (tokenOrder !== order || (lastId !== undefined && last === -1)) {
    refuseParameter("page_token is invalid");
  }
  const items = found.slice(last + 1, last + 1 + size);
  const more = last + 1 + size < found.length;
  return {
    data: {
      has_more: more,
      ...(more ? { page_token: `${order} ${items.at(-1)?.id}` } : {}),
      items: items.map((message) => storedMessage(state, message, storedOptions(query))),
    },
  };
}

/** The messages of a chat or topic in the times of the query, oldest first. */
function historyOf({ state, query }: RestCall, id: string, inThread: boolean): TwinMessage[] {
  const from = Number(query.start_time ?? 0) * 1000;
  const to = query.end_time === undefined ? Infinity : Number(query.end_time) * 1000 + 999;
  const all = inThread ? state.messages.all() : state.messages.inChat(id);
  return all.filter((message) =>
    (inThread
      ? message.threadId === id
      : message.threadId === undefined || state.messages.beginsTopic(message)) &&
    message.createdAt >= from && message.createdAt <= to
  ).sort((a, b) => a.createdAt - b.createdAt);
}

function chat(call: RestCall) {
  const chat = call.state.chats.chat(call.params.id ?? "");
  if (chat === undefined) throw new Refusal(232006, "Your request specifies a chat_id is invalid.");
  return {
    data: {
      name: chat.name,
      chat_mode: chat.mode,
      chat_type: "private",
      group_message_type: chat.mode === "topic" ? "thread" : "chat",
      user_count: String(chat.members.length),
      bot_count: "1",
      external: false,
      chat_status: "normal",
    },
  };
}
