import type { IncomingMessage } from "./message.ts";

/** Which part of a history is read. */
export interface HistoryQuery {
  /** How far back it is read, in milliseconds since 1970 on the chat platform's clock. */
  readonly since: number;
  /** The page, from {@linkcode HistoryPage.next}; the newest if not set. */
  readonly page?: string | undefined;
}

/** One page of a history. */
export interface HistoryPage {
  /** What people wrote, newest first. */
  readonly messages: readonly IncomingMessage[];
  /** The ids of people's messages that were recalled. */
  readonly recalled: readonly string[];
  /**
   * The topics that begin on this page, with the time of their first messages on the platform's clock,
   * also before `since`. What follows in a topic has a history of its own.
   */
  readonly topics: readonly { readonly id: string; readonly beganAt: number }[];
  /** The next page; not set if all of the history back to `since` was read. */
  readonly next?: string;
}
