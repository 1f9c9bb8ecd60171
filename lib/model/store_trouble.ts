/** Why nothing can be saved or read at the moment. */
export interface StoreTrouble {
  /** The disk of this machine, or the server of a shared KV. */
  readonly of: "disk" | "kv";
  /** In English. */
  readonly why: string;
  /** Since when, in milliseconds since 1970, as far as it is known. */
  readonly since?: number;
}
