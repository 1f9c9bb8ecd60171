import { lastPart } from "./split_markdown.ts";
import type { View } from "./view.ts";

/** How much of a view is drawn: characters of reasoning, entries of lists, characters of each line. */
const ROOMS = [
  { reasoning: 2000, tools: 20, todos: 30, files: 20, line: 1000 },
  { reasoning: 500, tools: 8, todos: 15, files: 20, line: 1000 },
  { reasoning: 0, tools: 3, todos: 8, files: 8, line: 600 },
];
const LEAST: Room = { reasoning: 0, tools: 0, todos: 3, files: 8, line: 300 };
type Room = (typeof ROOMS)[number];

/**
 * Draws a view with as much of it as `bytes` of UTF-8 can hold: what a reader can do without is shortened
 * first, the answer last, from its beginning.
 */
export function fit(view: View, bytes: number, draw: (view: View) => string): string {
  const size = (content: string) => new TextEncoder().encode(content).length;
  // No character takes less than a byte.
  const text = shorten(view.text ?? "", bytes);
  for (const room of [...ROOMS, LEAST]) {
    const content = draw({ ...cut(view, room), text });
    if (size(content) <= bytes) return content;
  }
  for (let most = text.length;;) {
    most = Math.floor(most * 0.8);
    const content = draw({ ...cut(view, LEAST), text: shorten(text, most) });
    if (size(content) <= bytes || most < 100) return content;
  }
}

function shorten(text: string, max: number): string {
  return text.length <= max ? text : `…\n\n${lastPart(text, max)}`;
}

function cut(view: View, room: Room): View {
  const { reasoning = "", tools = [], todos = [], files = [] } = view;
  const { hiddenTools = 0, hiddenTodos = 0, hiddenFiles = 0 } = view;
  const line = (text = "") => text.slice(0, room.line).toWellFormed();
  // Where the work is now matters more than what is done, and what comes much later.
  const open = todos.findIndex(({ state }) => state === "pending" || state === "in_progress");
  const from = Math.max(0, Math.min(open - 1, todos.length - room.todos));
  return {
    ...view,
    reasoning: room.reasoning === 0 ? "" : lastPart(reasoning, room.reasoning),
    note: line(view.note),
    error: line(view.error),
    footer: line(view.footer),
    tools: tools.slice(Math.max(0, tools.length - room.tools)),
    hiddenTools: hiddenTools + Math.max(0, tools.length - room.tools),
    todos: todos.slice(from, from + room.todos),
    hiddenTodos: hiddenTodos + Math.max(0, todos.length - room.todos),
    files: files.slice(0, room.files),
    hiddenFiles: hiddenFiles + Math.max(0, files.length - room.files),
  };
}
