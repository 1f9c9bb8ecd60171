import type { LedgerRow } from "../../model/ledger.ts";
import { type IncomingMessage, targetOf } from "../../model/message.ts";
import { isWordless } from "../inbox/references.ts";
import { fileNames } from "../inbox/waiting_files.ts";
import type { Services } from "../services.ts";
import type { HandlerConversation } from "./handler_conversation.ts";

/** Says which files still wait for a text, when a message that would have brought them was called off. */
export function stillWaiting(
  message: IncomingMessage,
  conversation: Pick<HandlerConversation, "record" | "rows">,
  { texts }: Pick<Services, "texts">,
): LedgerRow[] {
  const { files = [] } = conversation.record;
  const names = fileNames(files.filter(({ sender }) => sender === message.sender));
  if (names === "" || isWordless(message)) return [];
  return conversation.rows(targetOf(message), texts.filesWait(names));
}
