/** Reads records that older versions of this program stored. */
import type { IncomingMessage } from "../model/message.ts";
import type { Run, TurnRecord } from "../model/turn.ts";

/** The version of the store's schema. A store without a version has version 1. */
export const SCHEMA = 2;

/** Where the conversations are: all, or a chat's own with those of its topics (see `conversationKey`). */
export function conversationsOf(chatId?: string): Deno.KvListSelector {
  if (chatId === undefined) return { prefix: ["conversation"] };
  // "0" follows "/", with which the name of a topic is joined to its chat's.
  return { start: ["conversation", chatId], end: ["conversation", `${chatId}0`] };
}

/** A turn of schema 1: `run` was set once it had begun, `postedAt` once the agent had the prompt. */
type TurnRecordV1 = Omit<TurnRecord, "state"> & { run?: Run & { postedAt?: number } };

/** A message of schema 1, which had the `open_id`s of everyone mentioned. */
type IncomingMessageV1 = Omit<IncomingMessage, "mentionsBot"> & { mentions?: readonly string[] };

/** Converts a stored turn to the current schema. */
export function readStoredTurn(stored: TurnRecord | TurnRecordV1): TurnRecord {
  if ("state" in stored) return stored;
  const { run: begun, ...turn } = stored;
  if (begun === undefined) return { ...turn, state: { kind: "queued" } };
  const { postedAt, ...run } = begun;
  return { ...turn, state: { kind: postedAt === undefined ? "begun" : "posted", run } };
}

/** Converts a stored inbox message to the current schema. */
export function readStoredMessage(stored: IncomingMessage | IncomingMessageV1): IncomingMessage {
  if ("mentionsBot" in stored) return stored;
  const { mentions: _, ...message } = stored;
  // In groups, only messages that mention the bot were stored.
  return { ...message, mentionsBot: message.chatType === "group" };
}
