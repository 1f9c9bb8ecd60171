import { visible } from "../base/visible.ts";
import type { Args } from "./args.ts";
import { scriptRequest } from "./scripts/script_request.ts";
import { scriptFile, scriptText } from "./scripts/script_text.ts";
import { loadStateSettings } from "./settings.ts";
import { print } from "./terminal.ts";

/**
 * `send --chat NAME [--file F] TEXT|-`: a message from a script into a chat. When it says that the message is
 * accepted, the bridge delivers it, whatever comes.
 *
 * @throws {UsageError} When no bridge runs, or nothing was accepted.
 */
export async function send({ script = { chat: "" }, ...args }: Args): Promise<void> {
  const { config: { stateDir }, texts } = await loadStateSettings(args);
  const text = script.text === undefined ? "" : await scriptText(script.text, texts);
  const file = script.file === undefined ? undefined : await scriptFile(script.file, texts);
  const { id = crypto.randomUUID(), chat } = script;
  const request = { kind: "send", chat, id, text, ...(file && { file }) } as const;
  const reply = await scriptRequest(request, "accepted", { stateDir, texts });
  const where = visible(reply.chat.name) || reply.chat.id;
  print(reply.isRepeated ? texts.acceptedBefore(where) : texts.accepted(where));
}
