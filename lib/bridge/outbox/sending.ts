/** The sending of a conversation's rows. */
export interface Sending {
  done: Promise<void>;
  /** Rows were committed meanwhile. */
  isWanted: boolean;
  /** The chat wants to be left alone until then, by `performance.now()`. */
  busyUntil: number;
}
