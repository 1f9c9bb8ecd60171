import type { Texts } from "../texts.ts";
import { renderCard, titleOf, todoLine, toolLine } from "./card.ts";
import { plainText, toFeishu } from "./markdown.ts";
import type { Rendered, RenderMode, View } from "./view.ts";

/** The mode that takes over when the platform refuses this one. */
export function simpler(mode: RenderMode): RenderMode | undefined {
  return mode === "card" ? "post" : mode === "post" ? "text" : undefined;
}

/** Draws a view as a message of Feishu. */
export function render(view: View, mode: RenderMode, texts: Texts): Rendered {
  switch (mode) {
    case "card":
      return { type: "interactive", content: renderCard(view, texts) };
    case "post": {
      const text = toFeishu(lines(view, texts, true));
      const content = { zh_cn: { title: "", content: [[{ tag: "md", text }]] } };
      return { type: "post", content: JSON.stringify(content) };
    }
    case "text": {
      // In a text message `<at user_id="…">` is a mention, also when the model wrote it.
      const text = plainText(lines(view, texts, false)).replaceAll(/<(?=\/?at\b)/gi, "‹");
      return { type: "text", content: JSON.stringify({ text }) };
    }
  }
}

/** A view as one text, for messages that have no elements. */
function lines(view: View, texts: Texts, markdown: boolean): string {
  const status = titleOf(view, texts);
  const hidden = view.hiddenTools ?? 0;
  return [
    status === "" ? "" : markdown ? `**${status}**` : `[${status}]`,
    view.note ?? "",
    [
      hidden > 0 ? `… ${texts.earlierTools(hidden)}` : "",
      ...(view.tools ?? []).map(toolLine),
    ].filter((line) => line !== "").join("\n"),
    (view.todos ?? []).slice(0, 30).map(todoLine).join("\n"),
    view.text ?? "",
    view.error ? `❌ ${view.error}` : "",
    view.files?.length
      ? [
        texts.changedFiles,
        ...view.files.slice(0, 20).map((file) =>
          `${file.file} +${file.additions} −${file.deletions}`
        ),
      ].join("\n")
      : "",
    view.footer ?? "",
  ].filter((part) => part.trim() !== "").join("\n\n") || "…";
}
