import type { AgentRequest, RequestAnswer } from "../../model/agent_request.ts";
import type { OutsideAct } from "../../model/outside_act.ts";
import type { ModelRetry } from "../../model/reading.ts";
import type { Todo } from "../../model/tool_call.ts";
import type { MessageInfo, Part, SessionError } from "./message.ts";

/** What happens in a session. The wire adapters make it from their generation's events. */
export type SessionEvent =
  /** The stream begins. There is no replay, so what came before it is lost. */
  | { readonly type: "connected" }
  /** A session was made or changed; a parent makes it a subagent's. */
  | {
    readonly type: "session";
    readonly sessionId: string;
    readonly parentId?: string;
    /** What the session's own rules allow, each as `permission pattern`. */
    readonly allowed: readonly string[];
    /** Somebody has changed that. */
    readonly isChange?: true;
  }
  | { readonly type: "deleted"; readonly sessionId: string }
  /** The session begins to work on a prompt, whoever put it in. */
  | { readonly type: "begun"; readonly sessionId: string; readonly promptId: string }
  /** Something happened to a message that is not known, so the session has to be read. */
  | { readonly type: "unknown"; readonly sessionId: string }
  | { readonly type: "status"; readonly sessionId: string; readonly status: SessionStatus }
  /** Without a session, the error is about all. */
  | { readonly type: "failed"; readonly sessionId?: string; readonly error: SessionError }
  | { readonly type: "compacted"; readonly sessionId: string }
  /** The whole todo list. */
  | { readonly type: "todos"; readonly sessionId: string; readonly todos: readonly Todo[] }
  | { readonly type: "message"; readonly sessionId: string; readonly info: MessageInfo }
  | { readonly type: "message_removed"; readonly sessionId: string; readonly messageId: string }
  | { readonly type: "part"; readonly sessionId: string; readonly part: Part }
  /** What a streaming text goes on with. */
  | ({ readonly type: "delta"; readonly text: string } & PartRef)
  | ({ readonly type: "part_removed" } & PartRef)
  | { readonly type: "asked"; readonly sessionId: string; readonly pending: PendingRequest }
  /** Answered or dismissed, by whomever. */
  | {
    readonly type: "answered";
    readonly sessionId: string;
    readonly requestId: string;
    readonly answer: RequestAnswer;
    /** Whether *always* answers what other sessions ask, too. */
    readonly reachesOthers?: true;
  }
  /** Made by ourselves, of the events before. */
  | { readonly type: "outside"; readonly sessionId: string; readonly act: OutsideAct };

/** An event about a part of a message. */
export type PartEvent = Extract<SessionEvent, { type: "part" | "delta" }>;

interface PartRef {
  readonly sessionId: string;
  readonly messageId: string;
  readonly partId: string;
}

/** What a session does. */
export type SessionStatus =
  | { readonly type: "idle" | "busy" }
  /** Waits for the model provider. */
  | ({ readonly type: "retry" } & ModelRetry);

/** A request that nobody has answered yet. */
export interface PendingRequest {
  readonly request: AgentRequest;
  /** The session that waits; a subagent's request carries the subagent's. */
  readonly sessionId: string;
  /** The tool call that waits, in the message of its step. */
  readonly origin?: { readonly messageId: string; readonly callId: string };
  /** When it was asked, in milliseconds since 1970 on the server's clock, if that is known. */
  readonly askedAt?: number;
}
