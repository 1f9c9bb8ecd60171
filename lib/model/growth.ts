/** How far a message has grown while it follows a turn. It decides when the next live edit may follow. */
export interface Growth {
  /** The age of the turn at the last live edit, in milliseconds. */
  readonly ageMs: number;
  /** How many live edits there were, and calls for asks. */
  readonly edits: number;
  /** Whether the next edit shows more than text that has grown, for example a tool call or an ask. */
  readonly isStep: boolean;
}
