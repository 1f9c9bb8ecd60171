import type { Slot } from "./slot.ts";

/** How a message is shown. */
export interface ShowOptions {
  /**
   * - `growing`: more follows soon. Skipped if nothing would change, or if the edit is reserved for the
   *   end of the message.
   * - `resting`: nothing follows for a while. Does not use a reserved edit either.
   * - `final`: must be shown, in a new message if necessary.
   */
  readonly stage: "growing" | "resting" | "final";
  readonly signal: AbortSignal;
  /**
   * Stores the slot that the next request is for, when that is not the one passed. A crash after that request
   * then creates no second message. Without it, a message is shown only in forms that do not need this.
   */
  readonly keep?: (slot: Slot) => Promise<void>;
  /**
   * Stores that a message has to show a view that `isReplaced`: another one stands in its place now. Called before
   * the slot of that one is returned, and perhaps again after a crash. Without it, the message stays as it is.
   */
  readonly keepReplaced?: (old: Slot) => Promise<void>;
}
