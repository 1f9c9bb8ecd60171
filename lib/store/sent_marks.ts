/**
 * Marks of the bridge's own messages. They tell a message from one whose creation was never confirmed, so
 * they are kept as long as the creation of any message is unclear.
 */
import type { LedgerRow } from "../model/ledger.ts";
import { conversationKey } from "../model/place.ts";
import type { Slot } from "../model/slot.ts";
import type { TurnRecord } from "../model/turn.ts";
import { deleteKeys } from "./kv/delete_keys.ts";
import type { AtomicChanges, Kv } from "./kv/kv.ts";

/** What is stored under `["sent", messageId]`. Older versions stored `true`, with an expiry. */
interface SentMark {
  /** In milliseconds since 1970. */
  readonly at: number;
  /** The key of the chat or topic. */
  readonly place: string;
  /** The `uuid` of the slot that it was created for. Marks of older versions have none. */
  readonly uuid?: string;
  /** It says what the agent answered. */
  readonly isAnswer?: true;
}

/** How long marks are kept without a reason, in milliseconds. */
const KEEP_MS = 2 * 24 * 3_600_000;
/** How much older than an unclear message a mark may be and still count, in milliseconds. */
const MARGIN_MS = 3_600_000;

/** Adds the mark of a slot's message to a commit, if the message exists; returns the commit. */
export function markSent(
  atomic: AtomicChanges,
  slot: (Slot & Pick<LedgerRow, "isAnswer">) | undefined,
): AtomicChanges {
  if (slot?.messageId === undefined) return atomic;
  const { messageId, target, uuid, isAnswer } = slot;
  const place = conversationKey(target);
  const mark: SentMark = { at: Date.now(), place, uuid, ...(isAnswer && { isAnswer }) };
  return atomic.set(["sent", messageId], mark);
}

/** Whether a message is marked, and not as an answer. */
export async function isNotice(kv: Kv, messageId: string): Promise<boolean> {
  const { value } = await kv.get<SentMark | true>(["sent", messageId]);
  return value !== null && value !== true && !value.isAnswer;
}

/** The `uuid` of the slot that a message was created for; empty if it is not known, `undefined` without a mark. */
export async function sentAs(kv: Kv, messageId: string): Promise<string | undefined> {
  const { value } = await kv.get<SentMark | true>(["sent", messageId]);
  return value === null ? undefined : value === true ? "" : value.uuid ?? "";
}

/**
 * Deletes the marks that nobody can need.
 *
 * @returns The newest message of each chat or topic, by its key.
 */
export async function sweepMarks(
  kv: Kv,
  rows: readonly LedgerRow[],
  turns: readonly TurnRecord[],
): Promise<ReadonlyMap<string, string>> {
  const unclear = rows.flatMap(({ slot }) =>
    slot.messageId === undefined ? slot.triedAt ?? [] : []
  );
  const open = turns.map(({ slot, createdAt }) => Math.min(createdAt, slot.triedAt ?? createdAt));
  const since = [...unclear, ...open].reduce(
    (least, time) => Math.min(least, time - MARGIN_MS),
    Date.now() - KEEP_MS,
  );
  const newest = new Map<string, { readonly id: string; readonly at: number }>();
  const old: Deno.KvKey[] = [];
  for await (const { key, value } of kv.list<SentMark | true>({ prefix: ["sent"] })) {
    if (value === true) continue;
    const { at, place } = value;
    if (at < since) old.push(key);
    else if (at > (newest.get(place)?.at ?? 0)) newest.set(place, { id: String(key[1]), at });
  }
  await deleteKeys(kv, old);
  return new Map([...newest].map(([place, { id }]) => [place, id]));
}
