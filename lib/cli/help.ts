import { SETTINGS } from "../config.ts";
import { usage } from "../texts/usage.ts";
import { CLI_COMMANDS, CLI_OPTIONS, type CliOptionName } from "./options.ts";

/** The text of `--help`, made from the tables of commands, options and settings. */
export function helpText(): string {
  const commands = CLI_COMMANDS.map((name) => [name, usage.commands[name]]);
  const options = (Object.keys(CLI_OPTIONS) as CliOptionName[]).map((name) => {
    const { value, of } = CLI_OPTIONS[name];
    const doc = usage.options[name];
    return [
      value ? `--${name} ${value}` : `--${name}`,
      of ? usage.optionOf(of.join(", "), doc) : doc,
    ];
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
    ...columns(commands),
    "",
    usage.optionsTitle,
    ...columns(options),
    "",
    usage.settingsTitle,
    ...columns(settings),
  ].join("\n");
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const width = Math.max(...rows.map(([left = ""]) => left.length));
  return rows.map(([left = "", right = ""]) =>
    `  ${left.padEnd(width)}  ${right.replaceAll("`", "")}`
  );
}
