import { redact } from "../../base/secrets/redact.ts";
import { type LedgerRow, newRow } from "../../model/ledger.ts";
import type { Chat } from "../../model/ports.ts";
import type { TurnRecord } from "../../model/turn.ts";

/** A copy of a file that is on its way to the chat. */
export interface KeptCopy {
  readonly path: string;
  /** Its name in the chat. */
  readonly name: string;
  /** What stands above it. */
  readonly caption?: string | undefined;
}

/**
 * Creates the rows that send a file of a turn.
 *
 * @param n Its number among all files of the turn. The ids derive from it, so they are the same after a crash.
 */
export function sendRows(
  turn: TurnRecord,
  n: number,
  { path, name, caption }: KeptCopy,
  chat: Pick<Chat, "slot">,
): LedgerRow[] {
  const views = [
    ...(caption ? [{ status: "plain", text: redact(caption) } as const] : []),
    { status: "plain", file: path, fileName: name, isTemporary: true } as const,
  ];
  return views.map((view, i) => {
    // Behind the rows of the turn's answer.
    const id = `${turn.id}.f${String(n).padStart(3, "0")}.${i}`;
    const row = newRow(turn.conversation, chat.slot(turn.slot.target, id), view, id);
    return { ...row, isAnswer: true };
  });
}
