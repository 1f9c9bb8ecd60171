import { newId } from "../../base/ids.ts";
import type { Chat } from "../../model/ports.ts";
import type { TurnRecord } from "../../model/turn.ts";
import type { NewPrompt } from "../effects.ts";

/**
 * The stored state of the turn of a prompt. The first request for its message is sent right after it is stored.
 *
 * @param conversation The key of the conversation in which it runs.
 */
export function newTurn(
  { work, target, isTaken: _, opens: _opens, ...prompt }: NewPrompt,
  conversation: string,
  chat: Pick<Chat, "slot" | "markAttempted">,
): TurnRecord {
  const now = Date.now();
  return {
    ...work,
    ...prompt,
    id: newId(now),
    conversation,
    createdAt: now,
    slot: chat.markAttempted(chat.slot(target)),
    state: { kind: "queued" },
  };
}
