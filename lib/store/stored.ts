/** Reads records as older versions of this program have stored them. */
import type { IncomingMessage } from "../model/message.ts";
import type { Run, TurnRecord } from "../model/turn.ts";

/** The layout of what is kept; a store without a mark has version 1. This file reads the older ones. */
export const SCHEMA = 2;

/** A turn of store version 1: `run` was set when it had begun, `postedAt` when the agent had it. */
type TurnRecordV1 = Omit<TurnRecord, "state"> & { run?: Run & { postedAt?: number } };

/** A message of store version 1, which had the `open_id`s of all who were mentioned. */
type IncomingMessageV1 = Omit<IncomingMessage, "mentionsBot"> & { mentions?: readonly string[] };

/** A turn in today's form. */
export function readStoredTurn(stored: TurnRecord | TurnRecordV1): TurnRecord {
  if ("state" in stored) return stored;
  const { run: begun, ...turn } = stored;
  if (begun === undefined) return { ...turn, state: { kind: "queued" } };
  const { postedAt, ...run } = begun;
  return { ...turn, state: { kind: postedAt === undefined ? "begun" : "posted", run } };
}

/** A message of the inbox in today's form. */
export function readStoredMessage(stored: IncomingMessage | IncomingMessageV1): IncomingMessage {
  if ("mentionsBot" in stored) return stored;
  const { mentions: _, ...message } = stored;
  // In groups, only what mentions the bot was ever stored.
  return { ...message, mentionsBot: message.chatType === "group" };
}
