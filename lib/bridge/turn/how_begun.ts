import { redact } from "../../base/redact.ts";
import { summaryLine } from "../../base/text.ts";
import type { TurnRecord } from "../../model/turn.ts";
import type { Texts } from "../../texts/texts.ts";

/** How many characters of a prompt are shown that somebody else wrote. */
const PROMPT_CHARS = 300;

/** Says how a turn began that nobody asked for here. */
export function howBegun(
  { begunBy, text }: Pick<TurnRecord, "begunBy" | "text">,
  texts: Pick<Texts, "wokeUp" | "begunElsewhere">,
): string | undefined {
  if (begunBy === undefined) return undefined;
  if (begunBy === "agent") return texts.wokeUp;
  return texts.begunElsewhere(redact(summaryLine(text, PROMPT_CHARS)));
}
