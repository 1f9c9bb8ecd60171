import { type IncomingMessage, isVoice } from "../../model/message.ts";
import type { Services } from "../services.ts";

/** Whether messages like this one can be read: for those of speech, something has to be set up. */
export function isReadable(
  message: IncomingMessage,
  { chat, transcriber }: Pick<Services, "chat" | "transcriber">,
): boolean {
  return isVoice(message) ? transcriber !== undefined : chat.isSupported(message.type);
}
