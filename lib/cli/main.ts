import { FINISH_VARIABLE, NAME, VERSION } from "./program.ts";
import { stopRequested } from "./stop_requested.ts";

/**
 * Runs a command line. Nothing is loaded to say which version this is.
 *
 * @returns The exit code, see `commandLine`.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const unfinished = Deno.env.get(FINISH_VARIABLE);
  if (unfinished) return await (await import("./update/finish.ts")).finish(unfinished);
  const [first = "run"] = argv;
  if (argv.length === 1 && first === "--version") return printVersion();
  if (first !== "run") return await (await import("./command_line.ts")).commandLine(argv);
  // A signal counts from here on, even while the code is loaded.
  const stop = stopRequested();
  return await (await import("./bridge_line.ts")).bridgeLine(argv, stop);
}

function printVersion(): number {
  try {
    Deno.stdout.writeSync(new TextEncoder().encode(`${NAME} ${VERSION}\n`));
  } catch {
    // Nobody reads it any more.
  }
  return 0;
}
