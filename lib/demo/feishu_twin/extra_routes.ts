import { array, type JsonObject, object, string } from "../../base/json.ts";
import { messageIn } from "./im_routes.ts";
import { Refusal } from "./refusal.ts";
import { requireScope } from "./require_scope.ts";
import type { RestCall, Route, RouteAnswer } from "./route.ts";
import type { TwinState } from "./twin_state.ts";
import { feishuId } from "./feishu_id.ts";

const COMMANDS = "/open-apis/application/v7/app_slash_commands";
const FEED_CARDS = "/open-apis/im/v2/feed_cards";

/** The most commands of an app (Feishu docs: slash commands). */
const MAX_COMMANDS = 100;
/** How long after a message follow-ups may be added, in milliseconds (Feishu docs: follow-ups). */
const FOLLOW_UP_MS = 600_000;
const MAX_FOLLOW_UPS = 3;
const MAX_FOLLOW_UP_CHARS = 200;
/** The most people whose names one call tells (Feishu docs: names of users). */
const MAX_NAMES = 10;
/** The most groups on a page (Feishu docs: list of groups). */
const MAX_GROUPS = 100;
/** The most people for whom one call puts a chat on top (Feishu docs: feed cards). */
const MAX_PEOPLE = 50;

/**
 * The slash panel, follow-ups, buzzes, chats on top, and names. The codes of refusals other than of a missing scope are
 * invented.
 */
export const EXTRA_ROUTES: readonly Route[] = [
  { method: "GET", path: COMMANDS, run: listCommands },
  { method: "POST", path: COMMANDS, run: addCommand },
  { method: "PATCH", path: `${COMMANDS}/:id`, run: changeCommand },
  { method: "POST", path: "/open-apis/im/v1/messages/:id/push_follow_up", run: followUp },
  { method: "PATCH", path: "/open-apis/im/v1/messages/:id/urgent_app", run: buzz },
  { method: "PATCH", path: `${FEED_CARDS}/bot_time_sentive`, run: directChatOnTop },
  { method: "PATCH", path: `${FEED_CARDS}/:id`, run: groupOnTop },
  { method: "POST", path: "/open-apis/contact/v3/users/basic_batch", run: names },
  { method: "GET", path: "/open-apis/im/v1/chats", run: groups },
];

function refuse(detail: string): never {
  throw new Refusal(99992402, `field validation failed: ${detail}`);
}

function listCommands({ state }: RestCall): RouteAnswer {
  requireScope(state, "application:app_slash_command:read");
  return { data: { items: [...state.slashCommands.values()] } };
}

function addCommand({ state, body }: RestCall): RouteAnswer {
  requireScope(state, "application:app_slash_command:write");
  const known = [...state.slashCommands.values()].map(({ command }) => command);
  const command = string(body.command) ?? "";
  if (command === "" || command.startsWith("/") || known.includes(command)) refuse("command");
  if (known.length >= MAX_COMMANDS) refuse("too many commands");
  return keepCommand(state, feishuId(""), body);
}

function changeCommand({ state, params, body }: RestCall): RouteAnswer {
  requireScope(state, "application:app_slash_command:write");
  const id = params.id ?? "";
  const known = state.slashCommands.get(id) ?? refuse("command_id");
  return keepCommand(state, id, { ...known, ...body });
}

function keepCommand(state: TwinState, id: string, { command, description }: JsonObject) {
  if (!string(object(description).default_value)) refuse("description.default_value");
  state.slashCommands.set(id, { command_id: id, command: string(command) ?? "", description });
  return { data: { command_id: id } };
}

function followUp(call: RestCall): RouteAnswer {
  const { state, body } = call;
  requireScope(state, "im:message", "im:message:send_as_bot");
  const message = messageIn(call);
  const texts = array(body.follow_ups).map((one) => string(object(one).content) ?? "");
  if (texts.length === 0 || texts.length > MAX_FOLLOW_UPS) refuse("follow_ups");
  if (texts.some((text) => text === "" || text.length > MAX_FOLLOW_UP_CHARS)) refuse("content");
  const isNewest = state.messages.inChat(message.chatId).at(-1) === message;
  const isYoung = state.clock.now() - message.createdAt <= FOLLOW_UP_MS;
  const isDirect = state.chats.chat(message.chatId)?.type === "p2p";
  if (message.sender.type !== "app" || !isDirect || !isNewest || !isYoung) {
    throw new Refusal(230001, "follow-ups are for the newest message of the bot in a direct chat");
  }
  state.messages.offer(message, texts);
  return { data: {} };
}

/** Buzzes people for a message of the bot in a chat of theirs (Feishu docs: urgent_app). */
function buzz(call: RestCall): RouteAnswer {
  const { state, body } = call;
  requireScope(state, "im:message.urgent", "im:message.urgent:app_send");
  const message = messageIn(call);
  const people = array(body.user_id_list).map((id) => string(id) ?? "");
  const members = state.chats.chat(message.chatId)?.members ?? [];
  const isOurs = message.sender.type === "app";
  if (people.length === 0 || !isOurs || people.some((one) => !members.includes(one))) {
    throw new Refusal(230001, "a buzz is for people of the chat, about a message of the bot");
  }
  state.messages.buzz(message, people);
  return { data: { invalid_user_id_list: [] } };
}

function directChatOnTop({ state, body }: RestCall): RouteAnswer {
  for (const openId of peopleIn(state, body)) {
    const chat = state.chats.directChat(openId) ?? refuse("user_ids");
    state.chats.setOnTop(chat.id, openId, body.time_sensitive === true);
  }
  state.changes.emit({ kind: "chat" });
  return { data: { failed_user_reasons: [] } };
}

function groupOnTop({ state, params, body }: RestCall): RouteAnswer {
  const people = peopleIn(state, body);
  const chat = state.chats.chat(params.id ?? "");
  if (chat?.type !== "group") throw new Refusal(230034, "The feed_card_id is invalid.");
  for (const openId of people) {
    state.chats.setOnTop(chat.id, openId, body.time_sensitive === true);
  }
  state.changes.emit({ kind: "chat" });
  return { data: { failed_user_reasons: [] } };
}

function peopleIn(state: TwinState, body: JsonObject): string[] {
  requireScope(state, "im:datasync.feed_card.time_sensitive:write");
  const people = array(body.user_ids).map((id) => string(id) ?? "");
  if (typeof body.time_sensitive !== "boolean") refuse("time_sensitive");
  if (people.length === 0 || people.length > MAX_PEOPLE) refuse("user_ids");
  return people;
}

/** The names of people by `open_id`, of those who are known (Feishu docs: names of users). */
function names({ state, query, body }: RestCall): RouteAnswer {
  requireScope(state, "contact:user.basic_profile:readonly");
  const ids = array(body.user_ids).map(string);
  const isFine = ids.length >= 1 && ids.length <= MAX_NAMES &&
    (query.user_id_type ?? "open_id") === "open_id";
  if (!isFine) throw new Refusal(40001, "param is invalid");
  const users = ids.flatMap((id) => {
    const user = state.chats.user(id ?? "");
    return user ? [{ user_id: user.openId, name: user.name }] : [];
  });
  return { data: { users } };
}

/**
 * The groups of the bot; direct chats are not among them (Feishu docs: list of groups). The token of a page is the
 * number of groups before it, which is invented.
 */
function groups({ state, query }: RestCall): RouteAnswer {
  requireScope(state, "im:chat", "im:chat:readonly", "im:chat:read");
  const all = state.chats.chats().filter(({ type }) => type === "group");
  const from = Number(query.page_token ?? 0);
  const to = from + Math.min(Number(query.page_size ?? 20), MAX_GROUPS);
  const items = all.slice(from, to).map(({ id, name }) => ({ chat_id: id, name }));
  const hasMore = to < all.length;
  return { data: { items, has_more: hasMore, page_token: hasMore ? String(to) : "" } };
}
