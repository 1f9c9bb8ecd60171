import type { LedgerRow } from "../../model/ledger.ts";
import type { RelayedEvent } from "../../model/relayed_event.ts";
import type { Shared } from "../../store/shared.ts";

/** A store that machines may share. */
export interface MaybeShared {
  readonly shared: Shared | undefined;
}

/** Whether this machine works for a conversation, by its key: always, where it is the only one. */
export function isOurs({ shared }: MaybeShared, key: string): boolean {
  return shared?.owners.isOurs(key) ?? true;
}

/** Whether this machine sends the messages of a conversation, by its key, or one row of them. */
export function maySend({ shared }: MaybeShared, key: string, row?: LedgerRow): boolean {
  if (row?.shown) return false;
  if (shared === undefined || shared.owners.isOurs(key)) return true;
  return shared.owners.maySend(key) && (row === undefined || isForOthers(row));
}

/**
 * Whether another machine can send a row for one that is away: nobody has to answer it, and it needs no file
 * of that machine.
 */
export function isForOthers({ shown, keep, view }: LedgerRow): boolean {
  return !shown && !keep && view.file === undefined;
}

/** Passes an event on to the machine of a conversation, by its key. */
export async function passOn(
  { shared }: MaybeShared,
  key: string,
  event: RelayedEvent,
): Promise<void> {
  const machine = shared?.owners.entry(key)?.ownership.machine;
  if (machine !== undefined) await shared?.relay(machine, event);
}
