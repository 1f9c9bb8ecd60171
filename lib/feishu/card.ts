import type { Texts } from "../texts.ts";
import { lastPart, plainText, toFeishu } from "./markdown.ts";
import type { TodoView, ToolView, View, ViewStatus } from "./view.ts";

/** Feishu refuses cards above 30 KB; counted in bytes of UTF-8 (its page of message create). */
export const CARD_BYTES = 28_000;

/** Buttons on one card; the options beyond are answered by typing. */
const BUTTONS = 20;

/** The header's colour by state. */
const COLOURS: Readonly<Record<ViewStatus, string>> = {
  plain: "default",
  queued: "grey",
  working: "blue",
  waiting: "orange",
  done: "green",
  failed: "red",
  cancelled: "grey",
  interrupted: "orange",
  closed: "grey",
};

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

/** One tool call as one line of text, shared by all renderers. */
export function toolLine(tool: ToolView): string {
  const icon = TOOL_ICONS[tool.tool] ?? "🔧";
  const title = oneLine(tool.title, 120);
  const took = tool.seconds !== undefined && tool.seconds > 0 ? ` · ${tool.seconds} s` : "";
  const why = tool.error === undefined ? "" : `: ${oneLine(tool.error, 160)}`;
  const indent = tool.depth > 0 ? "└ " : "";
  return `${indent}${icon} ${tool.tool}${title === "" ? "" : ` ${title}`} ${
    STATE_ICONS[tool.state]
  }${took}${why}`;
}

/** One entry of the todo list as one line of text. */
export function todoLine(todo: TodoView): string {
  return `${TODO_ICONS[todo.state]} ${oneLine(todo.text, 120)}`;
}

/** The first `max` characters of a text without its line breaks. */
export function oneLine(text: string, max: number): string {
  const flat = plainText(text).replaceAll(/\s+/g, " ").trim();
  return flat.length > max ? `${flat.slice(0, max - 1).toWellFormed()}…` : flat;
}

interface Button {
  tag: "button";
  text: { tag: "plain_text"; content: string };
  type: "default" | "primary" | "danger";
  behaviors: [{ type: "callback"; value: Readonly<Record<string, unknown>> }];
}

type Element =
  | { tag: "markdown"; content: string; text_size?: "notation"; element_id?: string }
  | {
    tag: "column_set";
    flex_mode: "flow";
    columns: { tag: "column"; width: "auto"; elements: [Button] }[];
  }
  | {
    tag: "collapsible_panel";
    expanded: boolean;
    header: { title: { tag: "markdown"; content: string } };
    elements: Element[];
  };

/**
 * The content of an interactive message (card JSON 2.0) that shows a view, within the byte limit:
 * what a reader can do without is shortened first, the answer last.
 */
export function renderCard(view: View, texts: Texts): string {
  for (const room of ROOMS) {
    const content = card(view, texts, { ...room, text: Infinity });
    if (byteLength(content) <= CARD_BYTES) return content;
  }
  let size = (view.text ?? "").length;
  for (;;) {
    size = Math.floor(size * 0.8);
    const content = card(view, texts, { ...LEAST, text: size });
    if (byteLength(content) <= CARD_BYTES || size < 100) return content;
  }
}

const LEAST = { reasoning: 0, tools: 0, todos: 3, files: 8, line: 300 };
const ROOMS = [
  { reasoning: 2000, tools: 20, todos: 30, files: 20, line: 1000 },
  { reasoning: 500, tools: 8, todos: 15, files: 20, line: 1000 },
  { reasoning: 0, tools: 3, todos: 8, files: 8, line: 600 },
  LEAST,
];

function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}

interface Room {
  /** Characters of reasoning. */
  readonly reasoning: number;
  /** Lines of tool calls. */
  readonly tools: number;
  readonly todos: number;
  readonly files: number;
  /** Characters of note, error and footer. */
  readonly line: number;
  /** Characters of the answer. */
  readonly text: number;
}

function card(view: View, texts: Texts, room: Room): string {
  const elements: Element[] = [];
  const markdown = (content: string) => elements.push({ tag: "markdown", content });
  const small = (content: string) =>
    elements.push({ tag: "markdown", content, text_size: "notation" });

  if (view.note) small(toFeishu(view.note.slice(0, room.line).toWellFormed()));
  if (view.reasoning && room.reasoning > 0) {
    elements.push({
      tag: "collapsible_panel",
      expanded: false,
      header: { title: { tag: "markdown", content: `💭 ${texts.reasoning}` } },
      elements: [{
        tag: "markdown",
        content: toFeishu(lastPart(view.reasoning, room.reasoning)),
        element_id: "reasoning",
        text_size: "notation",
      }],
    });
  }
  const tools = view.tools ?? [];
  const shown = room.tools === 0 ? [] : tools.slice(-room.tools);
  const hidden = (view.hiddenTools ?? 0) + tools.length - shown.length;
  if (hidden > 0) small(`… ${texts.earlierTools(hidden)}`);
  if (shown.length > 0) markdown(shown.map((tool) => toFeishu(toolLine(tool))).join("\n"));
  if (view.todos?.length) {
    const todos = view.todos.slice(0, room.todos).map((todo) => toFeishu(todoLine(todo)));
    if (todos.length < view.todos.length) todos.push(`… +${view.todos.length - todos.length}`);
    markdown(todos.join("\n"));
  }
  if (view.text?.trim()) {
    const text = lastPart(view.text, room.text);
    const content = toFeishu(text === view.text ? text : `…\n\n${text}`);
    elements.push({ tag: "markdown", element_id: "answer", content });
  }
  if (view.error) markdown(`❌ ${toFeishu(oneLine(view.error, room.line))}`);
  if (view.files?.length) {
    small(
      [
        `**${texts.changedFiles}**`,
        ...view.files.slice(0, room.files).map((file) =>
          `\`${
            oneLine(file.file, 120).replaceAll("`", "'")
          }\` +${file.additions} −${file.deletions}`
        ),
        ...(view.files.length > room.files ? [`… +${view.files.length - room.files}`] : []),
      ].join("\n"),
    );
  }
  if (view.buttons?.length) {
    elements.push({
      tag: "column_set",
      flex_mode: "flow",
      columns: view.buttons.slice(0, BUTTONS).map((button) => ({
        tag: "column",
        width: "auto",
        elements: [{
          tag: "button",
          text: { tag: "plain_text", content: oneLine(button.label, 100) || "…" },
          type: button.style ?? "default",
          behaviors: [{ type: "callback", value: button.value }],
        }],
      })),
    });
  }
  if (view.footer) small(toFeishu(view.footer.slice(0, room.line).toWellFormed()));
  // A card without elements is refused.
  if (elements.length === 0) small("…");
  return JSON.stringify({
    schema: "2.0",
    config: {
      update_multi: true,
      summary: { content: summary(view, texts) },
    },
    ...(view.status === "plain" ? {} : {
      header: {
        title: { tag: "plain_text", content: oneLine(titleOf(view, texts), 200) },
        template: COLOURS[view.status],
      },
    }),
    body: { elements },
  });
}

/** The words of a view's header; empty when it has none. */
export function titleOf(view: View, texts: Texts): string {
  return view.title ?? (view.status === "plain" ? "" : texts.status[view.status]);
}

/** What the chat list shows of the card. */
function summary(view: View, texts: Texts): string {
  const line = oneLine(view.text || view.error || view.note || "", 60);
  return line || titleOf(view, texts) || "…";
}
