import type { LedgerRow } from "../../model/ledger.ts";
import type { IncomingMessage } from "../../model/message.ts";
import type { Chat } from "../../model/ports.ts";
import type { Slot } from "../../model/slot.ts";
import type { RowChange } from "../../store/changes.ts";
import type { Services } from "../services.ts";

/** The card of an ask in the chat: whether it was delivered, and since when somebody may have seen it. */
export class AskCard {
  readonly #clock: Chat["clock"];
  /** The messages that show it: a fresh one follows if the chat refuses an edit. */
  readonly #messageIds = new Set<string>();
  readonly #delivered = Promise.withResolvers<void>();
  #shownAt: number | undefined;
  #offered: readonly string[] | undefined;
  /** When the chat created the card, on the clock of the chat. */
  #createdAt = Infinity;

  constructor(clock: Chat["clock"]) {
    this.#clock = clock;
  }

  /** When the card was first delivered (ms since 1970), if it was. */
  get shownAt(): number | undefined {
    return this.#shownAt;
  }

  /** Resolves when the card was delivered. */
  get delivered(): Promise<void> {
    return this.#delivered.promise;
  }

  /** The values of the buttons of a notice that had to take the card's place. */
  get offered(): readonly string[] | undefined {
    return this.#offered;
  }

  /** Takes the current row of the card. */
  take({ slot, view, shownAt, createdAt }: LedgerRow): void {
    if (slot.messageId === undefined) return;
    this.addMessage(slot);
    this.#offered = view.isLastResort
      ? view.buttons?.map(({ value }) => String(value["choice"]))
      : undefined;
    // Rows of older versions of this program do not say when they were delivered.
    this.#shownAt ??= shownAt ?? createdAt;
    const created = slot.createdAt ?? this.#clock.theirs(this.#shownAt);
    this.#createdAt = Math.min(this.#createdAt, created);
    this.#delivered.resolve();
  }

  /** Adds a message that stands for the card when it is quoted. */
  addMessage({ messageId }: Slot): void {
    if (messageId !== undefined) this.#messageIds.add(messageId);
  }

  /** Adds the message of another row that stands for the card. */
  addRow(id: string, outbox: Pick<Services["outbox"], "watch" | "unwatch">): void {
    outbox.watch(id, ({ slot }) => {
      outbox.unwatch(id);
      this.addMessage(slot);
    });
  }

  /** Whether a message quotes the card. */
  isQuotedBy({ parentId }: IncomingMessage): boolean {
    return parentId !== undefined && this.#messageIds.has(parentId);
  }

  /** Whether a message was written after the card was delivered. Both times are of the chat's clock. */
  isOlderThan({ createdAt }: IncomingMessage): boolean {
    return this.#clock.theirs(createdAt) >= this.#createdAt;
  }
}

/** Closes a card whose ask is unknown, unless something else has closed it meanwhile. */
export function closeCard({ id, conversation }: LedgerRow, closingLine: string): RowChange {
  const change = (now: LedgerRow | undefined): LedgerRow | undefined =>
    now?.keep
      ? {
        ...now,
        view: { ...now.view, status: "closed", buttons: [], footer: closingLine },
        keep: false,
        shown: false,
      }
      : now;
  return { id, conversation, change };
}
