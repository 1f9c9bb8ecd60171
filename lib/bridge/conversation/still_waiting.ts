import type { LedgerRow } from "../../model/ledger.ts";
import { type IncomingMessage, targetOf } from "../../model/message.ts";
import { isWordless } from "../inbox/references.ts";
import { fileNames } from "../inbox/waiting_files.ts";
import type { Services } from "../services.ts";
import type { HandlerConversation } from "./handler_conversation.ts";

/** Says what still waits for a text, as a message that was called off does not bring it. */
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
