/** What somebody has answered with *always* through this bridge. Only the agent service knows whether it still holds. */
export interface AlwaysRule {
  /** The id of the request. */
  readonly id: string;
  readonly directory: string;
  /** The kind of action, as in `PermissionRequest.permission`. */
  readonly permission: string;
  readonly patterns: readonly string[];
  /** When the answer was given, in milliseconds since 1970. */
  readonly since: number;
  /** What `rulesSince` said then: the server that was told. Not known of one that somebody else runs. */
  readonly server?: number;
  /** The machine whose agent was told, if several share the bot. */
  readonly machine?: string;
  /** Who gave it, by `open_id`. */
  readonly by: string;
}
