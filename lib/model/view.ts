import type { FileChange, Todo, ToolCall } from "./tool_call.ts";

/** What one chat message should look like now; every renderer draws the same view. */
export interface View {
  /** Decides the header; `plain` has none. */
  readonly status: ViewStatus;
  /** The header's words, when they are not the status. */
  readonly title?: string;
  /** One line below the header: what is waited for, what comes next. */
  readonly note?: string;
  /** The model's thinking, collapsed where the renderer can. */
  readonly reasoning?: string;
  /** Tool calls in order, the newest last; earlier ones are only counted. */
  readonly tools?: readonly ToolCall[];
  readonly hiddenTools?: number;
  /** The agent's todo list; entries that are left out are counted. */
  readonly todos?: readonly Todo[];
  readonly hiddenTodos?: number;
  /** The answer so far, in the model's Markdown. */
  readonly text?: string;
  /** Markdown below the text, collapsed where the renderer can; whoever makes it keeps it short. */
  readonly panels?: readonly { readonly title: string; readonly text: string }[];
  /** What went wrong and what to do about it. */
  readonly error?: string;
  /** Files that the turn changed, with their added and removed lines; others are only counted. */
  readonly files?: readonly FileChange[];
  readonly hiddenFiles?: number;
  /** A file of this machine that is the message; everything else is left out then. */
  readonly file?: string;
  /** The file is deleted once it is delivered. */
  readonly isTemporary?: boolean;
  /** What can be clicked; each has a twin that can be typed. */
  readonly buttons?: readonly ButtonView[];
  /** Time, model, tokens, cost; or how to answer. */
  readonly footer?: string;
}

/** A button, and what comes back when somebody clicks it. */
export interface ButtonView {
  readonly label: string;
  readonly value: Readonly<Record<string, unknown>>;
  readonly style?: "primary" | "danger";
}

/** The state that a message's header shows; `plain` messages have none. */
export type ViewStatus =
  | "plain"
  | "queued"
  | "working"
  | "waiting"
  | "done"
  | "failed"
  | "cancelled"
  | "interrupted"
  | "closed";
