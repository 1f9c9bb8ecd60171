/** Starts a process that is independent of this one. @param log Where its standard error goes. */
export function spawnDetached(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  log: string,
): Deno.ChildProcess {
  const child = new Deno.Command("sh", {
    // Standard error goes to the log file too: a crash of the runtime does not pass through our log.
    args: ["-c", 'umask 077; log=$1; shift; exec "$@" 2>>"$log"', "sh", log, ...command],
    env,
    stdin: "null",
    stdout: "null",
    stderr: "null",
    detached: true,
  }).spawn();
  child.unref();
  return child;
}
