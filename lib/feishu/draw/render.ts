import type { JsonObject } from "../../base/json.ts";
import { knownSecrets } from "../../base/secrets/known_secrets.ts";
import { lastPart, splitMarkdown } from "../../base/markdown/split_markdown.ts";
import type { RenderMode } from "../../model/slot.ts";
import type { View } from "../../model/view.ts";
import type { Texts } from "../../texts/texts.ts";
import { bodyBytes } from "./body_bytes.ts";
import { card, plainCard } from "./card.ts";
import { withoutTags } from "./literal.ts";
import { isBlank, plainText } from "./plain_text.ts";
import type { Rendered } from "./rendered.ts";
import { PLAIN, POST, viewText } from "./view_sections.ts";

/** A form in which a view can be shown. */
interface Form {
  readonly type: Rendered["type"];
  /** What takes its place when Feishu refuses it. */
  readonly simpler?: RenderMode;
  /** The most bytes of UTF-8 that its content may have. */
  readonly maxBytes: number;
  readonly content: (view: View, texts: Texts) => JsonObject;
}

/** Feishu refuses cards and posts of more than 30 KB and texts of more than 150 KB (its page of message create). */
const FORMS: Readonly<Record<RenderMode, Form>> = {
  card: { type: "interactive", simpler: "plain_card", maxBytes: 28_000, content: card },
  plain_card: { type: "interactive", simpler: "post", maxBytes: 28_000, content: plainCard },
  post: {
    type: "post",
    simpler: "text",
    maxBytes: 28_000,
    content: (view, texts) => {
      const text = viewText(view, texts, POST);
      return { zh_cn: { title: "", content: [[{ tag: "md", text }]] } };
    },
  },
  text: {
    type: "text",
    maxBytes: 140_000,
    content: (view, texts) => {
      // Feishu reads tags in a text, of mentions and of styles, even when the model wrote them.
      const text = withoutTags(plainText(viewText(view, texts, PLAIN)));
      return { text: `${mentions(view)}${isBlank(text) ? "…" : text}` };
    },
  },
};

/** The mentions before a text (Feishu's page of message contents: the name inside may be empty). */
function mentions({ mentions = [] }: View): string {
  return mentions.filter((id) => /^ou_[\w-]+$/.test(id))
    .map((id) => `<at user_id="${id}"></at> `).join("");
}

/** The mode to use when Feishu refuses this one; `undefined` for the simplest. */
export function simpler(mode: RenderMode): RenderMode | undefined {
  return FORMS[mode].simpler;
}

/** Whether messages of a mode are cards: those have buttons, and no limit of edits. */
export function isCard(mode: RenderMode): boolean {
  return FORMS[mode].type === "interactive";
}

/** Draws a view as a message of Feishu, within its limits and without our own secrets. */
export function render(view: View, mode: RenderMode, texts: Texts): Rendered {
  const { type, maxBytes, content } = FORMS[mode];
  const draw = (view: View) => JSON.stringify(content(view, texts));
  return { type, content: fit(withoutSecrets(namingButtons(view, mode)), maxBytes, draw, texts) };
}

/** A view that names its buttons only in a form that has them. */
function namingButtons(view: View, mode: RenderMode): View {
  const { buttons = [], unpressed } = view;
  return isCard(mode) || buttons.length === 0 ? view : { ...view, ...unpressed };
}

/** A view or a part of it without our own secrets. The values of buttons come back to us as they are. */
function withoutSecrets<T>(part: T): T {
  const clean = (part: unknown): unknown => {
    if (typeof part === "string") return knownSecrets.hide(part);
    if (Array.isArray(part)) return part.map(clean);
    if (typeof part !== "object" || part === null) return part;
    return Object.fromEntries(
      Object.entries(part).map(([name, one]) => [name, name === "value" ? one : clean(one)]),
    );
  };
  return clean(part) as T;
}

/** How much of a view is drawn. */
interface Detail {
  /** Characters of reasoning. */
  readonly reasoning: number;
  /** Entries of each list. */
  readonly tools: number;
  readonly todos: number;
  readonly files: number;
  /** Characters of the note, the error and the footer. */
  readonly line: number;
}

/** From full detail to little. */
const DETAILS: readonly Detail[] = [
  { reasoning: 2000, tools: 20, todos: 30, files: 20, line: 1000 },
  { reasoning: 500, tools: 8, todos: 15, files: 20, line: 1000 },
  { reasoning: 0, tools: 3, todos: 8, files: 8, line: 600 },
];
const LEAST_DETAIL: Detail = { reasoning: 0, tools: 0, todos: 3, files: 8, line: 300 };

/**
 * Draws as much of a view as fits into `maxBytes` of a request's body. What a reader can do without is shortened
 * first, and the text last.
 */
function fit(view: View, maxBytes: number, draw: (view: View) => string, texts: Texts): string {
  // No character takes less than a byte.
  const text = shorten(view, maxBytes, texts);
  for (const detail of [...DETAILS, LEAST_DETAIL]) {
    const content = draw({ ...reduce(view, detail), text });
    if (bodyBytes(content) <= maxBytes) return content;
  }
  for (let length = text.length;;) {
    length = Math.floor(length * 0.8);
    const content = draw({ ...reduce(view, LEAST_DETAIL), text: shorten(view, length, texts) });
    if (bodyBytes(content) <= maxBytes || length < 100) return content;
  }
}

/**
 * About `max` characters of a view's text. An answer loses its beginning, which was seen before it grew so
 * long. What has a title of its own, such as a question, came at once, and loses its middle.
 */
function shorten({ text = "", title }: View, max: number, texts: Texts): string {
  if (text.length <= max) return text;
  if (title === undefined) return `…\n\n${lastPart(text, max)}`;
  const half = Math.max(Math.floor(max / 2), 20);
  const [beginning = ""] = splitMarkdown(text.slice(0, 2 * half).toWellFormed(), half);
  const end = lastPart(text, half);
  const missing = text.length - beginning.length - end.length;
  return `${beginning}\n\n${texts.middleMissing(missing)}\n\n${end}`;
}

/** A view without what exceeds a detail. Entries that are left out are counted. */
function reduce(view: View, detail: Detail): View {
  const { reasoning = "", tools = [], todos = [], files = [] } = view;
  const { hiddenTools = 0, hiddenTodos = 0, hiddenFiles = 0 } = view;
  const line = (text = "") => text.slice(0, detail.line).toWellFormed();
  // The todos around the current one matter more than those long done, and those much later.
  const open = todos.findIndex(({ state }) => state === "pending" || state === "in_progress");
  const from = Math.max(0, Math.min(open - 1, todos.length - detail.todos));
  return {
    ...view,
    reasoning: detail.reasoning === 0 ? "" : lastPart(reasoning, detail.reasoning),
    note: line(view.note),
    error: line(view.error),
    footer: line(view.footer),
    tools: tools.slice(Math.max(0, tools.length - detail.tools)),
    hiddenTools: hiddenTools + Math.max(0, tools.length - detail.tools),
    todos: todos.slice(from, from + detail.todos),
    hiddenTodos: hiddenTodos + Math.max(0, todos.length - detail.todos),
    files: files.slice(0, detail.files),
    hiddenFiles: hiddenFiles + Math.max(0, files.length - detail.files),
  };
}
