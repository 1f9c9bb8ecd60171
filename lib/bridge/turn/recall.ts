import type { Services } from "../services.ts";

/** How long to wait for the chat, in milliseconds. */
const RECALL_MS = 5_000;

/** Whether a message was recalled while the bridge was away; `false` if the chat does not answer. */
export async function isRecalled(
  messageId: string,
  { chat, signal }: Pick<Services, "chat" | "signal">,
): Promise<boolean> {
  if (messageId === "") return false;
  const limited = AbortSignal.any([signal, AbortSignal.timeout(RECALL_MS)]);
  return await chat.isRecalled(messageId, limited).catch(() => false);
}
