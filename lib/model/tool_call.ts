/** One tool call, as a reader sees it. */
export interface ToolCall {
  /** opencode's name of the tool; decides the icon. */
  readonly tool: string;
  /** What it is about, in one line: the command, the path, the pattern. May be empty. */
  readonly title: string;
  /** A command with an exit code other than 0 is an `error`. */
  readonly state: "pending" | "running" | "completed" | "error";
  /** Whole seconds that it took, once it ended. */
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
  /** Relative to the session's directory where it lies inside. */
  readonly file: string;
  readonly additions: number;
  readonly deletions: number;
}

/** The same with the change itself. */
export interface FilePatch extends FileChange {
  /** A unified diff. */
  readonly patch: string;
}
