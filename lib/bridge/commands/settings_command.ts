import type { Command, CommandRequest, CommandResult, Commands } from "./command.ts";
import { commandButtons } from "./command_buttons.ts";

/** The command that shows what the conversation and the bridge are set to, and changes what others set. */
export const settingsCommand: Commands = {
  settings: {
    usage: "/settings",
    // The name of a command, and perhaps what it takes.
    argumentPattern: /^([a-z]{2,}(\s+\S+){0,2})?$/i,
    isOrdered: true,
    run: settings,
  },
};

async function settings(request: CommandRequest): Promise<CommandResult> {
  const { argument, settings, commands, texts } = request;
  const setters = Object.entries(commands).filter(([, { current }]) => current !== undefined);
  if (argument !== "") return await change(request, setters);
  const here = setters.map(([name, { current }]) =>
    `- \`/${name}\` ${code(current?.(request) ?? "")}`
  );
  const bridge = [...settings.shown].map(([name, text]) => `- \`${name}\` ${code(text)}`);
  return {
    answer: [{
      status: "plain",
      text: [texts.settingsHere, here.join("\n"), texts.howToSet].join("\n\n"),
      panels: [{ title: texts.settingsOfBridge, text: bridge.join("\n") }],
      buttons: commandButtons(request, setters.map(([name]) => [`/${name}`, name, ""])),
    }],
  };
}

/** Does what one of the commands does that set something. */
async function change(
  request: CommandRequest,
  setters: readonly (readonly [string, Command])[],
): Promise<CommandResult> {
  const { argument: typed, texts } = request;
  const [key = "", ...words] = typed.split(/\s+/);
  const argument = words.join(" ");
  const [name = "settings", command] = setters.find(([name]) => name === key.toLowerCase()) ?? [];
  if (command?.argumentPattern?.test(argument)) return await command.run({ ...request, argument });
  return { answer: texts.misused(command?.usage ?? "/settings", texts.commands[name] ?? "") };
}

/** A value as code; a dash if there is none. */
function code(value: string): string {
  return value === "" ? "–" : `\`${value}\``;
}
