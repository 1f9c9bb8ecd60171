/** What *always* has allowed, as the agent service keeps it. See `Agent` for what its methods reject with. */
export interface AgentRules {
  /**
   * Lists what is allowed without asking in a directory because somebody has answered *always*. Rules belong to
   * the directory's project: directories without one share them. `undefined`: the agent service does not tell,
   * and forgets them when its server ends.
   */
  savedRules(directory: string, signal: AbortSignal): Promise<SavedRule[] | undefined>;

  /** Since when such a server keeps them, in milliseconds since 1970; `undefined` if somebody else runs it. */
  rulesSince(signal: AbortSignal): Promise<number | undefined>;

  /**
   * Takes rules back: the agent asks again. A rule that is gone already does no harm. Where the agent service
   * does not list them, all rules of the directory go, whatever the ids.
   *
   * @returns `false` if a session of the directory is busy, so that the rules cannot be taken back now.
   */
  forgetRules(directory: string, ids: readonly string[], signal: AbortSignal): Promise<boolean>;
}

/** One thing that is allowed without asking. */
export interface SavedRule {
  readonly id: string;
  /** The kind of action, as in `PermissionRequest.permission`. */
  readonly permission: string;
  /** What it is allowed for: a command, a path, or a pattern of them. */
  readonly pattern: string;
  /** Since when, in milliseconds since 1970 on the agent's clock, if it says so. */
  readonly since?: number;
}
