import { messageText } from "./message_text.ts";
import type { TwinState } from "./twin_state.ts";

/** The last messages and requests in words, for errors. */
export function describeState(state: TwinState): string {
  const messages = state.messages.all().slice(-6).map((message) => {
    const text = messageText(message).slice(0, 300);
    return `  ${message.sender.name} (${message.type}, ${message.edits.length} edits): ${text}`;
  });
  const requests = state.requests.slice(-6).map(({ method, path, status, code }) =>
    `  ${method} ${path} -> ${status} ${code ?? ""}`
  );
  return [
    `${state.connection.count} connections. Last messages:`,
    ...messages,
    "Last requests:",
    ...requests,
  ].join("\n");
}
