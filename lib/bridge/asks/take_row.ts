import { describe } from "../../base/errors.ts";
import type { Services } from "../services.ts";
import type { OpenAsk } from "./open_ask.ts";

/** What {@linkcode takeRow} needs. */
export interface TakeRowOptions extends Pick<Services, "store" | "log"> {
  /** The conversation's key. */
  readonly conversation: string;
}

/**
 * Learns whether the card of an ask was delivered while an answer to it was under way: somebody may answer faster
 * than the chat says that it has the card. An ask whose row cannot be read stays as it is.
 */
export async function takeRow(
  open: OpenAsk,
  { store, log, conversation }: TakeRowOptions,
): Promise<void> {
  try {
    const row = await store.row(conversation, open.ask.id);
    if (row !== undefined) open.take(row, false);
  } catch (error) {
    log.warn(`ask ${open.ask.id}: cannot read its card: ${describe(error)}`);
  }
}
