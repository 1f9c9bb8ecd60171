import type { JsonObject } from "../base/json.ts";

/** A tool of the bridge's own that the agent may call. */
export interface AgentTool {
  readonly name: string;
  /** What it does, and when to call it: the model reads this. */
  readonly description: string;
  /** What its input has to be: a JSON Schema of an object. */
  readonly input: JsonObject;
}

/** The tools that the bridge offers to the agent. */
export interface OfferedTools {
  readonly tools: readonly AgentTool[];
  /** What the model is told about them once. */
  readonly instructions: string;
  /** Answers a call. It may take a few seconds; a rejection is told to the model without its reason. */
  call(call: AgentToolCall): Promise<AgentToolResult>;
}

/** A call of one of the bridge's tools, in exactly one turn. */
export interface AgentToolCall {
  readonly tool: string;
  /** Whatever the model has passed. */
  readonly input: JsonObject;
  /** The session of the turn; that of the task's turn if a subagent has called. */
  readonly sessionId: string;
  /** The user message that began the turn. */
  readonly userMessageId: string;
  /** Identifies the call in its turn, even after a restart. */
  readonly callId: string;
}

/** What the model is told of its call. */
export interface AgentToolResult {
  readonly text: string;
  /** It was not done. */
  readonly isError?: true;
}

/** A picture that a tool of the agent has returned. */
export interface ToolImage {
  /** Identifies it in its turn, even after a restart. */
  readonly key: string;
  /** For example `image/png`, as the tool said. */
  readonly mime: string;
  readonly base64: string;
}
