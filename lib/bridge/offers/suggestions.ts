import type { ConversationRecord } from "../../model/conversation.ts";
import type { LedgerRow } from "../../model/ledger.ts";
import type { Chat } from "../../model/ports.ts";
import type { TurnRecord } from "../../model/turn.ts";
import type { View } from "../../model/view.ts";
import type { Changes } from "../../store/changes.ts";
import type { Texts } from "../../texts/texts.ts";
import type { Outbox } from "../outbox/outbox.ts";
import type { Admission } from "../people/admission.ts";
import type { Languages } from "../places/languages.ts";

/** What {@linkcode Suggestions} need. */
export interface SuggestionsOptions {
  readonly chat: Pick<Chat, "offers">;
  readonly outbox: Pick<Outbox, "watch" | "unwatch">;
  readonly admission: Pick<Admission, "mayUse">;
  readonly languages: Languages;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
}

/** A conversation whose turns end. */
export interface SuggestionsConversation {
  readonly record: Pick<ConversationRecord, "key" | "chatType" | "threadId">;
  readonly queue: { readonly turns: readonly { readonly record: Pick<TurnRecord, "id"> }[] };
}

/** What makes sense after a turn that has changed files. */
const COMMANDS = ["/diff", "/undo"];

/** A turn that was shorter, in milliseconds, gets no suggestions: they would cost a tenth of its calls. */
const SHORT_MS = 8_000;

/** Suggests what a person may want to send after a turn in a direct chat. */
export class Suggestions {
  readonly #options: SuggestionsOptions;

  constructor(options: SuggestionsOptions) {
    this.#options = options;
  }

  /**
   * Suggests texts below the last message of a turn once it is delivered. Call it before the end of the turn
   * is committed.
   */
  afterTurn(
    { closed = [], rows = [] }: Pick<Changes, "closed" | "rows">,
    { record, queue }: SuggestionsConversation,
  ): void {
    const { chat, outbox, admission, languages, signal } = this.#options;
    const [turn] = closed;
    const last = rows.at(-1);
    if (turn === undefined || last === undefined || !admission.mayUse(turn.sender)) return;
    if (record.chatType !== "p2p" || record.threadId !== undefined) return;
    // Its card asks for something already.
    if (rows.some(({ keep }) => keep)) return;
    const words = suggestionsFor(turn, rows.map(({ view }) => view), languages.textsOf(record.key));
    if (words.length === 0) return;
    const suggestBelow = ({ id }: LedgerRow) =>
      outbox.watch(id, ({ slot }, ping) => {
        outbox.unwatch(id);
        // It will be the newest message, the only one that takes suggestions.
        if (ping !== undefined) return suggestBelow(ping);
        const isNextOnItsWay = queue.turns.some((one) => one.record.id !== turn.id);
        if (!isNextOnItsWay) void chat.offers.suggest(slot, words, signal);
      });
    suggestBelow(last);
  }
}

/** The texts that make sense after a turn, by what its messages show. */
export function suggestionsFor(
  { state }: Pick<TurnRecord, "state">,
  views: readonly View[],
  texts: Texts,
): string[] {
  if (state.kind !== "ended" || state.outcome === "failed" || state.run === undefined) return [];
  if (Date.now() - state.run.startedAt < SHORT_MS) return [];
  const hasWorked = views.some(({ tools = [], hiddenTools = 0 }) => tools.length + hiddenTools > 0);
  const hasChanged = views.some(({ files = [] }) => files.length > 0);
  const isCut = views.some(({ note = "", error = "" }) =>
    `${note}${error}`.includes(texts.lengthCut)
  );
  const mayGoOn = state.outcome !== "done" || hasWorked || isCut;
  return [
    ...(mayGoOn ? [texts.suggestContinue] : []),
    ...(hasChanged ? COMMANDS : []),
  ];
}
