import type { JsonObject } from "../json.ts";
import type { Texts } from "../texts.ts";
import { fit } from "./budget.ts";
import { card, plainCard } from "./card.ts";
import { plainText } from "./plain_text.ts";
import type { Rendered, RenderMode, View } from "./view.ts";
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
