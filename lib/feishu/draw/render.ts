import type { JsonObject } from "../../base/json.ts";
import type { Texts } from "../../texts/texts.ts";
import { card, plainCard } from "./card.ts";
import { plainText } from "./plain_text.ts";
import { lastPart } from "../../base/split_markdown.ts";
import type { View } from "../../model/view.ts";
import type { RenderMode } from "../../model/slot.ts";
import type { Rendered } from "./rendered.ts";
import { MARKDOWN, PLAIN, viewText } from "./view_parts.ts";

/** A form in which a view can be shown. */
interface Form {
  readonly type: Rendered["type"];
  readonly simpler?: RenderMode;
  /** The most bytes of UTF-8 that its content may have. */
  readonly bytes: number;
  readonly content: (view: View, texts: Texts) => JsonObject;
}

/** Feishu refuses cards and posts above 30 KB, and texts above 150 KB (its page of message create). */
const FORMS: Readonly<Record<RenderMode, Form>> = {
  card: { type: "interactive", simpler: "plain_card", bytes: 28_000, content: card },
  plain_card: { type: "interactive", simpler: "post", bytes: 28_000, content: plainCard },
  post: {
    type: "post",
    simpler: "text",
    bytes: 28_000,
    content: (view, texts) => {
      const text = viewText(view, texts, MARKDOWN);
      return { zh_cn: { title: "", content: [[{ tag: "md", text }]] } };
    },
  },
  text: {
    type: "text",
    bytes: 140_000,
    content: (view, texts) => {
      // In a text message `<at user_id="…">` is a mention, also when the model wrote it.
      const text = plainText(viewText(view, texts, PLAIN)).replaceAll(/<(?=\/?at\b)/gi, "‹");
      return { text };
    },
  },
};

/** The mode that takes over when the platform refuses this one. */
export function simpler(mode: RenderMode): RenderMode | undefined {
  return FORMS[mode].simpler;
}

/** Whether a message of this mode is a card: it has buttons, and can be edited as often as needed. */
export function isCard(mode: RenderMode): boolean {
  return FORMS[mode].type === "interactive";
}

/** Draws a view as a message of Feishu, within its limits. */
export function render(view: View, mode: RenderMode, texts: Texts): Rendered {
  const { type, bytes, content } = FORMS[mode];
  return { type, content: fit(view, bytes, (view) => JSON.stringify(content(view, texts))) };
}

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
function fit(view: View, bytes: number, draw: (view: View) => string): string {
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
