import { summaryLine } from "../../base/text.ts";
import { commandButtons } from "./picker.ts";
import type { CommandRequest, CommandResult, Commands } from "./command.ts";

/** The command that lists all commands. */
export const helpCommand: Commands = { help: { usage: "/help", run: help } };

/** How long to wait for the agent's list of commands, in milliseconds. */
const AGENT_MS = 3_000;

async function help(request: CommandRequest): Promise<CommandResult> {
  const { conversation, agent, commands, texts, signal } = request;
  const limited = AbortSignal.any([signal, AbortSignal.timeout(AGENT_MS)]);
  const agentCommands = await agent.commands(conversation.record.directory, limited).catch(
    () => [],
  );
  const ours = Object.entries(commands).map(([name, { usage, aliases = [] }]) => {
    const forms = [usage, ...aliases.map((alias) => `/${alias}`)].map((form) => `\`${form}\``);
    return `- ${forms.join(", ")} ${texts.commands[name] ?? ""}`;
  });
  const agentLines = agentCommands.map(({ name, description }) =>
    `- \`/${name}\` ${summaryLine(description)}`
  );
  const sections = [texts.help, ours.join("\n")];
  if (agentLines.length > 0) sections.push(texts.helpMore, agentLines.join("\n"));
  const bare = Object.entries(commands)
    .filter(([name, { usage, hasPicker }]) => hasPicker || usage === `/${name}` && name !== "help")
    .map(([name]) => name);
  const buttons = commandButtons(request, bare);
  return { answer: [{ status: "plain", text: sections.join("\n\n"), buttons }] };
}
