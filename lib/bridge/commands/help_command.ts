import { summaryLine } from "../../base/text.ts";
import { type CommandButton, commandButtons } from "./command_buttons.ts";
import { picker } from "./picker.ts";
import type { CommandRequest, CommandResult, Commands } from "./command.ts";

/** The command that lists all commands, or tells of one. */
export const helpCommand: Commands = {
  help: { usage: "/help <command>", argumentPattern: /^(\/?[a-z]+)?$/i, run: help },
};

/** How many commands have a button, as a card takes only so many; the others are in a list below. */
const MAX_BUTTONS = 20;

/** How long to wait for the agent's list of commands, in milliseconds. */
const AGENT_MS = 3_000;

async function help(request: CommandRequest): Promise<CommandResult> {
  const { argument, conversation, agent, commands, texts, signal } = request;
  const wanted = argument.replace("/", "").toLowerCase();
  if (Object.hasOwn(commands, wanted)) return helpWith(wanted, request);
  const limited = AbortSignal.any([signal, AbortSignal.timeout(AGENT_MS)]);
  const agentCommands = await agent.commands(conversation.record.directory, limited).catch(
    () => [],
  );
  const ours = Object.keys(commands).map((name) => lineOf(name, request));
  const agentLines = agentCommands.map(({ name, description }) =>
    `- \`/${name}\` ${summaryLine(description)}`
  );
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

/** Tells of one command, with its button. */
function helpWith(name: string, request: CommandRequest): CommandResult {
  const buttons = isBare(name, request) ? commandButtons(request, [buttonOf(name)]) : [];
  return { answer: [{ status: "plain", text: lineOf(name, request), buttons }] };
}

/** How a command is written, and what it does. */
function lineOf(name: string, { commands, texts }: CommandRequest): string {
  const { usage = "", aliases = [] } = commands[name] ?? {};
  const forms = [usage, ...aliases.map((alias) => `/${alias}`)].map((form) => `\`${form}\``);
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
