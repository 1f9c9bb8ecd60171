import { oneLine } from "./plain_text.ts";
import type { TodoView, ToolView } from "./view.ts";

const TOOL_ICONS: Readonly<Record<string, string>> = {
  bash: "💻",
  read: "📖",
  edit: "✏️",
  write: "✏️",
  apply_patch: "✏️",
  patch: "✏️",
  grep: "🔎",
  glob: "🔎",
  list: "🔎",
  webfetch: "🌐",
  websearch: "🌐",
  todowrite: "📋",
  todoread: "📋",
  task: "🤖",
};

const STATE_ICONS: Readonly<Record<ToolView["state"], string>> = {
  pending: "⏳",
  running: "▶️",
  completed: "✅",
  error: "❌",
};

const TODO_ICONS: Readonly<Record<TodoView["state"], string>> = {
  pending: "☐",
  in_progress: "▶️",
  completed: "☑",
  cancelled: "✖️",
};

/** One tool call as one line of text, the same for all renderers. */
export function toolLine(tool: ToolView): string {
  const icon = TOOL_ICONS[tool.tool] ?? "🔧";
  const title = oneLine(tool.title, 120);
  const took = tool.seconds !== undefined && tool.seconds > 0 ? ` · ${tool.seconds} s` : "";
  const why = tool.error === undefined ? "" : `: ${oneLine(tool.error, 160)}`;
  const indent = tool.depth > 0 ? "└ " : "";
  return `${indent}${icon} ${oneLine(tool.tool, 40)}${title === "" ? "" : ` ${title}`} ${
    STATE_ICONS[tool.state]
  }${took}${why}`;
}

/** One entry of the todo list as one line of text. */
export function todoLine(todo: TodoView): string {
  return `${TODO_ICONS[todo.state]} ${oneLine(todo.text, 120)}`;
}
