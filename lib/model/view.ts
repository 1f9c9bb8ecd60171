import type { FileChange, Todo, ToolCall } from "./tool_call.ts";

/** What one chat message should show. Every renderer draws the same view. */
export interface View {
  /** Selects the header; `plain` has none. */
  readonly status: ViewStatus;
  /** The text of the header, if it is not that of the status. */
  readonly title?: string;
  /** A note below the header, for example what the turn is waiting for. */
  readonly note?: string;
  /** The model's reasoning, collapsed if the renderer supports it. */
  readonly reasoning?: string;
  /** The last tool calls, oldest first. Earlier ones are only counted. */
  readonly tools?: readonly ToolCall[];
  readonly hiddenTools?: number;
  /** The agent's todo list. Further entries are only counted. */
  readonly todos?: readonly Todo[];
  readonly hiddenTodos?: number;
  /** What is to be approved, character by character. It is never shortened, so its maker keeps it short. */
  readonly exact?: readonly ExactText[];
  /** The answer so far, in the model's Markdown. */
  readonly text?: string;
  /** Whom a plain text mentions in front, by `open_id`. */
  readonly mentions?: readonly string[];
  /** Short Markdown below the text, collapsed if the renderer supports it. */
  readonly panels?: readonly { readonly title: string; readonly text: string }[];
  /** What went wrong, and what to do about it. */
  readonly error?: string;
  /** The files that the turn changed. Further files are only counted. */
  readonly files?: readonly FileChange[];
  readonly hiddenFiles?: number;
  /** The path of a file to send as the message. Everything else is ignored then. */
  readonly file?: string;
  /** Its name in the chat, if that is not in the path: then the file is a copy of somebody's. */
  readonly fileName?: string;
  /** Whether to delete the file after delivery. */
  readonly isTemporary?: boolean;
  /** Another message stands in the place of this one, which says so or is recalled. Everything else is ignored then. */
  readonly isReplaced?: true;
  /** It takes the place of a view that the chat refused. Nothing takes its own place. */
  readonly isLastResort?: boolean;
  /** The buttons. For each there is a text that does the same. */
  readonly buttons?: readonly ButtonView[];
  /** Lists to choose from. For each there is a text that does the same. */
  readonly pickers?: readonly PickerView[];
  /** Takes the place of `text` and `footer` where buttons cannot be drawn, so that nothing names a button. */
  readonly unpressed?: Pick<View, "text" | "footer">;
  /** Who pressed which button. */
  readonly pressed?: PressedView;
  /** The duration, model, tokens and cost; or how to answer. */
  readonly footer?: string;
}

/** A list to choose from, and the value that a choice returns together with that of the option. */
export interface PickerView {
  /** What stands there before something is chosen. */
  readonly placeholder: string;
  /** Each has another value. */
  readonly options: readonly { readonly label: string; readonly value: string }[];
  readonly value: Readonly<Record<string, unknown>>;
}

/** A line that ends with the name of a person, who is not notified. */
export interface PressedView {
  readonly line: string;
  /** The person's `open_id`. */
  readonly by: string;
}

/** A text in which nothing is markup, and nothing is hidden but our own secrets. */
export interface ExactText {
  /** A line above it, in plain text. */
  readonly caption?: string;
  /** What it is written in, if that is known. */
  readonly language?: "bash" | "diff" | "json";
  readonly text: string;
}

/** A button, and the value that a click returns. */
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
