import { profileDir, profileOf } from "../../base/profiles.ts";
import type { CommandRequest, CommandResult, Commands } from "./command.ts";

/** The command that says how to go on in opencode's own terminal UI. */
export const hereCommand: Commands = { here: { usage: "/here", run: here } };

function here({ conversation, settings, texts }: CommandRequest): CommandResult {
  const { sessionId } = conversation.record;
  if (sessionId === undefined) return { answer: texts.nothingYet };
  const { stateDir } = settings;
  const home = `${Deno.env.get("HOME") ?? ""}/.feishu-opencode-bridge`;
  const profile = profileOf(stateDir);
  const quoted = `'${stateDir.replaceAll("'", `'\\''`)}'`;
  const isDefault = stateDir === home;
  const isProfile = profile !== undefined && stateDir === profileDir(home, profile);
  const where = isDefault ? "" : isProfile ? ` --profile ${profile}` : ` --state-dir ${quoted}`;
  const command = `feishu-opencode-bridge attach ${sessionId}${where}`;
  return { answer: texts.here(`\`\`\`\n${command}\n\`\`\``) };
}
