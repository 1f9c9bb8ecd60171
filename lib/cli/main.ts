import { describe, UsageError } from "../errors.ts";
import { type CliCommand, readArgs } from "./args.ts";
import { helpText } from "./help.ts";
import { VERSION } from "./version.ts";

/** Each command's code is loaded when it is called: `run` needs nothing of `demo`. */
const COMMANDS = {
  run: async (args) => (await import("./run.ts")).run(args),
  demo: async (args) => (await import("./demo.ts")).demo(args),
} satisfies Record<CliCommand, (args: ReturnType<typeof readArgs>) => Promise<void>>;

/** Runs a command line and returns the exit code: 0, 1 for a failure, 2 for a mistake in the input. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const args = readArgs(argv);
    if (args.help) print(helpText());
    else if (args.version) print(`feishu-opencode-bridge ${VERSION}`);
    else await COMMANDS[args.command](args);
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      complain(error.message);
      return error.exitCode;
    }
    complain(describe(error));
    return 1;
  }
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

function complain(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`feishu-opencode-bridge: ${text}\n`));
}
