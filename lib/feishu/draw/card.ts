import type { JsonObject } from "../../base/json.ts";
import type { Texts } from "../../texts/texts.ts";
import { TABLES } from "./markdown.ts";
import { oneLine } from "./plain_text.ts";
import type { ButtonView, View, ViewStatus } from "../../model/view.ts";
import { MARKDOWN, type Part, titleOf, viewParts, viewText } from "./view_parts.ts";

/** Buttons on one card, of whose 200 elements each takes three; the options beyond are answered by typing. */
const BUTTONS = 20;

/** Tool calls that a finished card shows without a click. */
const OPEN_TOOLS = 3;

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

/** A card of JSON 2.0 that shows a view. Feishu refuses cards with properties that it does not know. */
export function card(view: View, texts: Texts): JsonObject {
  const { status, tools = [], hiddenTools = 0, footer = "", buttons = [] } = view;
  const failed = tools.filter(({ state }) => state === "error").length;
  const folded = status === "done" && tools.length > OPEN_TOOLS
    ? { title: `🔧 ${texts.toolCalls(tools.length + hiddenTools, failed)}` }
    : {};
  const elements = (view: View) =>
    viewParts(view, texts, MARKDOWN, TABLES)
      .map((part) => element(part.of === "tools" ? { ...part, ...folded } : part));
  const columns = buttons.slice(0, BUTTONS)
    .map((one) => ({ tag: "column", width: "auto", elements: [button(one)] }));
  const header = { title: plainText(titleOf(view, texts)), template: COLOURS[status] };
  return {
    ...around(view, texts, [
      ...elements({ ...view, footer: "" }),
      ...(columns.length > 0 ? [{ tag: "column_set", flex_mode: "flow", columns }] : []),
      ...elements({ status, footer }),
    ]),
    ...(status === "plain" ? {} : { header }),
  };
}

/** The same with nothing that a platform could dislike but text and buttons. */
export function plainCard(view: View, texts: Texts): JsonObject {
  return around(view, texts, [
    element({ of: "text", content: viewText(view, texts, MARKDOWN) }),
    ...(view.buttons ?? []).slice(0, BUTTONS).map(button),
  ]);
}

function around(view: View, texts: Texts, elements: JsonObject[]): JsonObject {
  const text = (view.text || view.error || view.note || "").slice(0, 500);
  const line = oneLine(text.replaceAll(/^#+\s+|\*\*|`/gm, ""), 60);
  return {
    schema: "2.0",
    // The summary is what the chat list shows.
    config: {
      update_multi: true,
      summary: { content: line || titleOf(view, texts) || "…" },
    },
    // A card without elements is refused.
    body: { elements: elements.length > 0 ? elements : [element({ of: "note", content: "…" })] },
  };
}

/** The ids of the elements that grow. */
const IDS: Readonly<Partial<Record<Part["of"], string>>> = {
  text: "answer",
  reasoning: "reasoning",
};

function element({ of, title, content }: Part): JsonObject {
  const isSmall = title !== undefined || of === "note" || of === "files" || of === "footer";
  const markdown = {
    tag: "markdown",
    content,
    ...(IDS[of] && { element_id: IDS[of] }),
    ...(isSmall && { text_size: "notation" }),
  };
  if (title === undefined) return markdown;
  return {
    tag: "collapsible_panel",
    expanded: false,
    header: { title: { tag: "markdown", content: title } },
    elements: [markdown],
  };
}

function button({ label, style, value }: ButtonView): JsonObject {
  return {
    tag: "button",
    text: plainText(oneLine(label, 100) || "…"),
    type: style ?? "default",
    behaviors: [{ type: "callback", value }],
  };
}

function plainText(content: string): JsonObject {
  return { tag: "plain_text", content };
}
