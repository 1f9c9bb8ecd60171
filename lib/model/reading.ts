import type { AgentRequest } from "./agent_request.ts";
import type { FileChange, Todo, ToolCall } from "./tool_call.ts";

/** What a reader should see of a turn at one moment. */
export interface Reading {
  /**
   * `waiting`: there is no news of the turn yet. `busy`: it runs. `retry`: it waits to call the model
   * provider again. `idle`: the session was busy with this turn and is idle now.
   */
  readonly phase: "waiting" | "busy" | "retry" | "idle";
  /** In phase `retry`: what the agent, or one of its subagents, waits for. */
  readonly retry?: ModelRetry;
  /** The agent has stored the prompt. */
  readonly accepted: boolean;
  /** The agent has started to answer. */
  readonly started: boolean;
  /**
   * Every known answer message has ended. Also true for a moment between two steps. `idle` without
   * `complete` means that an aborted or failed turn has just ended and its last messages follow, or that
   * the turn died with its server.
   */
  readonly complete: boolean;
  /** Somebody stopped the turn. An abort while a retry waits leaves no trace (opencode 1.18.33). */
  readonly aborted: boolean;
  /** The agent's text so far; its messages are separated by an empty line. */
  readonly text: string;
  /** The agent writes or thinks, and its words are not known before their end: their beginning was missed. */
  readonly isTextMissing?: true;
  /** The model's reasoning so far. */
  readonly reasoning: string;
  /** The tool calls. A subagent's calls follow the task that started it. */
  readonly tools: readonly ToolCall[];
  readonly todos: readonly Todo[];
  /** The error that ended the turn. Not set for an abort. */
  readonly error?: AgentError;
  /** Why the last step ended: `stop`, `length`, `tool-calls` after a rejected permission, … */
  readonly finish?: string;
  /** `provider/model` of the last step. */
  readonly model?: string;
  /** All tokens read and written, subagents included. */
  readonly tokens: number;
  /** The tokens in the context after the last step. */
  readonly context: number;
  /** The cost in US dollars, subagents included. */
  readonly cost: number;
  readonly files: readonly FileChange[];
  /** The open requests of the agent and its subagents. */
  readonly requests: readonly AgentRequest[];
  /** The context was compacted during the turn. */
  readonly compacted: boolean;
  /** It answers a prompt too that somebody put in from elsewhere: the agent has made one turn of both. */
  readonly joined: boolean;
  /** The server's clock was set back meanwhile, so that it would have gone on without end. */
  readonly isEndless?: true;
}

/** A request to the model that has failed and is made again. */
export interface ModelRetry {
  /** How many attempts have failed. */
  readonly attempt: number;
  /** Why the last one failed. */
  readonly message: string;
  /** When the next one starts, in milliseconds since 1970 on the agent's clock. */
  readonly next: number;
}

/** Why a turn failed. */
export interface AgentError {
  /** For example `APIError`, `ProviderAuthError`, `ContextOverflowError`. */
  readonly name: string;
  readonly message: string;
  /** The HTTP status of the model provider's response. */
  readonly statusCode?: number;
}

/** The reading of a turn that never reached the agent. */
export const EMPTY_READING: Reading = {
  phase: "waiting",
  accepted: false,
  started: false,
  complete: false,
  aborted: false,
  text: "",
  reasoning: "",
  tools: [],
  todos: [],
  tokens: 0,
  context: 0,
  cost: 0,
  files: [],
  requests: [],
  compacted: false,
  joined: false,
};
