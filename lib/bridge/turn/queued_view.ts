import type { View } from "../../model/view.ts";
import type { Texts } from "../../texts/texts.ts";
import type { AskSummary } from "../asks/ask.ts";

/** The view of a turn in the queue, behind `before` others, while the chat is asked the first of `asks`. */
export function queuedView(
  before: number,
  texts: Pick<Texts, "queuedBehind" | "noAnswer">,
  [ask]: readonly AskSummary[],
): View {
  const note = texts.queuedBehind(before);
  return { status: "queued", note: ask ? `${texts.noAnswer(ask.title)}\n${note}` : note };
}
