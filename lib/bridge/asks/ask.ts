import type { FencedAskMemo } from "../../model/ledger.ts";
import type { Target } from "../../model/place.ts";
import type { Effects } from "../effects.ts";
import type { Choice } from "./choice.ts";

/** A question to a person, shown on a card until it is answered, expires, or is withdrawn. */
export interface Ask {
  /** Stays the same across restarts. It is also the id of the row of the card. */
  readonly id: string;
  /** The card's header. */
  readonly title: string;
  /** The choices, asked one at a time. */
  readonly choices: readonly Choice[];
  /** Where the card goes. */
  readonly target: Target;
  /** A sentence in the footer of the card. */
  readonly hint?: string;
  /** Whether a person, by `open_id`, may answer. */
  readonly mayAnswer: (openId: string) => boolean;
  /** How long the ask stays open, in milliseconds. Without it, the ask never expires. */
  readonly timeoutMs?: number;
  /**
   * Acts on the answers, one list of values per choice.
   *
   * @param messageId The id of the message that answered; empty if a click did.
   */
  readonly submit: (
    answers: readonly (readonly string[])[],
    messageId: string,
  ) => Promise<AskEnd>;
  /** Acts when the ask expires. */
  readonly expire?: () => Promise<AskEnd>;
  /** The line on the card if somebody else has answered meanwhile. */
  readonly answeredOutside?: () => string | undefined;
  /** Stored with the card, to reopen a fenced ask after a restart. */
  readonly memo?: FencedAskMemo;
}

/** How an ask ended. */
export interface AskEnd {
  /** The line on the card that says how it ended. */
  readonly line: string;
  /** The effects of the answer, committed together with the card. */
  readonly effects?: Effects;
}

/** Whether the id of an ask is that of an agent's request. The bridge's own ids have a prefix. */
export function isAgentRequest(id: string): boolean {
  return !/^(ask|late)-/.test(id);
}
