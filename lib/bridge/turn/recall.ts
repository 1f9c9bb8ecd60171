import type { Services } from "../services.ts";

/** Milliseconds in which the chat has to say whether a message was recalled. */
const RECALL_MS = 5_000;

/** Whether a message was recalled while nobody heard of it; `false` when the chat does not say. */
export async function isRecalled(
  messageId: string,
  { chat, signal }: Pick<Services, "chat" | "signal">,
): Promise<boolean> {
  if (messageId === "") return false;
  const limited = AbortSignal.any([signal, AbortSignal.timeout(RECALL_MS)]);
  return await chat.isRecalled(messageId, limited).catch(() => false);
}
