import { duration } from "../../base/time/duration.ts";
import { trimLines } from "../../base/text.ts";
import type { Todo, ToolCall } from "../../model/tool_call.ts";
import type { View } from "../../model/view.ts";
import type { Texts } from "../../texts/texts.ts";
import { exactCode, exactPlain } from "./exact.ts";
import { codeSpan } from "./inline_markdown.ts";
import { type Form, literal } from "./literal.ts";
import { toFeishu } from "./markdown.ts";
import { isBlank, oneLine, plainText } from "./plain_text.ts";

/** A part of a view that is not empty, ready to be drawn. */
export interface Section {
  /** The view's field that it shows. */
  readonly of: keyof View;
  readonly title?: string;
  readonly content: string;
}

/** How a form of message writes text. */
interface Dialect {
  /** Text in which nothing is markup. */
  readonly plain: (text: string) => string;
  /** Markdown. At most `tables` of its tables stay tables. */
  readonly markdown: (text: string, tables?: number) => string;
  readonly code: (text: string) => string;
  /** Text whose every character is shown. */
  readonly exact: (text: string, language?: string) => string;
  readonly strong: (text: string) => string;
}

const feishu = (form: Form): Dialect => ({
  plain: (text) => literal(trimLines(plainText(text)), form),
  markdown: (text, tables = 0) => toFeishu(text, tables, form),
  code: codeSpan,
  exact: exactCode,
  strong: (text) => `**${literal(text, form)}**`,
});

/** The Markdown of cards. Only one text of a card has tables, in the others they become code. */
export const MARKDOWN: Dialect = feishu("card");

/** The Markdown of posts, which has neither tables nor headings. */
export const POST: Dialect = feishu("post");

/** Plain text, in which the model's own markup stays as it is. */
export const PLAIN: Dialect = {
  plain: (text) => text,
  markdown: (text) => text,
  code: (text) => text,
  exact: exactPlain,
  strong: (text) => `[${text}]`,
};

/** The sections of a view from top to bottom, the same in all forms. Buttons stand before the footer. */
export function viewSections(view: View, texts: Texts, dialect: Dialect, tables = 0): Section[] {
  const { note = "", reasoning = "", text = "", error = "", footer = "" } = view;
  const { tools = [], todos = [], exact = [], panels = [], files = [] } = view;
  const { hiddenTools = 0, hiddenTodos = 0, hiddenFiles = 0 } = view;
  const { plain, markdown, code, strong } = dialect;
  const more = (hidden: number) => hidden > 0 ? [`… +${hidden}`] : [];
  const lines = {
    tools: [
      ...(hiddenTools > 0 ? [`… ${texts.earlierTools(hiddenTools)}`] : []),
      ...tools.map((tool) => plain(toolLine(tool))),
    ],
    todos: [...todos.map((todo) => markdown(todoLine(todo))), ...more(hiddenTodos)],
    files: files.map(({ file, additions, deletions }) =>
      `${code(oneLine(file, 120))} +${additions} −${deletions}`
    ),
  };
  const sections: Section[] = [
    { of: "note", content: plain(note) },
    { of: "reasoning", title: `💭 ${texts.reasoning}`, content: markdown(reasoning) },
    { of: "tools", content: lines.tools.join("\n") },
    { of: "todos", content: lines.todos.join("\n") },
    ...exact.map(({ caption = "", language, text }): Section => ({
      of: "exact",
      content: [...(caption === "" ? [] : [plain(caption)]), dialect.exact(text, language)].join(
        "\n",
      ),
    })),
    { of: "text", content: markdown(text, tables) },
    ...panels.map(({ title, text }): Section => (
      { of: "panels", title: markdown(title), content: markdown(text) }
    )),
    { of: "error", content: error && `❌ ${plain(error)}` },
    {
      of: "files",
      content: files.length === 0
        ? ""
        : [strong(texts.changedFiles), ...lines.files, ...more(hiddenFiles)].join("\n"),
    },
    { of: "footer", content: plain(footer) },
  ];
  return sections.filter(({ content }) => !isBlank(content));
}

/** The text of a view's header; empty when it has no header. */
export function titleOf({ title, status }: View, texts: Texts): string {
  return oneLine(title ?? (status === "plain" ? "" : texts.status[status]), 200);
}

/** A view as one text, for forms that have no elements. Reasoning is left out. */
export function viewText(view: View, texts: Texts, dialect: Dialect): string {
  const title = titleOf(view, texts);
  const sections = viewSections({ ...view, reasoning: "" }, texts, dialect);
  return [
    ...(title === "" ? [] : [dialect.strong(title)]),
    ...sections.flatMap(({ title, content }) => title === undefined ? [content] : [title, content]),
  ].join("\n\n") || "…";
}

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
  send_file: "📎",
  send_image: "📎",
  task: "🤖",
};

const STATE_ICONS: Readonly<Record<ToolCall["state"], string>> = {
  pending: "⏳",
  running: "▶️",
  completed: "✅",
  error: "❌",
};

const TODO_ICONS: Readonly<Record<Todo["state"], string>> = {
  pending: "☐",
  in_progress: "▶️",
  completed: "☑",
  cancelled: "✖️",
};

/** One tool call as one line of text, the same in all forms. */
export function toolLine({ tool, title, state, seconds = 0, error, depth }: ToolCall): string {
  const words = [TOOL_ICONS[tool] ?? "🔧", oneLine(tool, 40), oneLine(title, 120)];
  const took = seconds > 0 ? ` · ${duration(seconds * 1000)}` : "";
  const why = error === undefined ? "" : `: ${oneLine(error, 160)}`;
  const line = [...words, STATE_ICONS[state]].filter((word) => word !== "").join(" ");
  return `${depth > 0 ? "└ " : ""}${line}${took}${why}`;
}

/** One entry of the todo list as one line of text. */
export function todoLine({ text, state }: Todo): string {
  return `${TODO_ICONS[state]} ${oneLine(text, 120)}`;
}
