/**
 * What to do about a refusal:
 * - `wait`: make the same call later, after the delay that the server names;
 * - `renew`: make it once more with a fresh token;
 * - `used-up`: the month's calls are used up: nothing can be called until the month ends;
 * - `resend`: the message can no longer be edited or replied to; send a fresh one;
 * - `fresh-card`: this card entity cannot be sent; send a fresh card under a fresh `uuid`;
 * - `degrade`: this content is not accepted; a simpler form may be: a plainer card, a file for an image;
 * - `gone`: the message to be read was recalled or deleted;
 * - `stop`: the chat or the app takes it in no form until somebody changes a setting;
 * - `credentials`: the app's id, secret or domain is wrong; only the user can correct that;
 * - `reopen`: the card is not streaming; switch streaming on and make the same change again;
 * - `renumber`: the card has seen a higher sequence; make the same change again with one far above;
 * - `rewrite`: this element of the card cannot be written on its own; replace the whole card;
 * - `unavailable`: the endpoint does not exist for this app; do without it.
 */
export type Reaction =
  | "wait"
  | "renew"
  | "used-up"
  | "resend"
  | "fresh-card"
  | "degrade"
  | "gone"
  | "stop"
  | "credentials"
  | "reopen"
  | "renumber"
  | "rewrite"
  | "unavailable";

/** What a code of Feishu means. */
export interface CodeMeaning {
  readonly meaning: string;
  readonly reaction: Reaction;
  /** The scope that the app lacks, if the code tells. */
  readonly scope?: string;
  /** Set when a wait is for one chat, message or card; other waits are for the API that was called. */
  readonly limits?: "target";
  /** How long to wait, in milliseconds, when the server names no delay. */
  readonly afterMs?: number;
}
