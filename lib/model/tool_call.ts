/** One tool call, as a reader sees it. */
export interface ToolCall {
  /** opencode's name for the tool. It selects the icon. */
  readonly tool: string;
  /** The command, path or pattern, in one line. May be empty. */
  readonly title: string;
  /** A shell command with an exit code other than 0 counts as `error`. */
  readonly state: "pending" | "running" | "completed" | "error";
  /** The duration in whole seconds, once it has ended. */
  readonly seconds?: number;
  /** Why it failed, in one line. */
  readonly error?: string;
  /** 1 for a subagent's own calls. */
  readonly depth: number;
}

/** One entry of the agent's todo list. */
export interface Todo {
  readonly text: string;
  readonly state: "pending" | "in_progress" | "completed" | "cancelled";
}

/** How much one file changed, in lines. */
export interface FileChange {
  /** The path, relative to the session's directory if it is inside. */
  readonly file: string;
  readonly additions: number;
  readonly deletions: number;
}

/** A changed file with its patch. */
export interface FilePatch extends FileChange {
  /** A unified diff. */
  readonly patch: string;
}
