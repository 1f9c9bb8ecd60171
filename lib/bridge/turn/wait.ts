/** Why a turn does not go on at the moment. */
export interface Wait {
  /** A sentence for its message. */
  readonly note: string;
  /** What it waits for, for `/status`. */
  readonly waitsFor: string;
}
