import type { Texts } from "../texts.ts";
import { fit } from "./budget.ts";
import { CARD_BYTES, renderCard, renderPlainCard, titleOf, viewMarkdown } from "./card.ts";
import { plainText } from "./plain_text.ts";
import { todoLine, toolLine } from "./tool_line.ts";
import type { Rendered, RenderMode, View } from "./view.ts";

/** Feishu refuses texts above 150 KB (its page of message create). */
const TEXT_BYTES = 140_000;

const SIMPLER: Readonly<Record<RenderMode, RenderMode | undefined>> = {
  card: "plain_card",
  plain_card: "post",
  post: "text",
  text: undefined,
};

/** The mode that takes over when the platform refuses this one. */
export function simpler(mode: RenderMode): RenderMode | undefined {
  return SIMPLER[mode];
}

/** Whether a message of this mode is a card: it has buttons, and can be edited as often as needed. */
export function isCard(mode: RenderMode): boolean {
  return mode === "card" || mode === "plain_card";
}

/** Draws a view as a message of Feishu, within its limits. */
export function render(view: View, mode: RenderMode, texts: Texts): Rendered {
  switch (mode) {
    case "card":
      return { type: "interactive", content: renderCard(view, texts) };
    case "plain_card":
      return { type: "interactive", content: renderPlainCard(view, texts) };
    case "post":
      return {
        type: "post",
        content: fit(view, CARD_BYTES, (view) => {
          const text = viewMarkdown(view, texts);
          return JSON.stringify({ zh_cn: { title: "", content: [[{ tag: "md", text }]] } });
        }),
      };
    case "text":
      return {
        type: "text",
        content: fit(view, TEXT_BYTES, (view) => {
          // In a text message `<at user_id="…">` is a mention, also when the model wrote it.
          const text = plainText(viewText(view, texts)).replaceAll(/<(?=\/?at\b)/gi, "‹");
          return JSON.stringify({ text });
        }),
      };
  }
}

/** A view as text without any markup but the model's own. */
function viewText(view: View, texts: Texts): string {
  const { tools = [], todos = [], files = [] } = view;
  const { hiddenTools = 0, hiddenTodos = 0, hiddenFiles = 0 } = view;
  const title = titleOf(view, texts);
  return [
    title === "" ? [] : [`[${title}]`],
    [view.note ?? ""],
    [hiddenTools > 0 ? `… ${texts.earlierTools(hiddenTools)}` : "", ...tools.map(toolLine)],
    [...todos.map(todoLine), hiddenTodos > 0 ? `… +${hiddenTodos}` : ""],
    [view.text ?? ""],
    ...(view.panels ?? []).map(({ title, text }) => [title, text]),
    [view.error ? `❌ ${view.error}` : ""],
    files.length === 0 ? [] : [
      texts.changedFiles,
      ...files.map(({ file, additions, deletions }) => `${file} +${additions} −${deletions}`),
      hiddenFiles > 0 ? `… +${hiddenFiles}` : "",
    ],
    [view.footer ?? ""],
  ].map((lines) => lines.filter((line) => line.trim() !== "").join("\n"))
    .filter((part) => part !== "").join("\n\n") || "…";
}
