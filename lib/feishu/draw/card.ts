import type { JsonObject } from "../../base/json.ts";
import { knownSecrets } from "../../base/secrets/known_secrets.ts";
import { redact } from "../../base/secrets/redact.ts";
import type { ButtonView, PickerView, PressedView, View, ViewStatus } from "../../model/view.ts";
import type { Texts } from "../../texts/texts.ts";
import { MAX_TABLES } from "./markdown.ts";
import { withoutMentions } from "./literal.ts";
import { isBlank, oneLine } from "./plain_text.ts";
import { MARKDOWN, type Section, titleOf, viewSections, viewText } from "./view_sections.ts";

/**
 * The most buttons on one card. Each takes three of the 200 elements that a card may have; further options
 * are answered by typing.
 */
const MAX_BUTTONS = 20;

/** How many characters of a label are shown. */
const LABEL_CHARS = 100;
/** A finished card with more tool calls than this shows them only after a click. */
const MAX_OPEN_TOOLS = 3;

/** The colour of the header. */
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
  const { status, tools = [], hiddenTools = 0, footer = "" } = view;
  const { buttons = [], pickers = [], pressed } = view;
  const failed = tools.filter(({ state }) => state === "error").length;
  const folded = status === "done" && tools.length > MAX_OPEN_TOOLS
    ? { title: `🔧 ${texts.toolCalls(tools.length + hiddenTools, failed)}` }
    : {};
  const elements = (view: View) =>
    viewSections(view, texts, MARKDOWN, MAX_TABLES)
      .map((section) => element(section.of === "tools" ? { ...section, ...folded } : section));
  const columns = buttons.slice(0, MAX_BUTTONS)
    .map((one) => column(button(one)));
  const header = { title: plainText(titleOf(view, texts)), template: COLOURS[status] };
  return {
    ...frame(view, texts, [
      ...elements({ ...view, footer: "" }),
      ...pickers.map(picker),
      ...(columns.length > 0 ? [row(columns)] : []),
      ...(pressed ? [pressedBy(pressed)] : []),
      ...elements({ status, footer }),
    ]),
    ...(status === "plain" ? {} : { header }),
  };
}

/** A card with nothing but text and what can be pressed, for views whose full card was refused. */
export function plainCard(view: View, texts: Texts): JsonObject {
  return frame(view, texts, [
    element({ of: "text", content: viewText(view, texts, MARKDOWN) }),
    ...(view.pickers ?? []).map(picker),
    ...(view.buttons ?? []).slice(0, MAX_BUTTONS).map(button),
  ]);
}

/** A card without a header around its elements. */
function frame(view: View, texts: Texts, elements: JsonObject[]): JsonObject {
  const [exact] = view.exact ?? [];
  const approval = exact && `${titleOf(view, texts)}: ${exact.text}`;
  const text = (approval || view.text || view.error || view.note || "").slice(0, 500);
  // Without its marks, a secret may stand there whole. What is to be approved is shown as it is.
  const plain = text.replaceAll(/^#+\s+|\*\*|`/gm, "");
  const words = oneLine(approval ? knownSecrets.hide(plain) : redact(plain), 60);
  // A mention in it would notify.
  const summary = withoutMentions(isBlank(words) ? titleOf(view, texts) || "…" : words);
  return {
    schema: "2.0",
    // The summary is shown in the list of chats.
    config: { update_multi: true, summary: { content: summary } },
    // Feishu refuses a card without elements.
    body: { elements: elements.length > 0 ? elements : [element({ of: "note", content: "…" })] },
  };
}

/** The ids of the elements that can grow on their own. */
const IDS: Readonly<Partial<Record<Section["of"], string>>> = {
  text: "answer",
  reasoning: "reasoning",
};

function element({ of, title, content }: Section): JsonObject {
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

/** A line with a person's name. Unlike a mention, that notifies nobody. */
function pressedBy({ line, by }: PressedView): JsonObject {
  const person = { tag: "person", user_id: by, size: "extra_small", show_name: true };
  return row([column(element({ of: "note", content: line })), column(person)]);
}

function row(columns: JsonObject[]): JsonObject {
  return { tag: "column_set", flex_mode: "flow", columns };
}

function column(content: JsonObject): JsonObject {
  return { tag: "column", width: "auto", elements: [content] };
}

function button({ label, style, value }: ButtonView): JsonObject {
  return {
    tag: "button",
    text: plainText(isBlank(label) ? "…" : oneLine(label, LABEL_CHARS)),
    type: style ?? "default",
    behaviors: [{ type: "callback", value }],
  };
}

function picker({ placeholder, options, value }: PickerView): JsonObject {
  return {
    tag: "select_static",
    placeholder: plainText(oneLine(placeholder, LABEL_CHARS)),
    options: options.map(({ label, value }) => ({
      text: plainText(isBlank(label) ? "…" : oneLine(label, LABEL_CHARS)),
      value,
    })),
    width: "fill",
    behaviors: [{ type: "callback", value }],
  };
}

function plainText(content: string): JsonObject {
  return { tag: "plain_text", content };
}
