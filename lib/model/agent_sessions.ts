import type { ExportedTurn, PastTurn, Session, SessionHistory, SessionRef } from "./session.ts";
import type { FilePatch } from "./tool_call.ts";

/** What an agent service does with its sessions. See `Agent` for what its methods reject with. */
export interface AgentSessions {
  /** Creates a session in a directory and returns its id. */
  createSession(directory: string, signal: AbortSignal): Promise<string>;

  /** Reads a session; `undefined` if it no longer exists. */
  session(session: SessionRef, signal: AbortSignal): Promise<Session | undefined>;

  /** Lists a directory's sessions, newest first, without those of subagents. */
  sessions(directory: string, signal: AbortSignal): Promise<Session[]>;

  /** Reads the last turns of a session, at least two; `undefined` if it no longer exists. */
  history(session: SessionRef, signal: AbortSignal): Promise<SessionHistory | undefined>;

  /** Reads what a past turn changed, file by file. */
  changes(session: SessionRef, turn: PastTurn, signal: AbortSignal): Promise<FilePatch[]>;

  /**
   * Undoes a turn and all later ones, with their file changes if the agent has snapshots. `null` redoes
   * everything undone.
   *
   * @returns `false` if the session is busy and stays unchanged.
   */
  rewind(session: SessionRef, turnId: string | null, signal: AbortSignal): Promise<boolean>;

  /** The files that rewinding a turn restores; none if the agent has no snapshots. */
  restoredFiles(session: SessionRef, turn: PastTurn, signal: AbortSignal): Promise<string[]>;

  /** Gives a session another title. */
  rename(session: SessionRef, title: string, signal: AbortSignal): Promise<void>;

  /**
   * Copies a session; what is done in the copy changes nothing in the session. In one attempt: after a
   * `NetworkError` there may be a copy that nobody uses.
   *
   * @param before The turn from which on nothing is copied; everything is without it.
   */
  fork(session: SessionRef, before: string | undefined, signal: AbortSignal): Promise<Session>;

  /** Whether sessions can be published at all by this generation of the agent service. */
  canShare(signal: AbortSignal): Promise<boolean>;

  /** Publishes a session, also what is added to it later, and returns its address. */
  share(session: SessionRef, signal: AbortSignal): Promise<string>;

  /** Takes back what {@linkcode AgentSessions.share} did; does nothing if the session is not shared. */
  unshare(session: SessionRef, signal: AbortSignal): Promise<void>;

  /** Reads all turns of a session that are in force, oldest first; `undefined` if it no longer exists. */
  exportTurns(session: SessionRef, signal: AbortSignal): Promise<ExportedTurn[] | undefined>;
}
