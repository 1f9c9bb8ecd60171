import type { IncomingMessage } from "../../model/message.ts";
import { parseText, slashTask } from "../commands/parse.ts";
import type { Effects } from "../effects.ts";
import { promptOf } from "../inbox/prompt_of.ts";
import type { Services } from "../services.ts";

/** The prompt of a message that stands for a run of a schedule: what it says, or one of the agent's own commands. */
export function scheduledPrompt(
  { scheduled, ...message }: IncomingMessage & Required<Pick<IncomingMessage, "scheduled">>,
  commands: readonly string[],
  { clock }: Pick<Services["chat"], "clock">,
): Effects {
  const { target, ...run } = scheduled;
  const parsed = parseText(message.text);
  const task = parsed.kind === "slash" ? slashTask(parsed, commands) : undefined;
  const work = {
    text: message.text,
    scheduled: run,
    ...(typeof task === "object" && { task }),
  };
  return { enqueue: [{ ...promptOf(message, work, { clock }), target }] };
}
