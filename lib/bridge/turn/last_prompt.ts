import type { ConversationRecord } from "../../model/conversation.ts";
import type { Run } from "../../model/turn.ts";

/** The last prompt that a session is known to have; see {@linkcode Run}. */
export function lastPrompt(
  { shown }: Pick<ConversationRecord, "shown">,
  sessionId: string,
  isNew: boolean,
): Pick<Run, "after"> {
  if (isNew) return { after: "" };
  return shown?.sessionId === sessionId ? { after: shown.prompt.id } : {};
}
