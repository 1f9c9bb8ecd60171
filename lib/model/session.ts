/** A session and its directory. */
export interface SessionRef {
  readonly id: string;
  readonly directory: string;
}

/** A session of the agent. */
export interface Session extends SessionRef {
  readonly title: string;
  /** The time of its last activity. */
  readonly updated: number;
  /** The model of the last turn. */
  readonly model?: string;
  /** The agent of the last turn. */
  readonly agent?: string;
}

/** The last turns of a session. */
export interface SessionHistory {
  /** Oldest first. */
  readonly turns: readonly PastTurn[];
  /** How many of them are in force; the later ones are undone. */
  readonly inForce: number;
}

/** A past prompt of a session with everything done for it. */
export interface PastTurn {
  readonly id: string;
  /** The text of the prompt; empty for a compaction. */
  readonly text: string;
  /** The ids of its user messages: the prompt, and messages added while the turn ran. */
  readonly promptIds: readonly string[];
  /** Whether it changed files. */
  readonly hasEdits: boolean;
}

/** A slash command of the agent service. */
export interface AgentCommand {
  readonly name: string;
  readonly description: string;
}
