import {
  CLI_ACTIONS,
  CLI_COMMANDS,
  CLI_OPTIONS,
  type CliCommand,
  hasActions,
  isOptionOf,
  OPTION_NAMES,
} from "./options.ts";
import { NAME } from "./program.ts";
import { usage } from "../texts/usage.ts";

/** The script with which a shell completes the command line. */
export function completionScript(shell: (typeof CLI_ACTIONS)["completions"][number]): string {
  return { bash, zsh, fish }[shell]();
}

/** What can follow a command: its actions and options. */
function wordsOf(command: CliCommand): string[] {
  const options = OPTION_NAMES
    .filter((name) => CLI_OPTIONS[name].of === undefined || isOptionOf(name, command))
    .map((name) => `--${name}`);
  return [...(hasActions(command) ? CLI_ACTIONS[command] : []), ...options];
}

/** Options whose value is a directory or a file. */
const PATHS = Object.entries(CLI_OPTIONS)
  .filter(([, { value }]) => value === "DIR" || value === "FILE")
  .map(([name]) => `--${name}`);

function bash(): string {
  const cases = CLI_COMMANDS.map((name) => `    ${name}) words="${wordsOf(name).join(" ")}" ;;`);
  return `_${FUNCTION}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" words
  COMPREPLY=()
  case "$prev" in
    ${PATHS.join("|")}) COMPREPLY=($(compgen -f -- "$cur")); return ;;
  esac
  case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
    *) words="${FIRST}" ;;
  esac
  [ "$COMP_CWORD" -eq 1 ] && words="${FIRST}"
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o filenames -F _${FUNCTION} ${NAME}`;
}

function zsh(): string {
  const described = CLI_COMMANDS.map((name) => `    '${name}:${quoted(usage.commands[name])}'`);
  const cases = CLI_COMMANDS.map((name) => `    ${name}) compadd -- ${wordsOf(name).join(" ")} ;;`);
  return `#compdef ${NAME}
_${FUNCTION}() {
  local -a commands
  commands=(
${described.join("\n")}
  )
  case "$words[CURRENT-1]" in
    ${PATHS.join("|")}) _files; return ;;
  esac
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  case "$words[2]" in
${cases.join("\n")}
  esac
}
# As a file of $fpath, the script is the body of the function.
if [[ "$funcstack[1]" == _${NAME} ]]; then
  _${FUNCTION} "$@"
else
  compdef _${FUNCTION} ${NAME}
fi`;
}

function fish(): string {
  const alone = CLI_COMMANDS.map((name) =>
    `complete -c ${NAME} -f -n __fish_use_subcommand -a ${name} -d '${
      quoted(usage.commands[name])
    }'`
  );
  const others = CLI_COMMANDS.map((name) =>
    `complete -c ${NAME} -f -n '__fish_seen_subcommand_from ${name}' -a '${
      wordsOf(name).join(" ")
    }'`
  );
  const paths = PATHS.map((name) => `complete -c ${NAME} -F -l ${name.slice(2)}`);
  return [...alone, ...others, ...paths].join("\n");
}

const FUNCTION = NAME.replaceAll("-", "_");
const FIRST = [...CLI_COMMANDS, "help", "version"].join(" ");

/** A text between single quotes of any of the shells. */
function quoted(text: string): string {
  return text.replaceAll("'", "’");
}
