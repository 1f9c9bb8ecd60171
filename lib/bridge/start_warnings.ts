import { isClearText } from "../base/clear_text.ts";
import type { AllowedUsers } from "../model/settings.ts";
import { terminalTexts } from "../texts/terminal_texts.ts";
import { isBroad } from "./commands/paths.ts";

/** Lines for the log about settings that are dangerous, though allowed. */
export async function startWarnings(
  { allowedUsers, cwd, kv }: {
    readonly allowedUsers: AllowedUsers;
    readonly cwd: string;
    readonly kv: string;
  },
): Promise<string[]> {
  const lines: string[] = [];
  if (await isBroad(cwd)) {
    lines.push(`${cwd} holds much more than one project, and the agent can change all of it`);
  }
  if (allowedUsers.kind === "everyone" && !allowedUsers.onPurpose) {
    lines.push(...terminalTexts("en").openToAll);
  }
  if (kv !== "" && isClearText(kv)) {
    lines.push("BRIDGE_KV has no https: the token and all messages can be read on the way to it");
  }
  return lines;
}
