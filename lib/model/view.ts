import type { Texts } from "../texts/texts.ts";

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
  readonly tools?: readonly ToolView[];
  readonly hiddenTools?: number;
  /** The agent's todo list; entries that are left out are counted. */
  readonly todos?: readonly TodoView[];
  readonly hiddenTodos?: number;
  /** The answer so far, in the model's Markdown. */
  readonly text?: string;
  /** Markdown below the text, collapsed where the renderer can; whoever makes it keeps it short. */
  readonly panels?: readonly { readonly title: string; readonly text: string }[];
  /** What went wrong and what to do about it. */
  readonly error?: string;
  /** Files that the turn changed, with their added and removed lines; others are only counted. */
  readonly files?: readonly {
    readonly file: string;
    readonly additions: number;
    readonly deletions: number;
  }[];
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

/** The state that a message's header shows. */
export type ViewStatus = "plain" | keyof Texts["status"];

/** One tool call in one line. */
export interface ToolView {
  /** opencode's tool name; decides the icon. */
  readonly tool: string;
  readonly title: string;
  readonly state: "pending" | "running" | "completed" | "error";
  /** Whole seconds that it took, once it ended. */
  readonly seconds?: number;
  /** Why it failed, in one line. */
  readonly error?: string;
  /** 1 for a subagent's own calls. */
  readonly depth: number;
}

/** One entry of the agent's todo list. */
export interface TodoView {
  readonly text: string;
  readonly state: "pending" | "in_progress" | "completed" | "cancelled";
}

/** How a message is drawn; when the platform refuses one, the next takes its place. */
export type RenderMode = "card" | "plain_card" | "post" | "text";

/** A message as Feishu takes it. */
export interface Rendered {
  readonly type: "interactive" | "post" | "text" | "image" | "file";
  /** The JSON text of the message's content. */
  readonly content: string;
}
