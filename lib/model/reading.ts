import type { AgentRequest } from "./agent_request.ts";
import type { FileChange, Todo, ToolCall } from "./tool_call.ts";

/** What a reader should see of a turn now. */
export interface Reading {
  /**
   * `waiting`: nothing was heard of the turn yet. `busy`, `retry`: it runs; `retry` waits for the model
   * provider. `idle`: the session rests, after having been busy with this turn.
   */
  readonly phase: "waiting" | "busy" | "retry" | "idle";
  /** In phase `retry`: what went wrong, and when the next attempt begins (ms since 1970). */
  readonly retry?: { readonly attempt: number; readonly message: string; readonly next: number };
  /** The agent has stored our prompt. */
  readonly accepted: boolean;
  /** The agent has begun to answer. */
  readonly started: boolean;
  /**
   * Each answer that is known has ended. Also true for a moment between two steps. `idle` without
   * `complete` is the first idle of an aborted or failed turn, whose last messages follow, or a turn that
   * died with its server.
   */
  readonly complete: boolean;
  /** Somebody stopped the turn. An abort while a retry waits leaves no trace (opencode 1.18.33). */
  readonly aborted: boolean;
  /** All that the agent wrote, its messages separated by an empty line. */
  readonly text: string;
  /** All that it thought. */
  readonly reasoning: string;
  /** A subagent's calls stand behind the task that started it. */
  readonly tools: readonly ToolCall[];
  readonly todos: readonly Todo[];
  /** What ended the turn, other than an abort. */
  readonly error?: AgentError;
  /** Why the last step ended: `stop`, `length`, `tool-calls` after a rejected permission, … */
  readonly finish?: string;
  /** `provider/model` of the last step. */
  readonly model?: string;
  /** All tokens that the model read and wrote, for subagents too. */
  readonly tokens: number;
  /** Tokens in the context after the last step. */
  readonly context: number;
  /** US dollars, subagents included. */
  readonly cost: number;
  readonly files: readonly FileChange[];
  /** What the agent or a subagent waits for. */
  readonly requests: readonly AgentRequest[];
  /** The context was compacted during the turn. */
  readonly compacted: boolean;
}

/** Why a turn failed. */
export interface AgentError {
  /** For example `APIError`, `ProviderAuthError`, `ContextOverflowError`. */
  readonly name: string;
  readonly message: string;
  /** HTTP status of the model provider's answer. */
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
};
