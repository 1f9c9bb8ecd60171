import { summaryLine } from "../../base/text.ts";
import { texts as textsOf } from "../../texts/texts.ts";
import { agentCommands } from "./agent_commands.ts";
import { CHINESE_WORDS } from "./chinese_words.ts";
import { type CommandButton, commandButtons } from "./command_buttons.ts";
import type { AgentCommand } from "../../model/session.ts";
import type { CommandRequest, CommandResult, Commands } from "./command.ts";
import { namedCommand, nearestName } from "./command_names.ts";
import { picker } from "./picker.ts";

/** The command that lists all commands, or tells of one. */
export const helpCommand: Commands = {
  help: { usage: "/help <command>", argumentPattern: /^\/?[\p{L}\p{N}_.:-]*$/u, run: help },
};

/** How many commands have a button, as a card takes only so many; the others are in a list below. */
const MAX_BUTTONS = 20;

async function help(request: CommandRequest): Promise<CommandResult> {
  const { argument, conversation, commands, texts } = request;
  const wanted = argument.replace("/", "");
  const named = namedCommand(wanted, commands);
  if (named !== undefined) return helpWith(named, request);
  const agents = await agentCommands(conversation.record.directory, request) ?? [];
  if (wanted !== "") return helpWithout(wanted, agents, request);
  const ours = Object.keys(commands).map((name) => lineOf(name, request));
  const agentLines = agents.map(agentLine);
  const sections = [texts.help, ours.join("\n")];
  if (agentLines.length > 0) sections.push(texts.helpMore, agentLines.join("\n"));
  const bare = Object.keys(commands).filter((name) => isBare(name, request));
  return {
    answer: [{
      status: "plain",
      text: sections.join("\n\n"),
      buttons: commandButtons(request, bare.slice(0, MAX_BUTTONS).map(buttonOf)),
      pickers: picker(
        request,
        "help",
        texts.moreCommands,
        bare.slice(MAX_BUTTONS).map((value) => ({ value, label: `/${value}` })),
      ),
    }],
  };
}

/** Tells of one command, with its button. @param before What is said first. */
function helpWith(name: string, request: CommandRequest, before = ""): CommandResult {
  const buttons = isBare(name, request) ? commandButtons(request, [buttonOf(name)]) : [];
  const text = before + lineOf(name, request);
  return { answer: [{ status: "plain", text, buttons }] };
}

/** Tells of a command that is not one of the bridge's: one of the agent's, or the nearest one. */
function helpWithout(
  wanted: string,
  agents: readonly AgentCommand[],
  request: CommandRequest,
): CommandResult {
  const { commands, texts } = request;
  const byName = (name = "") => agents.find((one) => one.name.toLowerCase() === name.toLowerCase());
  const itself = byName(wanted);
  if (itself !== undefined) return { answer: agentLine(itself) };
  const near = nearestName(wanted, commands, agents.map(({ name }) => name));
  const before = `${texts.noSuchCommand(`/${wanted}`)}\n\n`;
  const named = near && namedCommand(near, commands);
  if (named) return helpWith(named, request, before);
  const other = byName(near);
  return { answer: (before + (other ? agentLine(other) : "")).trimEnd() };
}

/** One of the agent's own commands. */
function agentLine({ name, description }: AgentCommand): string {
  return `- \`/${name}\` ${summaryLine(description)}`;
}

/** How a command is written, in a Chinese chat also in Chinese, and what it does. */
function lineOf(name: string, { commands, texts }: CommandRequest): string {
  const { usage = "", aliases = [] } = commands[name] ?? {};
  const chinese = texts === textsOf("zh") ? CHINESE_WORDS[name]?.words.slice(0, 1) ?? [] : [];
  const others = [...aliases, ...chinese].map((other) => `/${other}`);
  const forms = [usage, ...others].map((form) => `\`${form}\``);
  return `- ${forms.join(", ")} ${texts.commands[name] ?? ""}`;
}

/** Whether a command makes sense without an argument. */
function isBare(name: string, { commands }: CommandRequest): boolean {
  const { usage, hasPicker } = commands[name] ?? {};
  return hasPicker === true || usage === `/${name}`;
}

/** A button that sends a command by its name. */
function buttonOf(name: string): CommandButton {
  return [`/${name}`, name, ""];
}
