import type { AllowedUsers } from "../model/settings.ts";
import { terminalTexts } from "../texts/terminal_texts.ts";
import { isBroad } from "./commands/paths.ts";

/** Lines for the log about settings that are dangerous, though allowed. */
export async function startWarnings(
  { allowedUsers, cwd }: { readonly allowedUsers: AllowedUsers; readonly cwd: string },
): Promise<string[]> {
  const lines: string[] = [];
  if (await isBroad(cwd)) {
    lines.push(`${cwd} holds much more than one project, and the agent can change all of it`);
  }
  if (allowedUsers.kind === "everyone" && !allowedUsers.onPurpose) {
    lines.push(...terminalTexts("en").openToAll);
  }
  return lines;
}
