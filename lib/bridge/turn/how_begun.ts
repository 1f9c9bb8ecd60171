import { redact } from "../../base/redact.ts";
import { summaryLine } from "../../base/text.ts";
import type { TurnRecord } from "../../model/turn.ts";
import type { Texts } from "../../texts/texts.ts";

/** How many characters of a prompt are shown that somebody else wrote. */
const PROMPT_CHARS = 300;

/** Says how a turn began that nobody asked for here. */
export function howBegun(
  { begunBy, script, text }: Pick<TurnRecord, "begunBy" | "script" | "text">,
  texts: Pick<Texts, "wokeUp" | "begunElsewhere" | "begunByScript">,
): string | undefined {
  if (begunBy === "agent") return texts.wokeUp;
  const prompt = () => redact(summaryLine(text, PROMPT_CHARS));
  if (script !== undefined) return texts.begunByScript(prompt());
  return begunBy === undefined ? undefined : texts.begunElsewhere(prompt());
}
