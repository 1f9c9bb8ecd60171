import { summaryLine } from "../../base/text.ts";
import type { CommandRequest, CommandResult, Commands } from "./command.ts";

/** The list of commands. */
export const helpCommand: Commands = { help: { usage: "/help", run: help } };

/** Milliseconds that the part of the list that the agent knows may take. */
const AGENT_MS = 3_000;

async function help(
  { conversation, agent, commands, texts, signal }: CommandRequest,
): Promise<CommandResult> {
  const soon = AbortSignal.any([signal, AbortSignal.timeout(AGENT_MS)]);
  const theirs = await agent.commands(conversation.record.directory, soon).catch(() => []);
  const ours = Object.entries(commands).map(([name, { usage, aliases = [] }]) => {
    const typed = [usage, ...aliases.map((alias) => `/${alias}`)].map((one) => `\`${one}\``);
    return `- ${typed.join(", ")} ${texts.commands[name] ?? ""}`;
  });
  const more = theirs.map(({ name, description }) => `- \`/${name}\` ${summaryLine(description)}`);
  const sections = [texts.help, ours.join("\n")];
  if (more.length > 0) sections.push(texts.helpMore, more.join("\n"));
  return { answer: sections.join("\n\n") };
}
