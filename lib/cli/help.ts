import { SETTINGS } from "../config.ts";
import { CLI_COMMANDS, CLI_OPTIONS } from "./args.ts";

/** The text of `--help`, made from the tables of commands, options and settings. */
export function helpText(): string {
  const commands = Object.entries(CLI_COMMANDS).map(([name, doc]): [string, string] => [name, doc]);
  const options = Object.entries(CLI_OPTIONS).map(([name, { value, doc }]): [string, string] => [
    `--${name}${value === undefined ? "" : ` ${value}`}`,
    doc,
  ]);
  const settings = Object.values(SETTINGS).map(({ name, fallback, doc }): [string, string] => [
    name,
    fallback === "" || doc.includes("default") ? doc : `${doc} Default: ${fallback}`,
  ]);
  return [
    "Drives the opencode coding agent on this machine from a Feishu/Lark chat.",
    "",
    "Usage: feishu-opencode-bridge [command] [options]",
    "",
    "Commands:",
    ...columns(commands),
    "",
    "Options:",
    ...columns(options),
    "",
    "Settings, from the environment or an env file:",
    ...columns(settings),
  ].join("\n");
}

function columns(rows: readonly [string, string][]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right.replaceAll("`", "")}`);
}
