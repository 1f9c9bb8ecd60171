import type { TwinMessage } from "./twin_message.ts";
import type { SendRawOptions } from "./twin_options.ts";

/** The message with which a person forwards others: a copy of a single one, or a forwarded chat. */
export function forwardOf(
  messages: readonly TwinMessage[],
): Pick<SendRawOptions, "type" | "content" | "forwards"> {
  const [first, ...rest] = messages;
  if (first === undefined) throw new Error("There is nothing to forward.");
  const { type, content, forwarded } = first;
  if (rest.length > 0) return { type: "merge_forward", content: {}, forwards: messages };
  return { type, content, ...(forwarded && { forwards: forwarded }) };
}
