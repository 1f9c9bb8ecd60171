import type { Texts } from "../texts.ts";
import { fit } from "./budget.ts";
import { codeSpan, literal } from "./inline_markdown.ts";
import { toFeishu } from "./markdown.ts";
import { oneLine, plainText } from "./plain_text.ts";
import { todoLine, toolLine } from "./tool_line.ts";
import type { ButtonView, FileView, View, ViewStatus } from "./view.ts";

/** Feishu refuses cards above 30 KB; counted in bytes of UTF-8 (its page of message create). */
export const CARD_BYTES = 28_000;

/** The ids of the elements that grow: the answer, and the reasoning. */
type ElementId = "answer" | "reasoning";

/** Buttons on one card, of whose 200 elements each takes three; the options beyond are answered by typing. */
const BUTTONS = 20;

/** Tool calls that a finished card shows without a click. */
const OPEN_TOOLS = 3;

/** The header's colour by state. */
const COLOURS = {
  plain: "default",
  queued: "grey",
  working: "blue",
  waiting: "orange",
  done: "green",
  failed: "red",
  cancelled: "grey",
  interrupted: "orange",
  closed: "grey",
} as const satisfies Readonly<Record<ViewStatus, string>>;

interface PlainText {
  tag: "plain_text";
  content: string;
}

interface Markdown {
  tag: "markdown";
  content: string;
  element_id?: ElementId;
  text_size?: "notation";
}

interface Button {
  tag: "button";
  text: PlainText;
  type: "default" | "primary" | "danger";
  behaviors: [{ type: "callback"; value: Readonly<Record<string, unknown>> }];
}

type Element =
  | Markdown
  | Button
  | {
    tag: "column_set";
    flex_mode: "flow";
    columns: { tag: "column"; width: "auto"; elements: [Button] }[];
  }
  | {
    tag: "collapsible_panel";
    expanded: false;
    header: { title: Markdown };
    elements: Markdown[];
  };

/** A card of JSON 2.0 with all the properties that we use: Feishu refuses unknown ones. */
interface Card {
  schema: "2.0";
  config: { update_multi: true; summary: { content: string } };
  header?: { title: PlainText; template: (typeof COLOURS)[ViewStatus] };
  body: { elements: Element[] };
}

/** The content of an interactive message (card JSON 2.0) that shows a view, within the byte limit. */
export function renderCard(view: View, texts: Texts): string {
  return fit(view, CARD_BYTES, (view) => {
    const title = oneLine(titleOf(view, texts), 200);
    const template = COLOURS[view.status];
    const header = view.status === "plain"
      ? {}
      : { header: { title: { tag: "plain_text", content: title }, template } } as const;
    return JSON.stringify(card(elements(view, texts), view, texts, header));
  });
}

/** The same with nothing that a platform could dislike but text and buttons. */
export function renderPlainCard(view: View, texts: Texts): string {
  return fit(view, CARD_BYTES, (view) =>
    JSON.stringify(card(
      [
        { tag: "markdown", content: viewMarkdown(view, texts), element_id: "answer" },
        ...(view.buttons ?? []).slice(0, BUTTONS).map(button),
      ],
      view,
      texts,
    )));
}

function card(
  elements: Element[],
  view: View,
  texts: Texts,
  header: Pick<Card, "header"> = {},
): Card {
  const text = (view.text || view.error || view.note || "").slice(0, 500);
  const line = oneLine(text.replaceAll(/^#+\s+|\*\*|`/gm, ""), 60);
  return {
    schema: "2.0",
    // The summary is what the chat list shows.
    config: {
      update_multi: true,
      summary: { content: line || titleOf(view, texts) || "…" },
    },
    ...header,
    body: { elements },
  };
}

function elements(view: View, texts: Texts): Element[] {
  const { note, reasoning, text, error, footer, buttons = [] } = view;
  const elements: Element[] = [];
  const add = (content: string, more?: Partial<Markdown>) => {
    if (content !== "") elements.push({ tag: "markdown", content, ...more });
  };
  const small = { text_size: "notation" } as const;
  if (note) add(line(note), small);
  if (reasoning) {
    elements.push(panel(`💭 ${texts.reasoning}`, toFeishu(reasoning, 0), "reasoning"));
  }
  const tools = toolLines(view, texts);
  if (view.status === "done" && tools.length > OPEN_TOOLS) {
    const failed = view.tools?.filter(({ state }) => state === "error").length ?? 0;
    const all = (view.tools?.length ?? 0) + (view.hiddenTools ?? 0);
    elements.push(panel(`🔧 ${texts.toolCalls(all, failed)}`, tools.join("\n")));
  } else {
    add(tools.join("\n"));
  }
  add(todoLines(view).join("\n"));
  if (text) add(toFeishu(text), { element_id: "answer" });
  for (const { title, text } of view.panels ?? []) {
    elements.push(panel(toFeishu(title), toFeishu(text, 0)));
  }
  if (error) add(`❌ ${line(error)}`);
  add(fileLines(view, texts).join("\n"), small);
  if (buttons.length > 0) {
    elements.push({
      tag: "column_set",
      flex_mode: "flow",
      columns: buttons.slice(0, BUTTONS).map((one) => ({
        tag: "column",
        width: "auto",
        elements: [button(one)],
      })),
    });
  }
  if (footer) add(line(footer), small);
  // A card without elements is refused.
  if (elements.length === 0) add("…", small);
  return elements;
}

function panel(title: string, content: string, id?: ElementId): Element {
  return {
    tag: "collapsible_panel",
    expanded: false,
    header: { title: { tag: "markdown", content: title } },
    elements: [{
      tag: "markdown",
      content,
      ...(id ? { element_id: id } : {}),
      text_size: "notation",
    }],
  };
}

function button({ label, style, value }: ButtonView): Button {
  return {
    tag: "button",
    text: { tag: "plain_text", content: oneLine(label, 100) || "…" },
    type: style ?? "default",
    behaviors: [{ type: "callback", value }],
  };
}

/** The words of a view's header; empty when it has none. */
export function titleOf(view: View, texts: Texts): string {
  return view.title ?? (view.status === "plain" ? "" : texts.status[view.status]);
}

/** A view as one text in Feishu's Markdown, for messages that have no elements. */
export function viewMarkdown(view: View, texts: Texts): string {
  const title = literal(oneLine(titleOf(view, texts), 200));
  return [
    title === "" ? "" : `**${title}**`,
    line(view.note),
    toolLines(view, texts).join("\n"),
    todoLines(view).join("\n"),
    // What posts do with tables is not certain (reports differ).
    toFeishu(view.text ?? "", 0),
    ...(view.panels ?? []).map(({ title, text }) => toFeishu(`${title}\n\n${text}`, 0)),
    view.error ? `❌ ${line(view.error)}` : "",
    fileLines(view, texts).join("\n"),
    line(view.footer),
  ].filter((part) => part !== "").join("\n\n") || "…";
}

/** What is no Markdown. */
function line(text = ""): string {
  return literal(plainText(text).trim());
}

function toolLines({ tools = [], hiddenTools = 0 }: View, texts: Texts): string[] {
  return [
    ...(hiddenTools > 0 ? [`… ${texts.earlierTools(hiddenTools)}`] : []),
    ...tools.map((tool) => literal(toolLine(tool))),
  ];
}

function todoLines({ todos = [], hiddenTodos = 0 }: View): string[] {
  return [...todos.map((todo) => toFeishu(todoLine(todo))), ...more(hiddenTodos)];
}

function fileLines({ files = [], hiddenFiles = 0 }: View, texts: Texts): string[] {
  if (files.length === 0) return [];
  const line = ({ file, additions, deletions }: FileView) =>
    `${codeSpan(oneLine(file, 120))} +${additions} −${deletions}`;
  return [`**${texts.changedFiles}**`, ...files.map(line), ...more(hiddenFiles)];
}

function more(hidden: number): string[] {
  return hidden > 0 ? [`… +${hidden}`] : [];
}
