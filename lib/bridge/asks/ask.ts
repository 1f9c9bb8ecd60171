import type { Changes } from "../../store/changes.ts";
import type { Allows, FencedAskMemo } from "../../model/ledger.ts";
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
  /**
   * How long the ask stays open once its card was delivered, in milliseconds. Without it, the ask never
   * expires.
   */
  readonly timeoutMs?: number;
  /**
   * Acts on the answers, one list of values per choice.
   *
   * @param answerer Who gave the last of them, and how.
   */
  readonly submit: (
    answers: readonly (readonly string[])[],
    answerer: Answerer,
  ) => Promise<AskEnd>;
  /** What is stored with the answers before they are acted on: after a crash they may have taken effect. */
  readonly noted?: (
    answers: readonly (readonly string[])[],
    answerer: Answerer,
  ) => Promise<Changes>;
  /** Acts when the ask expires. */
  readonly expire?: () => Promise<AskEnd>;
  /** The line on the card if somebody else has answered meanwhile. */
  readonly answeredOutside?: () => string | undefined;
  /**
   * Writes a file that is sent above the card, because not all fits on that. The file is deleted when it was
   * delivered.
   *
   * @returns Its path; `undefined` if there is no room.
   */
  readonly writeFile?: () => Promise<string | undefined>;
  /** Stored with the card, to reopen a fenced ask after a restart. */
  readonly memo?: FencedAskMemo;
  /** Stored with the card: what *always* would allow, for the ask of a later run of the program. */
  readonly allows?: Allows;
}

/** Who answered an ask. */
export interface Answerer {
  /** The person's `open_id`. */
  readonly by: string;
  /** The id of the message that answered; empty if a click did. */
  readonly messageId: string;
}

/** How an ask ended. */
export interface AskEnd {
  /** The line on the card that says how it ended. */
  readonly line: string;
  /** What is still asked on the same card, if the answer was only for a part. */
  readonly rest?: Ask;
  /** The effects of the answer, committed together with the card. */
  readonly effects?: Effects;
}

/** An open ask as `/status` shows it. */
export interface AskSummary {
  readonly title: string;
  /** When its card was delivered (ms since 1970), if it was. */
  readonly since: number | undefined;
}

/**
 * The kinds of the bridge's own asks, by how their ids begin:
 * - `ask`: a fenced ask, or one of a command;
 * - `late`: what came late;
 * - `voice`: what was heard in a voice message;
 * - `budget`: whether a turn may go over a budget.
 *
 * All other ids are those of the agent's requests, so an ask of a new kind needs an entry here.
 */
const OWN_KINDS = ["ask", "late", "voice", "budget"] as const;

/** A kind of the bridge's own asks. */
export type OwnAskKind = (typeof OWN_KINDS)[number];

/** The id of one of the bridge's own asks. @param about The id of what it is about, which makes it unique. */
export function ownAskId(kind: OwnAskKind, about: string): string {
  return `${kind}-${about}`;
}

/** Whether an ask, by its id, is of a kind. */
export function isOfKind(id: string, kind: OwnAskKind): boolean {
  return id.startsWith(`${kind}-`);
}

/** Whether an ask, by its id, is a request of the agent. */
export function isAgentRequest(id: string): boolean {
  return !OWN_KINDS.some((kind) => isOfKind(id, kind));
}

/** What the confirmation to publish a session is called. */
export const SHARE = "share";

/** Whether the answer to an ask, by its id, goes to the agent, which may take long to take it. */
export function goesToAgent(id: string): boolean {
  return isAgentRequest(id) || id.startsWith(ownAskId("ask", `${SHARE}-`));
}
