import type { FencedAskMemo } from "../../model/ledger.ts";
import type { Target } from "../../model/place.ts";
import type { Effects } from "../effects.ts";
import type { Choice } from "./choice.ts";

/** Something that waits for a person: asked, then answered here, answered elsewhere, expired, or over. */
export interface Ask {
  /** The same for the same question, also after a restart; the card's row has it. */
  readonly id: string;
  /** The card's header. */
  readonly title: string;
  /** Asked one after the other. */
  readonly choices: readonly Choice[];
  /** Where the card goes. */
  readonly target: Target;
  /** A sentence for the card beside how to answer. */
  readonly hint?: string;
  /** Whether a person, by `open_id`, may answer. */
  readonly mayAnswer: (openId: string) => boolean;
  /** Milliseconds after which the ask expires; it stays open without. */
  readonly timeoutMs?: number;
  /**
   * Acts on the answers, one list of values for each choice.
   *
   * @param messageId The message that answered; empty when a click did.
   */
  readonly submit: (
    answers: readonly (readonly string[])[],
    messageId: string,
  ) => Promise<AskEnd>;
  /** Acts on the silence. */
  readonly expire?: () => Promise<AskEnd>;
  /** Stored with the card, for asks that nothing else can tell again after a restart. */
  readonly memo?: FencedAskMemo;
}

/** How an ask ended. */
export interface AskEnd {
  /** Says so on the card. */
  readonly line: string;
  /** What follows from the answer; committed together with the card. */
  readonly effects?: Effects;
}

/** Whether an ask is the agent's own request, by its id: those of the bridge are named after what led to them. */
export function isAgentRequest(id: string): boolean {
  return !/^(ask|late)-/.test(id);
}
