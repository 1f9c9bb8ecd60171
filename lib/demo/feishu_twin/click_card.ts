import { checkCard } from "./card_rules.ts";
import type { TwinUser } from "./chats.ts";
import { cardEvent } from "./events.ts";
import { isObject, type JsonObject, object } from "../../base/json.ts";
import type { TwinMessage } from "./twin_message.ts";
import { Refusal } from "./refusal.ts";
import type { TwinState } from "./twin_state.ts";
import type { ClickResult } from "./twin_options.ts";

/**
 * Delivers a user's action on a card to the app, and applies the answer. The card is locked meanwhile. Like
 * on the platform the action is delivered once and never again. The error codes are those that a user sees
 * (Feishu docs: card callback).
 */
export async function clickCard(
  state: TwinState,
  message: TwinMessage,
  user: TwinUser,
  action: JsonObject,
  frameType: "event" | "card",
): Promise<ClickResult> {
  const event = cardEvent(state, message, user, action, frameType);
  const { content } = message;
  const unlock = state.locks.lock(message);
  const answer = await state.connection.call(event);
  unlock();
  // What got through meanwhile is taken back (Feishu docs: delayed card updates).
  if (message.content !== content) state.messages.edit(message, content);
  if (answer === undefined) return { code: undefined, error: 200341 };
  const { code, data } = answer;
  if (code !== 200) return { code, error: 200671 };
  if (data !== undefined && !isObject(data)) return { code, error: 200672 };
  const { toast, card } = object(data);
  const shown = isObject(toast)
    ? { toast: { type: String(toast.type ?? "info"), content: String(toast.content ?? "") } }
    : {};
  if (card === undefined) return { code, ...shown };
  // A streaming card cannot be changed at once (the page of streaming updates).
  const entity = state.cards.shownBy(message.id);
  if (entity && state.cards.isStreaming(entity)) return { code, ...shown, error: 200810 };
  const fresh = object(card).data;
  try {
    checkCard(object(fresh));
  } catch (error) {
    if (error instanceof Refusal) return { code, ...shown, error: 200673 };
    throw error;
  }
  state.messages.edit(message, fresh);
  return { code, ...shown, card: fresh };
}
