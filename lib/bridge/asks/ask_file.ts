import { describe } from "../../base/errors.ts";
import { type LedgerRow, newRow } from "../../model/ledger.ts";
import type { Services } from "../services.ts";
import type { Ask } from "./ask.ts";

/** What {@linkcode fileRows} needs. */
export interface AskFileOptions extends Pick<Services, "chat" | "log"> {
  /** The conversation's key. */
  readonly conversation: string;
}

/** The row of the file that is sent above the new card of an ask, if it has one and the disk takes it. */
export async function fileRows(
  { id, target, writeFile }: Ask,
  { conversation, chat, log }: AskFileOptions,
): Promise<LedgerRow[]> {
  try {
    const file = await writeFile?.();
    if (file === undefined) return [];
    const row = newRow(conversation, chat.slot(target), {
      status: "plain",
      file,
      isTemporary: true,
    });
    // Rows are sent in the order of their times, and the card's may be the same.
    return [{ ...row, createdAt: row.createdAt - 1 }];
  } catch (error) {
    log.error(`ask ${id}: cannot write its file: ${describe(error)}`);
    return [];
  }
}
