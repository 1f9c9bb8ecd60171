import { type LedgerRow, newRow } from "../../model/ledger.ts";
import type { Target } from "../../model/place.ts";
import type { RowChange } from "../../store/changes.ts";
import type { Services } from "../services.ts";
import { askView } from "./ask_view.ts";
import type { OpenAsk } from "./open_ask.ts";

/** What {@linkcode AskRows} needs. */
export interface AskRowsOptions extends Pick<Services, "chat" | "texts"> {
  /** The conversation's key. */
  readonly conversation: string;
}

/** Makes the rows of the asks of a conversation. */
export class AskRows {
  readonly #options: AskRowsOptions;

  constructor(options: AskRowsOptions) {
    this.#options = options;
  }

  /** A message about an ask. */
  notice(target: Target, text: string): LedgerRow {
    const { chat, conversation } = this.#options;
    return newRow(conversation, chat.slot(target), { status: "plain", text });
  }

  /** The card of an ask. `closingLine` closes it. */
  card({ ask, answers }: OpenAsk, closingLine?: string): LedgerRow {
    const { chat, conversation, texts } = this.#options;
    const { id, target, memo, allows } = ask;
    const view = askView(ask, { answers, conversation, closingLine }, texts);
    const row = newRow(conversation, chat.slot(target), view, id);
    const stored = { ...(memo && { memo }), ...(allows && { allows }) };
    return { ...row, keep: closingLine === undefined, ...stored };
  }

  /** Notes on the card of an ask that it is answered. */
  answered(id: string): RowChange {
    const { conversation } = this.#options;
    return { id, conversation, change: (row) => row && { ...row, isAnswered: true } };
  }

  /**
   * Shows the state of an ask on its card, or makes the card.
   *
   * @param isCurrent Whether the state is still so when it is committed.
   */
  cardChange(open: OpenAsk, isCurrent: () => boolean, closingLine?: string): RowChange {
    const row = this.card(open, closingLine);
    const { id, conversation, view, keep = false } = row;
    const change = (now: LedgerRow | undefined): LedgerRow | undefined => {
      if (!isCurrent()) return now;
      if (now === undefined) return row;
      const isUnchanged = now.keep === keep && JSON.stringify(now.view) === JSON.stringify(view);
      return isUnchanged ? now : { ...now, view, keep, shown: false };
    };
    return { id, conversation, change };
  }
}
