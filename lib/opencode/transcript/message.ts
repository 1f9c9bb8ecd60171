/**
 * A session's messages in our own words. The wire adapters make them from what their generation of opencode
 * says. Times are milliseconds since 1970 on the server's clock, models are `provider/model`.
 */
import type { JsonObject } from "../../base/json.ts";
import type { ToolImage } from "../../model/agent_tool.ts";
import type { AgentError, ModelRetry } from "../../model/reading.ts";
import type { FileChange, Todo, ToolCall } from "../../model/tool_call.ts";

/** A message with its parts. */
export interface Message {
  readonly info: MessageInfo;
  readonly parts: readonly Part[];
}

/** What is known of a message besides its parts. */
export type MessageInfo = UserMessage | AssistantMessage;

interface MessageBase {
  readonly id: string;
  readonly sessionId: string;
  readonly created: number;
}

/** A prompt, or a message that opencode itself put in the user's place (compaction, shell). */
export interface UserMessage extends MessageBase {
  readonly role: "user";
  /** opencode itself put it in: a command in the background has ended, a subagent has answered, … */
  readonly isByAgent?: true;
  readonly model?: string;
  /** What its turn changed so far; empty outside git. It may be filled in after the turn has ended. */
  readonly changes: readonly FileChange[];
}

/** One step of the model: each has an assistant message of its own. */
export interface AssistantMessage extends MessageBase {
  readonly role: "assistant";
  /** The user message that this step answers. */
  readonly promptId: string;
  /** The server orders a session's messages by their times (opencode 1). */
  readonly isByTime?: true;
  readonly completed?: number;
  /** `stop`, `tool-calls`, `length`, …; absent while it runs and after an error. */
  readonly finish?: string;
  readonly error?: SessionError;
  /** What it waits for, where the session's status does not say that (opencode 2). */
  readonly retry?: ModelRetry;
  /** Whether it is the summary of a compaction, which is not meant for the reader. */
  readonly isSummary: boolean;
  readonly model?: string;
  /** US dollars. */
  readonly cost: number;
  /** What the model read and wrote, which is about what the context holds after the step. */
  readonly tokens: number;
  /** The directory in which the step worked. */
  readonly directory?: string;
}

/** Why a message or a session failed. */
export interface SessionError extends AgentError {
  /** Somebody stopped it. */
  readonly isAbort?: true;
}

/** A part of a message that matters to a reader. */
export type Part = TextPart | ToolPart | AttemptPart | CompactionPart;

/** Where a part belongs. Its id is unique in its message. */
export interface PartIds {
  readonly id: string;
  readonly sessionId: string;
  readonly messageId: string;
}

/** What the model writes and thinks. */
export interface TextPart extends PartIds {
  readonly type: "text" | "reasoning";
  /** Empty in what the server reports and stores while it streams. */
  readonly text: string;
  /** Written by opencode for the model, not for the reader. */
  readonly hidden: boolean;
  /** Whether the text is whole. */
  readonly ended: boolean;
}

/** A tool call. */
export interface ToolPart extends PartIds {
  readonly type: "tool";
  readonly callId: string;
  /** What a reader sees of it; passed on as it is. */
  readonly call: Omit<ToolCall, "seconds" | "depth">;
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** The session of the subagent that it started. */
  readonly child?: string;
  /** The whole todo list that it wrote. */
  readonly todos?: readonly Todo[];
  /** Its arguments, while it runs. */
  readonly input?: JsonObject;
  /** What it changed. */
  readonly changes?: readonly FileChange[];
  /** The pictures that it returned. They may be large, so a transcript keeps them only until they are taken. */
  readonly images?: readonly Omit<ToolImage, "key">[];
  /** What ended it before it was done: a person's rejection, or an abort. */
  readonly cut?: "rejected" | "stopped";
}

/**
 * The beginning or end of one request to the model. A beginning without an end before the next one is an
 * attempt that failed and is made again.
 */
export interface AttemptPart extends PartIds {
  readonly type: "attempt_begin" | "attempt_end";
}

/** Makes its user message a request to compact the context. */
export interface CompactionPart extends PartIds {
  readonly type: "compaction";
  /** Whether opencode asked by itself. */
  readonly auto: boolean;
}
