import type { Reading } from "./reading.ts";

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
  /** How hard that model was made to think, if somebody chose that. */
  readonly effort?: string;
  /** The agent of the last turn. */
  readonly agent?: string;
  /** Where it is published, if it is. */
  readonly sharedAt?: string;
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

/** A past turn with what became of it. */
export interface ExportedTurn {
  readonly prompt: string;
  /** When it was asked for, in milliseconds since 1970 on the agent's clock. */
  readonly created: number;
  readonly reading: Reading;
}

/** A slash command of the agent service. */
export interface AgentCommand {
  readonly name: string;
  readonly description: string;
}
