/**
 * Prints the manual page, made from the same tables as `--help`:
 *
 *     deno run --allow-env --allow-read --no-lock tools/man_page.ts | man -l -
 */
import deno from "../deno.json" with { type: "json" };
import { EXIT_CODES } from "../lib/cli/exit_codes.ts";
import { CLI_ACTIONS, CLI_COMMANDS, CLI_OPTIONS, hasActions } from "../lib/cli/options.ts";
import { SETTINGS } from "../lib/settings.ts";
import { usage } from "../lib/texts/usage.ts";

const NAME = "feishu-opencode-bridge";

/**
 * The manual page (man(7)).
 *
 * @param seconds Its date, since 1970.
 */
export function manPage(seconds: number): string {
  const date = new Date(seconds * 1000).toISOString().slice(0, 10);
  const commands = CLI_COMMANDS.map((name) =>
    entry([name, ...hasActions(name) ? [CLI_ACTIONS[name].join("|")] : []], usage.commands[name])
  );
  const options = Object.entries(CLI_OPTIONS).map(([name, { value, of }]) => {
    const doc = usage.options[name as keyof typeof CLI_OPTIONS];
    const words = [`--${name}`, ...value ? [value] : []];
    return entry(words, of ? usage.optionOf(of.join(", "), doc) : doc);
  });
  const settings = Object.values(SETTINGS).map(({ name, fallback, doc }) =>
    entry([name], fallback === "" ? doc : usage.settingDefault(doc, fallback))
  );
  return [
    `.TH ${NAME.toUpperCase().replaceAll("-", "\\-")} 1 ${date} "${NAME} ${deno.version}"`,
    section("NAME", `${NAME} \\- drive the opencode coding agent from a Feishu or Lark chat`),
    section("SYNOPSIS", `.B ${escaped(NAME)}\n[\\fIcommand\\fR] [\\fIoptions\\fR]`),
    section("DESCRIPTION", escaped(`${usage.summary} The first \`start\` makes the Feishu app.`)),
    section("COMMANDS", ...commands),
    section("OPTIONS", ...options),
    section("ENVIRONMENT", escaped("These can also stand in an env file."), ...settings),
    section(
      "FILES",
      entry(["~/.feishu-opencode-bridge/.env"], "The settings, as setup writes them."),
      entry(["~/.feishu-opencode-bridge/bridge.log"], "The log."),
    ),
    section(
      "EXIT STATUS",
      ...EXIT_CODES.map(({ code, of, doc }) =>
        entry([String(code)], of ? usage.optionOf(of.join(", "), doc) : doc)
      ),
    ),
    "",
  ].join("\n");
}

function section(title: string, ...parts: readonly string[]): string {
  return [`.SH ${title}`, ...parts].join("\n");
}

/** A paragraph under words of which the first is bold. */
function entry([first = "", ...others]: readonly string[], doc: string): string {
  return `.TP\n\\fB${escaped(first)}\\fR${others.map((word) => ` ${escaped(word)}`).join("")}\n` +
    escaped(doc);
}

/** A text in which nothing is a command of roff. */
function escaped(text: string): string {
  return text.replaceAll("`", "").replaceAll("\\", "\\e").replaceAll("-", "\\-")
    .replaceAll("…", "...").replace(/^([.'])/, "\\&$1");
}

if (import.meta.main) {
  const seconds = Number(Deno.env.get("SOURCE_DATE_EPOCH") ?? Date.now() / 1000);
  await new Blob([manPage(seconds)]).stream().pipeTo(Deno.stdout.writable);
}
