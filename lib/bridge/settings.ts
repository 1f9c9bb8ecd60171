import type { AllowedUsers } from "../model/settings.ts";

/** The settings that the rules depend on. */
export interface BridgeSettings {
  readonly allowedUsers: AllowedUsers;
  /** The directory in which a conversation begins. */
  readonly cwd: string;
  /** Milliseconds for which a message id is remembered. */
  readonly dedupTtlMs: number;
  /** Age in milliseconds from which on a message is asked about instead of run. */
  readonly lateAfterMs: number;
  /** Milliseconds for which a question of the agent stays open. */
  readonly askTimeoutMs: number;
  /** Most characters of an answer in one message. */
  readonly maxMessageLength: number;
  /** Whether the agent's server ends with the bridge. */
  readonly ownsAgent: boolean;
  /** A private directory for long answers that wait for their delivery. */
  readonly answersDir: string;
  /** The same for what messages bring, and for other files that are sent to the chat. */
  readonly filesDir: string;
}
