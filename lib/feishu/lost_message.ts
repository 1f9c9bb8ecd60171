import { ApiError, describe } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import type { Place } from "../model/place.ts";
import type { Slot } from "../model/slot.ts";
import { isUnavailable } from "./rest/codes.ts";
import { mayExist } from "./slots.ts";

/** A message of the bot. */
export interface OwnMessage {
  readonly id: string;
  /** Whether it is a file or a picture. */
  readonly isFile: boolean;
}

/** Lists messages of the bot. */
export interface OwnMessagesApi {
  /** Those in a chat or topic that were made between two times (ms since 1970), oldest first. */
  ownMessages(
    place: Pick<Place, "chatId" | "threadId">,
    from: number,
    to: number,
    signal: AbortSignal,
  ): Promise<OwnMessage[]>;
}

/** What {@linkcode findLostMessage} needs. */
export interface LostMessageOptions {
  readonly api: OwnMessagesApi;
  /** The `uuid` of the slot of one of the bridge's own messages, empty if unknown; of others `undefined`. */
  readonly sentAs: (messageId: string) => Promise<string | undefined>;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Whether the slot is for a file. */
  readonly isFile: boolean;
  /** Whether sending again does not find the message, even as long as Feishu knows the slot's `uuid`. */
  readonly isRefused?: boolean;
}

/** How long Feishu makes one message of sends with the same `uuid`, in milliseconds: an hour, less a margin. */
const UUID_MS = 55 * 60_000;
/** How far our clock and Feishu's may differ, and how long a request may take, in milliseconds. */
const CLOCK_MS = 60_000;

/**
 * Looks into the history of a slot's chat for the message that an earlier request may have created: one
 * of the bot's that was made for this slot, or else one that the bridge does not know, made at the time of
 * those requests and after the messages that were known before. A file is never taken for anything else: nothing
 * else can be put in its place. As long as Feishu knows the slot's `uuid` this is not needed: sending again finds
 * the message.
 */
export async function findLostMessage(
  slot: Slot,
  { api, sentAs, log, signal, isFile, isRefused = false }: LostMessageOptions,
): Promise<string | undefined> {
  const { target, triedAt, previousTryAt = slot.lastTriedAt ?? triedAt } = slot;
  if (!mayExist(slot) || triedAt === undefined || previousTryAt === undefined) return undefined;
  if (!isRefused && Date.now() - triedAt <= UUID_MS) return undefined;
  const unreadable = (error: unknown): OwnMessage[] => {
    const isUnreadable = error instanceof ApiError && (!error.retryable || isUnavailable(error));
    if (!isUnreadable) throw error;
    log.warn(`a message may come twice, its chat cannot be read: ${describe(error)}`);
    return [];
  };
  const [from, to] = [triedAt - CLOCK_MS, previousTryAt + CLOCK_MS];
  const found = await api.ownMessages(target, from, to, signal).catch(unreadable);
  const candidates = found.slice(found.findLastIndex(({ id }) => id === slot.after) + 1);
  let unknown: string | undefined;
  for (const { id: messageId, ...candidate } of candidates) {
    const uuid = await sentAs(messageId);
    // It is marked before its slot is stored. Another form of a message has a longer `uuid`.
    if (uuid === slot.uuid || uuid?.startsWith(`${slot.uuid}.`)) return messageId;
    if (uuid === undefined && candidate.isFile === isFile) unknown ??= messageId;
  }
  return unknown;
}
