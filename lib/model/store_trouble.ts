/** Why nothing can be saved or read at the moment. */
export interface StoreTrouble {
  /** The disk of this machine, or the server of a shared KV. */
  readonly of: "disk" | "kv";
  /** In English, for the log; for the chat after `reasonZh`. */
  readonly why: string;
}
