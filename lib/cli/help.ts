import { SETTINGS } from "../settings.ts";
import { usage } from "../texts/usage.ts";
import { columns } from "./columns.ts";
import { EXIT_CODES } from "./exit_codes.ts";
import {
  CLI_ACTIONS,
  CLI_ARGUMENTS,
  CLI_COMMANDS,
  CLI_OPTIONS,
  type CliCommand,
  type CliOptionName,
  hasActions,
  isOptionOf,
  OPTION_NAMES,
} from "./options.ts";

/** The text of `--help`, made from the tables of commands, options and settings; or that of one command. */
export function helpText(command?: CliCommand): string {
  if (command !== undefined) return commandHelp(command);
  const commands = CLI_COMMANDS.map((name) => [name, usage.commands[name]]);
  const options = OPTION_NAMES.map((name) => {
    const { of } = CLI_OPTIONS[name];
    const doc = usage.options[name];
    return [optionForm(name), of ? usage.optionOf(of.join(", "), doc) : doc];
  });
  const settings = Object.values(SETTINGS).map(({ name, fallback, doc }) => [
    name,
    fallback === "" || doc.includes("default") ? doc : usage.settingDefault(doc, fallback),
  ]);
  return [
    usage.summary,
    "",
    usage.synopsis,
    "",
    usage.commandsTitle,
    ...indented(commands),
    "",
    usage.optionsTitle,
    ...indented(options),
    "",
    usage.settingsTitle,
    ...indented(settings),
    "",
    usage.exitCodesTitle,
    ...indented(EXIT_CODES.map(({ code, of, doc }) => [
      String(code),
      of ? usage.optionOf(of.join(", "), doc) : doc,
    ])),
  ].join("\n");
}

/** What one command does, and the options that it takes: its own ones first. */
function commandHelp(command: CliCommand): string {
  const own = OPTION_NAMES.filter((name) => isOptionOf(name, command));
  const common = OPTION_NAMES.filter((name) => CLI_OPTIONS[name].of === undefined);
  const actions = hasActions(command) ? [CLI_ACTIONS[command].join("|")] : [];
  const words = [command, ...actions, CLI_ARGUMENTS[command] ?? []].flat();
  const ownCodes = EXIT_CODES.filter(({ of }) => of?.includes(command)).map(({ code }) => code);
  return [
    usage.commandSynopsis(words.join(" ")),
    "",
    usage.commands[command],
    "",
    usage.optionsTitle,
    ...indented([...own, ...common].map((name) => [optionForm(name), usage.options[name]])),
    "",
    usage.exitCodesTitle,
    ...indented(
      EXIT_CODES.filter(({ notOf }) => !notOf?.includes(command))
        .filter(({ code, of }) => of?.includes(command) ?? !ownCodes.includes(code))
        .map(({ code, doc }) => [String(code), doc]),
    ),
  ].join("\n");
}

function optionForm(name: CliOptionName): string {
  const { value } = CLI_OPTIONS[name];
  return value ? `--${name} ${value}` : `--${name}`;
}

/** Rows below a title. Texts that Markdown shows too have its marks of code. */
function indented(rows: readonly (readonly string[])[]): string[] {
  return columns(rows).map((line) => `  ${line.replaceAll("`", "")}`);
}
