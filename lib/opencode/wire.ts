import type { PermissionReply } from "../model/agent_request.ts";
import type { SavedRule } from "../model/agent_rules.ts";
import type { Prompt } from "../model/prompt.ts";
import type { Posted, Unstored } from "../model/ports.ts";
import type { AgentCommand, Session, SessionRef } from "../model/session.ts";
import type { FilePatch } from "../model/tool_call.ts";
import type { Run, Work } from "../model/turn.ts";
import type { StreamKind } from "./http/event_stream.ts";
import type { McpAddress } from "./tools/mcp_address.ts";
import type { PendingRequest, SessionStatus } from "./transcript/event.ts";
import type { Message } from "./transcript/message.ts";

/**
 * One generation of opencode's API, in our own words. Each has an adapter in a folder of its own, and the
 * server decides which one is used. Requests are repeated a few times, then they reject with an `ApiError`, a
 * `NetworkError` or the signal's reason. Directories are absolute paths.
 */
export interface Wire {
  /** Makes a session. */
  createSession(directory: string, signal: AbortSignal): Promise<StoredSession>;

  /** The session; `undefined` when it is lost. */
  session(session: SessionRef, signal: AbortSignal): Promise<StoredSession | undefined>;

  /** The directory's sessions without those of subagents, newest first. */
  sessions(
    query: { readonly directory: string; readonly limit?: number },
    signal: AbortSignal,
  ): Promise<StoredSession[]>;

  /** What the directory's busy sessions do, by id; those that are absent are idle. */
  status(directory: string, signal: AbortSignal): Promise<ReadonlyMap<string, SessionStatus>>;

  /** The session's newest messages, oldest first; `limit` of them when given, fewer only if it has no more. */
  messages(
    session: SessionRef,
    query: { readonly limit?: number },
    signal: AbortSignal,
  ): Promise<Message[]>;

  /** The session's newest prompts, as `Agent.prompts` has them. */
  prompts(session: SessionRef, signal: AbortSignal): Promise<readonly Prompt[]>;

  /** One message; `undefined` when it or its session does not exist. */
  message(session: SessionRef, id: string, signal: AbortSignal): Promise<Message | undefined>;

  /** What the sessions of the directory wait for; `undefined` if the server cannot list it. */
  requests(
    directory: string,
    signal: AbortSignal,
  ): Promise<readonly PendingRequest[] | undefined>;

  /**
   * Gives a turn to opencode, in one attempt; resolves when it has begun. The same run again is run once.
   *
   * @param cancelled Ends the wait before the attempt, but not the attempt.
   */
  post(run: Run, work: Work, signal: AbortSignal, cancelled?: AbortSignal): Promise<Posted>;

  /** The turn as opencode has stored it; `undefined` when it has not. */
  posted(run: Run, work: Work, signal: AbortSignal): Promise<Posted | undefined>;

  /** What may have become of a turn that was posted, perhaps, and that opencode has not stored. */
  unstored(run: Run, work: Work, signal: AbortSignal): Promise<Unstored>;

  /** See `Agent.leadMs`. */
  leadMs(session: SessionRef, signal: AbortSignal): Promise<number>;

  /** Stops what the session does and drops what is queued; does nothing when it is idle or lost. */
  abort(session: SessionRef, signal: AbortSignal): Promise<void>;

  /** Takes back a prompt that a busy session has not read yet; returns whether it was there, unread. */
  withdraw(session: SessionRef, id: string, signal: AbortSignal): Promise<boolean>;

  /** Takes a message out of an idle session for good. */
  removeMessage(session: SessionRef, id: string, signal: AbortSignal): Promise<void>;

  /**
   * Undoes everything from a user message on. Files are put back in git directories only.
   *
   * @throws {ApiError} with code 409 when the session is busy.
   */
  revert(session: SessionRef, messageId: string, signal: AbortSignal): Promise<void>;

  /** Takes back a {@linkcode Wire.revert}; throws like it. */
  unrevert(session: SessionRef, signal: AbortSignal): Promise<void>;

  /** Gives a session another title. */
  rename(session: SessionRef, title: string, signal: AbortSignal): Promise<void>;

  /** Copies what a session has before a user message, or all of it, in one attempt. */
  fork(
    session: SessionRef,
    before: string | undefined,
    signal: AbortSignal,
  ): Promise<StoredSession>;

  /** Publishes a session, or takes that back. */
  share(session: SessionRef, isShared: boolean, signal: AbortSignal): Promise<StoredSession>;

  /** Whether it can publish sessions. */
  readonly canShare: boolean;

  /** What is allowed in a directory because of *always*; see `AgentRules.savedRules`. */
  savedRules(directory: string, signal: AbortSignal): Promise<SavedRule[] | undefined>;

  /** Takes rules back; see `AgentRules.forgetRules`. */
  forgetRules(directory: string, ids: readonly string[], signal: AbortSignal): Promise<boolean>;

  /** What the turn of a user message changed according to git; empty outside of it. */
  diff(session: SessionRef, messageId: string, signal: AbortSignal): Promise<FilePatch[]>;

  /** What the tools changed from a user message on, call by call; also outside git. */
  edits(session: SessionRef, messageId: string, signal: AbortSignal): Promise<FilePatch[]>;

  /**
   * Answers a permission request.
   *
   * @throws {ApiError} with code 404 when it was answered elsewhere or is gone.
   */
  replyPermission(
    directory: string,
    id: string,
    reply: PermissionReply,
    signal: AbortSignal,
  ): Promise<void>;

  /** Answers a question request with one list of labels or free texts per question; throws likewise. */
  replyQuestion(
    directory: string,
    id: string,
    answers: readonly (readonly string[])[],
    signal: AbortSignal,
  ): Promise<void>;

  /** Dismisses a question request, which ends its turn; throws likewise. */
  rejectQuestion(directory: string, id: string, signal: AbortSignal): Promise<void>;

  /** The providers and models that can be used. */
  providers(directory: string, signal: AbortSignal): Promise<Provider[]>;

  /** The directory's agents. */
  agents(directory: string, signal: AbortSignal): Promise<AgentEntry[]>;

  /** opencode's own commands in this directory. */
  commands(directory: string, signal: AbortSignal): Promise<AgentCommand[]>;

  /** The rules `ask` of the user's own configuration, without opencode's built-in ones. */
  askRules(directory: string, signal: AbortSignal): Promise<string[]>;

  /** How a running server gets our tools; `undefined` if it takes none. */
  readonly tools?: WireTools;

  /** Whether it says which prompts were put in elsewhere. */
  readonly showsOthers: boolean;

  /** Where the events of all sessions come from. */
  readonly stream: StreamKind;
}

/** How a running server gets the tools of an MCP server. Each request is made once. */
export interface WireTools {
  /**
   * Offers them to the sessions of a directory; resolves with whether they have them.
   *
   * @param isKnown Whether this address was offered to the running server before: then it is only offered again
   * if the server has lost it.
   */
  offer(
    directory: string,
    address: McpAddress,
    isKnown: boolean,
    signal: AbortSignal,
  ): Promise<boolean>;

  /** Takes them from the sessions of a directory. */
  withdraw(directory: string, signal: AbortSignal): Promise<void>;
}

/** A session with what only this room needs to know. */
export interface StoredSession extends Session {
  /** The session whose subagent it is. */
  readonly parentId?: string;
  /** When somebody put it away. */
  readonly archived?: number;
  /** The user message from which on everything is undone. */
  readonly revertedFrom?: string;
}

/** A model provider that can be used. */
export interface Provider {
  readonly id: string;
  readonly name: string;
  readonly models: readonly {
    readonly id: string;
    /** Context window in tokens. */
    readonly context?: number;
    /** How hard it can be made to think. */
    readonly efforts: readonly string[];
  }[];
}

/** An agent of opencode (`build`, `plan`, …). */
export interface AgentEntry {
  readonly name: string;
  /** `primary`, `subagent` or `all`. */
  readonly mode: string;
  readonly hidden: boolean;
}

/** The session of a run. */
export function sessionOf({ sessionId: id, directory }: Run): SessionRef {
  return { id, directory };
}
