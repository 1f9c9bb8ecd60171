import type { TwinMessage } from "./twin_message.ts";

/** A message and, without their order, all that it forwards, at any depth (Feishu docs: message get). */
export function withForwarded(message: TwinMessage): TwinMessage[] {
  return [message, ...(message.forwarded ?? []).flatMap(withForwarded)];
}
