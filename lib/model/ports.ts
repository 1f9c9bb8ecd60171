/**
 * The two ports of the bridge. `bridge/` knows the chat platform and the agent service only through
 * them. `feishu/` implements {@linkcode Chat}, `opencode/` implements {@linkcode Agent}.
 *
 * Methods that call a server reject with an `ApiError` (the server refused), a `NetworkError` (no
 * response, so it is unknown whether the call took effect), or the signal's reason. The caller decides
 * whether to retry, unless a method says otherwise. Times are milliseconds since 1970 on this machine's
 * clock, directories are absolute paths, models are `provider/model`.
 */
import type { PermissionReply } from "./agent_request.ts";
import type { AgentRules } from "./agent_rules.ts";
import type { AgentSessions } from "./agent_sessions.ts";
import type { OfferedTools } from "./agent_tool.ts";
import type { FollowedTurn } from "./followed_turn.ts";
import type { Growth } from "./growth.ts";
import type { News } from "./news.ts";
import type { HistoryPage, HistoryQuery } from "./history_page.ts";
import type { Attachment, IncomingMessage } from "./message.ts";
import type { ChatOffers } from "./offers.ts";
import type { Prompt } from "./prompt.ts";
import type { PastMessage } from "./past_message.ts";
import type { Place, Target } from "./place.ts";
import type { AgentCommand, SessionRef } from "./session.ts";
import type { ShowOptions } from "./show_options.ts";
import type { Refusal, RenderMode, Slot } from "./slot.ts";
import type { Outcome, Run, Work } from "./turn.ts";
import type { View } from "./view.ts";

/** What a chat platform does for the bridge. */
export interface Chat {
  /**
   * Creates a slot for a message that does not exist yet.
   *
   * @param uuid At most 50 characters. Pass the same one if the message may be created again after a
   * crash.
   * @param mode How its message is drawn, if not as all are.
   */
  slot(target: Target, uuid?: string, mode?: RenderMode): Slot;

  /** The slot of a card's message for which none is stored, once somebody has pressed a button of the card. */
  slotOf(target: Target, messageId: string): Slot;

  /**
   * Returns the slot to store before a request to create its message is sent. It records the attempt,
   * in case the response never arrives. Pass it to {@linkcode Chat.show}. A slot whose message exists is
   * returned unchanged.
   */
  markAttempted(slot: Slot): Slot;

  /**
   * Returns the slot to store before this run of the program changes a message of an earlier run. It
   * allows for attempts and edits of the earlier run that were not stored.
   */
  markResumed(slot: Slot): Slot;

  /**
   * Makes one attempt to show a view in a slot's message: creates the message, or edits it. Uses the
   * first render mode that the chat accepts. If an earlier attempt created the message without its
   * response arriving, that message is found and used. A view with a `file` becomes a file message, which
   * is never edited. One that `isReplaced` is given up when the chat refuses it for good.
   *
   * @returns The new state of the slot. It may refer to a different message than before.
   */
  show(slot: Slot, view: View, options: ShowOptions): Promise<Slot>;

  /** What an error of {@linkcode Chat.show} refuses; `undefined` if it refuses nothing for good. */
  refusal(error: unknown): Refusal | undefined;

  /**
   * The shortest time from the last live edit of a slot's message to the next, in milliseconds; more with
   * its growth, as calls are limited. `Infinity` if the remaining edits are reserved for its end.
   */
  paceMs(slot: Slot, growth: Growth): number;

  /**
   * Waits until one more live edit may leave: the chat takes only so many of all messages together. Ends early,
   * without an error, when the signal aborts.
   *
   * @returns Whether that took a while, so that there may be something newer to show.
   */
  waitToEdit(signal: AbortSignal): Promise<boolean>;

  /** The id of the newest of the bridge's messages in a place, if it is known. */
  newest(target: Target): string | undefined;

  /** Splits an answer into messages of at most `max` characters that fit the chat's size limits. */
  splitAnswer(markdown: string, max: number): string[];

  /** Adds a reaction to a person's message that shows what became of it; resolves with its id. */
  react(messageId: string, mark: ReactionMark, signal: AbortSignal): Promise<string>;

  /** Removes a reaction that {@linkcode Chat.react} has added. */
  unreact(messageId: string, reactionId: string, signal: AbortSignal): Promise<void>;

  /** What the chat may offer besides messages. */
  readonly offers: ChatOffers;

  /** Reads a message that another one refers to, with the messages that it forwards. */
  readMessage(messageId: string, signal: AbortSignal): Promise<PastMessage>;

  /**
   * Reads what was said before a message in its topic, or in its chat: the last messages, and in a topic the first
   * one, if the message names it.
   */
  readTopic(message: IncomingMessage, signal: AbortSignal): Promise<TopicReading>;

  /** The permission of the chat platform that is missing, if the error of a read in a place says so. */
  missingScope(error: unknown, place: Pick<Place, "chatType">): string | undefined;

  /** Whether a message was recalled. */
  isRecalled(messageId: string, signal: AbortSignal): Promise<boolean>;

  /** Reads one page of the history of a place, newest first. */
  history(place: Place, query: HistoryQuery, signal: AbortSignal): Promise<HistoryPage>;

  /**
   * Downloads an attachment of a message to a path.
   *
   * @param mayWrite Asked before more bytes are written, with how many; `false` ends the download.
   * @throws {RangeError} If it is too large, or not all of it may be written. The path does not exist then.
   */
  download(
    messageId: string,
    attachment: Attachment,
    path: string,
    mayWrite: (bytes: number) => Promise<boolean>,
    signal: AbortSignal,
  ): Promise<{ readonly bytes: number; readonly mime: string }>;

  /** The largest file that can be sent, in bytes. */
  readonly maxFileBytes: number;

  /** The largest picture that is shown as one, in bytes. A larger one is a file. */
  readonly maxPictureBytes: number;

  /** Whether messages of a type can be read. */
  isSupported(type: string): boolean;

  /** Converts times (ms since 1970) between the chat platform's clock and this machine's. */
  readonly clock: { ours(time: number): number; theirs(time: number): number };
}

/** What was said in a topic. */
export interface TopicReading {
  /** Oldest first. */
  readonly messages: readonly PastMessage[];
  /** Whether messages behind the first one are left out. */
  readonly hasGap: boolean;
}

/** What became of a person's message. */
export type ReactionMark = "taken" | Exclude<Outcome, "interrupted">;

/** What an agent service does for the bridge. Calls are retried a few times before they reject. */
export interface Agent extends AgentSessions, AgentRules {
  /** Creates the ids of a turn. Store them before posting: with the same ids, a turn runs only once. */
  begin(
    session: SessionRef,
    choice: {
      readonly model?: string | undefined;
      readonly effort?: string | undefined;
      readonly agent?: string | undefined;
    },
  ): Run;

  /**
   * Posts a turn to the agent in one attempt; resolves when the turn has begun. After a `NetworkError` the
   * agent may have the turn: {@linkcode Agent.posted} tells.
   *
   * @param cancelled Ends the wait before the attempt, for example while the agent's server starts. An
   * attempt that has been sent is awaited, because only its answer tells what became of it.
   * @throws {ApiError} With code 404 if the session no longer exists.
   */
  post(run: Run, work: Work, signal: AbortSignal, cancelled?: AbortSignal): Promise<Posted>;

  /** Reads whether the agent has the turn in its session; `undefined` if it has not. */
  posted(run: Run, work: Work, signal: AbortSignal): Promise<Posted | undefined>;

  /** What may have become of a turn whose post is in doubt and that the agent does not have. */
  unstored(run: Run, work: Work, signal: AbortSignal): Promise<Unstored>;

  /** Whether a session is busy, no matter with what. */
  isBusy(session: SessionRef, signal: AbortSignal): Promise<boolean>;

  /**
   * By how much a session is ahead of the agent's clock, in milliseconds, because that was set back: so long the agent
   * cannot go on in it. 0 or less if it is not ahead, or if it is gone or cannot be read.
   */
  leadMs(session: SessionRef, signal: AbortSignal): Promise<number>;

  /**
   * Calls back when a turn may have begun in a session that nobody follows: somebody sent a prompt from elsewhere,
   * or the agent goes on by itself. Without an id it may be any session. There is one watcher, which stays.
   */
  watch(onBegun: (sessionId?: string) => void): void;

  /**
   * Reads the newest prompts of a session, oldest first, whoever put them in; none if it no longer exists,
   * or if the agent cannot tell its own from those of people.
   */
  prompts(session: SessionRef, signal: AbortSignal): Promise<readonly Prompt[]>;

  /**
   * Offers tools to the agent, in each directory before its next prompt; until the signal aborts. Where the agent
   * cannot take any, it does its work without them.
   */
  serve(tools: OfferedTools, signal: AbortSignal): void;

  /** Follows a turn from now on. If it is already posted, call `refresh` to learn what was missed. */
  follow(run: Run, onNews: (news: News) => void): FollowedTurn;

  /** Aborts whatever the session is doing, including its tools. */
  abort(run: Run, signal: AbortSignal): Promise<void>;

  /** Takes back a prompt that a busy session has not read yet; returns whether it was there, unread. */
  takeBack(run: Run, signal: AbortSignal): Promise<boolean>;

  /** Removes an ended turn's prompt from its session, so that the agent does not run it again. */
  withdraw(run: Run, signal: AbortSignal): Promise<void>;

  /** Answers a permission request. */
  decide(
    directory: string,
    requestId: string,
    reply: PermissionReply,
    signal: AbortSignal,
  ): Promise<Answered>;

  /** Answers a question request, with one list of labels or free texts per question. */
  answer(
    directory: string,
    requestId: string,
    answers: readonly (readonly string[])[],
    signal: AbortSignal,
  ): Promise<Answered>;

  /** Dismisses a question request, which ends its turn. */
  dismiss(directory: string, requestId: string, signal: AbortSignal): Promise<Answered>;

  /** Lists the available models. */
  models(directory: string, signal: AbortSignal): Promise<string[]>;

  /** Lists how hard a model can be made to think, by the names that `begin` takes; none if it has no choice. */
  efforts(directory: string, model: string, signal: AbortSignal): Promise<string[]>;

  /** Lists the names of the agents that a person may choose. */
  agents(directory: string, signal: AbortSignal): Promise<string[]>;

  /** Lists the agent service's own slash commands. */
  commands(directory: string, signal: AbortSignal): Promise<AgentCommand[]>;

  /** The context window of a model in tokens, if it is known yet. */
  contextLimit(model: string): number | undefined;
}

/** The result of posting a turn. */
export interface Posted {
  /** The id of the user message. The agent creates its own for a compaction. */
  readonly userMessageId: string;
  /** Some pictures could not be decoded and were left out. */
  readonly unreadable?: boolean;
}

/**
 * What may have become of a turn that the agent does not have. `nothing`: it may be posted again. `running`:
 * the agent may be at work on it already. `stopped`: it may have been, but its server has ended since.
 */
export type Unstored = "nothing" | "running" | "stopped";

/** `gone`: the request was answered elsewhere, or its turn has ended. */
export type Answered = "answered" | "gone";
