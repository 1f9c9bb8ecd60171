import type { ConversationRecord } from "../../model/conversation.ts";
import { type LedgerRow, newRow } from "../../model/ledger.ts";
import { type IncomingMessage, targetOf } from "../../model/message.ts";
import type { Target } from "../../model/place.ts";
import type { View } from "../../model/view.ts";
import type { CommandResult } from "../commands/command.ts";
import type { Services } from "../services.ts";

/** The part of a conversation that rows belong to. */
export interface RowsConversation {
  readonly record: Pick<ConversationRecord, "key">;
  /** Creates rows that send a text or views to the chat. */
  rows(target: Target, content: string | readonly View[]): LedgerRow[];
}

/**
 * The rows of what a command answers. The card of a button becomes the answer, so that nobody presses it again,
 * and says who has pressed what; the card of a turn stays what it is.
 */
export function commandRows(
  message: IncomingMessage,
  { answer = [] }: Pick<CommandResult, "answer">,
  conversation: RowsConversation,
  { chat, texts }: Pick<Services, "chat" | "texts">,
): LedgerRow[] {
  const { pressed, sender: by, text, messageId } = message;
  const target = targetOf(message);
  if (!pressed?.card || pressed.turn !== undefined) return conversation.rows(target, answer);
  const views: readonly View[] = typeof answer === "string"
    ? [{ status: "plain", text: answer }]
    : answer;
  const [first, ...others] = views;
  // A card cannot become a file.
  const isCard = first !== undefined && first.file === undefined;
  const card: View = {
    ...(isCard ? first : { status: "plain" }),
    pressed: { line: texts.chosenBy(text), by },
  };
  const slot = chat.slotOf(target, pressed.card);
  return [
    newRow(conversation.record.key, slot, card, messageId),
    ...conversation.rows(target, isCard ? others : views),
  ];
}
