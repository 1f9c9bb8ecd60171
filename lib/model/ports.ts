/**
 * The two sides that the bridge stands between. `bridge/` knows nothing else of them; `feishu/`
 * implements {@linkcode Chat}, `opencode/` implements {@linkcode Agent}.
 *
 * Methods that talk to somebody reject with an `ApiError` (the other side said no), a `NetworkError` (no
 * answer, so it is not known whether the call took effect), or the signal's reason. Trying again is the
 * caller's decision unless a method says otherwise. Times are milliseconds since 1970 on this machine's
 * clock, directories are absolute paths, models are `provider/model`.
 */
import type { AgentRequest, PermissionReply } from "./agent_request.ts";
import type { Attachment, Click, IncomingMessage } from "./message.ts";
import type { Place, Target } from "./place.ts";
import type { Reading } from "./reading.ts";
import type { Slot } from "./slot.ts";
import type { FilePatch } from "./tool_call.ts";
import type { Outcome, Run, Work } from "./turn.ts";
import type { View } from "./view.ts";

/** What a chat platform does for the bridge. */
export interface Chat {
  /** How the connection on which messages arrive is doing. */
  readonly connection: ConnectionState;

  /**
   * A slot for a message that does not exist yet.
   *
   * @param uuid At most 50 characters; the same for a message that is made again after a crash.
   */
  slot(target: Target, uuid?: string): Slot;

  /**
   * The slot as it has to be stored before a request to create its message leaves: if the answer is
   * never heard, it says so. Pass it to {@linkcode Chat.show}. Unchanged when the message exists.
   */
  markAttempted(slot: Slot): Slot;

  /**
   * The slot of a message that an earlier run of the program may have created and changed, as it has to be
   * stored before this run changes it: nobody knows all that the earlier run did.
   */
  markResumed(slot: Slot): Slot;

  /**
   * One attempt to make a slot's message show a view, in the first form that the chat takes: creates the
   * message or edits it. After an attempt whose outcome is unknown the same message is found again. A view
   * with a `file` makes the file the message; it is never edited.
   *
   * @returns The slot as it is now: the message may be another one than before.
   */
  show(slot: Slot, view: View, options: ShowOptions): Promise<Slot>;

  /**
   * Least milliseconds between the last live edit of a slot's message and the next. `Infinity` when the
   * edits that are left are needed for its end.
   */
  paceMs(slot: Slot): number;

  /** Splits an answer into as many messages as it takes, each of at most `max` characters and not too large. */
  splitAnswer(markdown: string, max: number): string[];

  /** Marks a message of somebody's with what became of it. */
  react(messageId: string, mark: ReactionMark, signal: AbortSignal): Promise<void>;

  /** The text of a stored message, or of the messages inside a forwarded one; empty when there is nothing to read. */
  readText(messageId: string, signal: AbortSignal): Promise<string>;

  /** Whether a message was recalled. */
  isRecalled(messageId: string, signal: AbortSignal): Promise<boolean>;

  /** What people wrote in a place between two times, oldest first. */
  history(
    place: Place,
    since: number,
    until: number,
    signal: AbortSignal,
  ): Promise<IncomingMessage[]>;

  /**
   * Loads an attachment of a message into a path.
   *
   * @throws {RangeError} When it is too large.
   */
  download(
    messageId: string,
    attachment: Attachment,
    path: string,
    signal: AbortSignal,
  ): Promise<{ readonly bytes: number; readonly mime: string }>;

  /** The largest file that can be shown, in bytes. */
  readonly maxFileBytes: number;

  /** Whether messages of a type can be read; the others get a polite line. */
  isSupported(type: string): boolean;

  /** This machine's time at a time of the chat's, and the other way round. */
  readonly clock: { ours(time: number): number; theirs(time: number): number };
}

/** How a message is shown. */
export interface ShowOptions {
  /**
   * - `growing`: more follows soon. Left out when it would change nothing, or would take an edit that the
   *   end needs.
   * - `resting`: nothing follows for a while. It does not take an edit that the end needs either.
   * - `final`: it must be seen, if need be in a fresh message.
   */
  readonly stage: "growing" | "resting" | "final";
  readonly signal: AbortSignal;
}

/** What became of somebody's message. */
export type ReactionMark = "taken" | Exclude<Outcome, "interrupted">;

/** Whether messages can arrive. */
export interface ConnectionState {
  readonly up: boolean;
  /** Since when. */
  readonly since: number;
  /** Why it is down. */
  readonly lastError?: string;
}

/**
 * What a chat hands over. Each promise resolves once the event is written down, so that it may be
 * acknowledged; when it rejects, the chat sends the event again later.
 */
export interface ChatEvents {
  message(message: IncomingMessage): Promise<void>;
  /** Somebody took a message back. */
  recalled(chatId: string, messageId: string): Promise<void>;
  /** Resolves with a line for the person who pressed the button. */
  clicked(click: Click): Promise<string>;
}

/** What an agent service does for the bridge. Its calls are repeated a few times before they reject. */
export interface Agent {
  /** Creates a session in a directory and returns its id. */
  createSession(directory: string, signal: AbortSignal): Promise<string>;

  /** The session; `undefined` when it is lost. */
  session(session: SessionRef, signal: AbortSignal): Promise<Session | undefined>;

  /** The directory's sessions without those of subagents, newest first. */
  sessions(directory: string, signal: AbortSignal): Promise<Session[]>;

  /** The newest turns of a session, at least two where there are so many; `undefined` when it is lost. */
  history(session: SessionRef, signal: AbortSignal): Promise<SessionHistory | undefined>;

  /** What a turn of the history changed, file by file. */
  changes(session: SessionRef, turn: PastTurn, signal: AbortSignal): Promise<FilePatch[]>;

  /**
   * Undoes everything from a turn on, with what it did to files where the agent can; `null` takes that
   * back.
   *
   * @returns Whether it did: a session that is busy stays as it is.
   */
  rewind(session: SessionRef, turnId: string | null, signal: AbortSignal): Promise<boolean>;

  /** The files of a turn that a rewind over it changes back; none where the agent has no snapshots. */
  restoredFiles(session: SessionRef, turn: PastTurn, signal: AbortSignal): Promise<string[]>;

  /** Makes the ids of a turn. Store them before the turn is posted: posting it again runs it once. */
  begin(
    session: SessionRef,
    choice: { readonly model?: string | undefined; readonly agent?: string | undefined },
  ): Run;

  /**
   * Gives a turn to the agent; resolves when it has begun.
   *
   * @throws {ApiError} with code 404 when the session is lost.
   */
  post(run: Run, work: Work, signal: AbortSignal): Promise<Posted>;

  /** Whether the agent has stored the turn's prompt. */
  hasPrompt(run: Run, signal: AbortSignal): Promise<boolean>;

  /** Follows a turn from now on. Begin before it is posted, or look at it afterwards. */
  follow(run: Run, onNews: (news: News) => void): FollowedTurn;

  /** Ends what the session does, its tools included. */
  abort(run: Run, signal: AbortSignal): Promise<void>;

  /** Takes the prompt of a turn that has ended out of its session, so that the agent does not repeat it. */
  withdraw(run: Run, signal: AbortSignal): Promise<void>;

  /** Answers a permission request. */
  decide(
    directory: string,
    requestId: string,
    reply: PermissionReply,
    signal: AbortSignal,
  ): Promise<Answered>;

  /** Answers a question request, with one list of labels or own words per question. */
  answer(
    directory: string,
    requestId: string,
    answers: readonly (readonly string[])[],
    signal: AbortSignal,
  ): Promise<Answered>;

  /** Dismisses a question request, which ends its turn. */
  dismiss(directory: string, requestId: string, signal: AbortSignal): Promise<Answered>;

  /** The models that can be used. */
  models(directory: string, signal: AbortSignal): Promise<string[]>;

  /** The agents that a person may choose. */
  agents(directory: string, signal: AbortSignal): Promise<string[]>;

  /** The agent service's own slash commands. */
  commands(directory: string, signal: AbortSignal): Promise<AgentCommand[]>;

  /** The context window of a model in tokens, once it is known. */
  contextLimit(model: string): number | undefined;
}

/** A session and the directory in which it lives. */
export interface SessionRef {
  readonly id: string;
  readonly directory: string;
}

/** A session of the agent. */
export interface Session extends SessionRef {
  readonly title: string;
  /** When something last happened in it. */
  readonly updated: number;
  /** The last turn's. */
  readonly model?: string;
  /** The last turn's agent. */
  readonly agent?: string;
}

/** What happened in a session, as far back as it matters. */
export interface SessionHistory {
  /** Oldest first. */
  readonly turns: readonly PastTurn[];
  /** How many of them are in force; those behind are undone. */
  readonly inForce: number;
}

/** A prompt of a session with all that was done for it. */
export interface PastTurn {
  readonly id: string;
  /** What was asked; empty for a compaction. */
  readonly text: string;
  /** The messages of people that belong to it: the prompt, and what went into its turn later. */
  readonly promptIds: readonly string[];
  /** Whether it changed files. */
  readonly hasEdits: boolean;
}

/** How the agent took a turn. */
export interface Posted {
  /** The message that the turn answers: for a compaction, the agent makes it itself. */
  readonly userMessageId: string;
  /** Pictures came along that the agent could not read; they were left out. */
  readonly unreadable?: boolean;
}

/** What is new of a turn: an event, or that events were missed and a look at it is due. */
export type News = "event" | "gap";

/** A turn that is followed. */
export interface FollowedTurn {
  /** Whether the events say that it has ended. */
  readonly hasEnded: boolean;
  /** What the agent waits for; costs next to nothing. */
  readonly requests: readonly AgentRequest[];
  /** What a reader should see now; costs time in proportion to the turn's length. */
  read(): Reading;
  /**
   * Asks the server how the turn stands, and closes the gaps of the events.
   *
   * @returns Whether the session is busy.
   */
  refresh(signal: AbortSignal): Promise<boolean>;
  /** Follows no longer. */
  close(): void;
}

/** `gone`: it was answered elsewhere, or is over. */
export type Answered = "answered" | "gone";

/** A slash command of the agent service. */
export interface AgentCommand {
  readonly name: string;
  readonly description: string;
}
