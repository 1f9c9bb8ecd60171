import type { Args } from "./args.ts";
import { chatLines, scriptRequest } from "./scripts/script_request.ts";
import { loadStateSettings } from "./settings.ts";
import { complain, print } from "./terminal.ts";

/**
 * `chats`: lists where `send` and `ask` can write, with names and ids; for programs with `--json`.
 *
 * @throws {UsageError} When no bridge runs.
 */
export async function chats(args: Args): Promise<void> {
  const { config: { stateDir }, texts } = await loadStateSettings(args);
  const { chats, missing } = await scriptRequest({ kind: "chats" }, "chats", { stateDir, texts });
  if (args.flags.includes("json")) return print(JSON.stringify(chats, undefined, 2));
  if (chats.length === 0) complain(texts.noChats);
  chatLines(chats, texts).forEach(print);
  if (missing.length > 0) complain(texts.namesMissing(missing.join(", ")));
}
