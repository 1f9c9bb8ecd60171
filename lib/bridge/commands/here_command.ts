import type { CommandRequest, CommandResult, Commands } from "./command.ts";

/** The command that says how to go on in opencode's own terminal UI. */
export const hereCommand: Commands = { here: { usage: "/here", run: here } };

function here({ conversation, settings, texts }: CommandRequest): CommandResult {
  const { sessionId } = conversation.record;
  if (sessionId === undefined) return { answer: texts.nothingYet };
  const { stateDir } = settings;
  const home = `${Deno.env.get("HOME") ?? ""}/.feishu-opencode-bridge`;
  const where = stateDir === home ? "" : ` --state-dir '${stateDir.replaceAll("'", `'\\''`)}'`;
  const command = `feishu-opencode-bridge attach ${sessionId}${where}`;
  return { answer: texts.here(`\`\`\`\n${command}\n\`\`\``) };
}
