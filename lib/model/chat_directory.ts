/** The names of chats and people. Each method makes the calls that it takes, each in one attempt. */
export interface ChatDirectory {
  /** The groups that the bot is in. */
  groups(signal: AbortSignal): Promise<KnownNames>;
  /** People, by `open_id`. */
  people(openIds: readonly string[], signal: AbortSignal): Promise<KnownNames>;
}

/** Names by id, as far as the chat platform tells them. */
export interface KnownNames {
  readonly names: ReadonlyMap<string, string>;
  /** The scope without which it tells none. */
  readonly missing?: string;
}
