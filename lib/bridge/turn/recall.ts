import { describe } from "../../base/errors.ts";
import { isInChat } from "../../model/message.ts";
import type { Services } from "../services.ts";
import type { TurnRecord } from "../../model/turn.ts";

/** How long to wait for the chat, in milliseconds. */
const RECALL_MS = 5_000;

/** Whether a message was recalled while the bridge was away; `false` if the chat does not answer. Never rejects. */
export async function isRecalled(
  messageId: string,
  { chat, log, signal }: Pick<Services, "chat" | "log" | "signal">,
): Promise<boolean> {
  if (!isInChat(messageId)) return false;
  const limited = AbortSignal.any([signal, AbortSignal.timeout(RECALL_MS)]);
  return await chat.isRecalled(messageId, limited).catch((error) => {
    log.debug(`cannot tell whether message ${messageId} was recalled: ${describe(error)}`);
    return false;
  });
}

/** A turn whose message may have been recalled. */
export interface RecallableTurn {
  readonly record: Pick<TurnRecord, "messageId" | "state">;
  /** Ends it without running it. */
  drop(): Promise<void>;
  cancel(): Promise<void>;
}

/**
 * Ends a turn of an earlier run of the program whose message was recalled since: at once if it has not begun.
 *
 * @returns Whether it has ended.
 */
export async function endRecalled(
  turn: RecallableTurn,
  services: Pick<Services, "chat" | "log" | "signal">,
): Promise<boolean> {
  const recalled = isRecalled(turn.record.messageId, services);
  if (turn.record.state.kind === "queued" && await recalled) {
    await turn.drop();
    return true;
  }
  recalled.then(async (isRecalled) => isRecalled && await turn.cancel())
    .catch((error) => services.log.warn(`cannot end a recalled turn: ${describe(error)}`));
  return false;
}
