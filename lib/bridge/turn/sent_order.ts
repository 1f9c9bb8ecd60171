import type { TurnRecord } from "../../model/turn.ts";

/** What decides on the order of the turns of a conversation. */
export type Ordered =
  & Pick<TurnRecord, "state">
  & Partial<Pick<TurnRecord, "sentAt" | "isConfirmed" | "steers">>;

/**
 * Whether a turn that waits was sent after another, and runs after it whichever came first: Feishu promises no order,
 * and sends again what it could not deliver. One that came late and was asked about waits its turn.
 */
export function isSentAfter(one: Ordered, other: Ordered): boolean {
  if (one.state.kind !== "queued" || one.steers !== undefined) return false;
  if (one.isConfirmed || other.isConfirmed) return false;
  return (one.sentAt ?? -Infinity) > (other.sentAt ?? Infinity);
}

/** Turns in the order in which they run; those that do not wait keep their places. */
export function inSentOrder<T extends Ordered>(turns: readonly T[]): T[] {
  const ordered: T[] = [];
  for (const turn of turns) {
    const later = turn.state.kind === "queued"
      ? ordered.findIndex((one) => isSentAfter(one, turn))
      : -1;
    ordered.splice(later === -1 ? ordered.length : later, 0, turn);
  }
  return ordered;
}
