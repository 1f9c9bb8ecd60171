import { existsSync } from "node:fs";
import { UsageError } from "../base/errors.ts";
import { signal } from "../opencode/server/process.ts";
import type { Args } from "./args.ts";
import { bridgeLog } from "./background/log_part.ts";
import { loadStateSettings } from "./settings.ts";
import { printPart } from "./terminal.ts";

/** How many lines are shown unless the user says otherwise. */
const LINES = 200;

/** `logs`: prints the end of the log; with `--follow`, it keeps printing as the log grows. */
export async function logs(args: Args): Promise<void> {
  const { config: { stateDir }, texts } = await loadStateSettings(args);
  const log = bridgeLog(stateDir);
  if (!existsSync(log)) throw new UsageError(texts.noLog(log));
  // `-F` follows the file by its name, so that it survives a rotation.
  const follow = args.flags.includes("follow") ? ["-F"] : [];
  const tail = new Deno.Command("tail", {
    args: ["-n", `${args.lines ?? LINES}`, ...follow, log],
    stdout: "piped",
  }).spawn();
  Deno.addSignalListener("SIGTERM", () => signal(tail.pid, "SIGTERM"));
  // The file also holds what others wrote into it, such as the runtime when it crashes.
  for await (const text of tail.stdout.pipeThrough(new TextDecoderStream())) {
    if (!printPart(text)) signal(tail.pid, "SIGTERM");
  }
  await tail.status;
}
