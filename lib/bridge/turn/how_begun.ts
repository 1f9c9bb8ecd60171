import { redact } from "../../base/secrets/redact.ts";
import { summaryLine } from "../../base/text.ts";
import type { ScheduledRun } from "../../model/schedule.ts";
import type { TurnRecord } from "../../model/turn.ts";
import type { Texts } from "../../texts/texts.ts";

/** How many characters of a prompt are shown that somebody else wrote. */
const PROMPT_CHARS = 300;

/** Says how a turn began that no message here asked for. */
export function howBegun(
  { begunBy, script, text, scheduled }: Pick<
    TurnRecord,
    "begunBy" | "script" | "text" | "scheduled"
  >,
  texts: Pick<
    Texts,
    "wokeUp" | "begunElsewhere" | "begunByScript" | "scheduledRun" | "timesLeftOut"
  >,
): string | undefined {
  if (scheduled !== undefined) return howScheduled(text, scheduled, texts);
  if (begunBy === "agent") return texts.wokeUp;
  const prompt = () => redact(summaryLine(text, PROMPT_CHARS));
  if (script !== undefined) return texts.begunByScript(prompt());
  return begunBy === undefined ? undefined : texts.begunElsewhere(prompt());
}

function howScheduled(
  text: string,
  { words, by = "", leftOut = 0 }: ScheduledRun,
  texts: Pick<Texts, "scheduledRun" | "timesLeftOut">,
): string {
  const prompt = redact(summaryLine(text, PROMPT_CHARS));
  const line = texts.scheduledRun(redact(words), prompt, by);
  return leftOut === 0 ? line : `${line}\n${texts.timesLeftOut(leftOut)}`;
}
