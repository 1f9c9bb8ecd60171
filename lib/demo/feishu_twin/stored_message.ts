import { array, isObject, object } from "../../base/json.ts";
import type { TwinMessage } from "./twin_message.ts";
import type { TwinState } from "./twin_state.ts";

/** What a query asks of the messages that it returns. */
export interface StoredOptions {
  /** Whether cards come as they were sent (`card_msg_content_type=user_card_content`). */
  readonly hasCards: boolean;
}

/** Reads what a query asks. */
export function storedOptions(query: Readonly<Record<string, string | undefined>>): StoredOptions {
  return { hasCards: query.card_msg_content_type === "user_card_content" };
}

/** A message as the REST API returns it. Like on the platform, cards come back degraded unless asked for. */
export function storedMessage(state: TwinState, message: TwinMessage, options: StoredOptions) {
  return {
    message_id: message.id,
    ...(message.upperId === undefined ? {} : { upper_message_id: message.upperId }),
    ...(message.rootId === undefined ? {} : { root_id: message.rootId }),
    ...(message.replyTo === undefined ? {} : { parent_id: message.replyTo }),
    ...(message.threadId === undefined ? {} : { thread_id: message.threadId }),
    msg_type: message.type,
    create_time: String(message.createdAt),
    update_time: String(message.updatedAt),
    deleted: message.recalled,
    updated: message.edits.length > 0,
    chat_id: message.chatId,
    sender: {
      id: message.sender.id,
      id_type: message.sender.type === "app" ? "app_id" : "open_id",
      sender_type: message.sender.type,
      tenant_key: state.tenantKey,
    },
    ...(message.recalled ? {} : { body: { content: contentText(message, options) } }),
    mentions: message.mentions.map(({ key, openId, name }) => ({
      key,
      id: openId,
      id_type: "open_id",
      name,
      tenant_key: state.tenantKey,
    })),
  };
}

/** The content of a message as events and stored messages have it. */
export function contentText(
  { type, content }: Pick<TwinMessage, "type" | "content">,
  { hasCards }: StoredOptions = { hasCards: false },
): string {
  // It is no JSON (Feishu docs: merge_forward).
  if (type === "merge_forward") return "Merged and Forwarded Message";
  if (type !== "interactive") return JSON.stringify(content);
  return JSON.stringify(
    hasCards ? { user_dsl: JSON.stringify(content) } : degraded(object(content)),
  );
}

/**
 * A card of 1.0 loses its elements' structure; of one of 2.0 only the title is left (seen in practice; what a
 * card of 1.0 becomes is described on the page of received contents).
 */
function degraded(card: Readonly<Record<string, unknown>>) {
  const title = object(object(card.header).title).content;
  const elements = card.schema === "2.0" ? [] : array(card.elements).filter(isObject);
  const hidden = [[{ tag: "text", text: "请升级至最新版本客户端，以查看内容" }]];
  return {
    title: typeof title === "string" ? title : null,
    elements: elements.length > 0 ? [elements.flatMap(textElements)] : hidden,
  };
}

function textElements(element: Readonly<Record<string, unknown>>) {
  const text = element.content ?? object(element.text).content;
  return typeof text === "string" ? [{ tag: "text", text }] : [];
}
