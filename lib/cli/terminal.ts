import type { Log } from "../base/log.ts";

/** Writes a line to standard output. A closed terminal or pipe is not an error. */
export function print(line: string): void {
  write(Deno.stdout, line);
}

/** Writes a line to standard error. A closed terminal or pipe is not an error. */
export function complain(line: string): void {
  write(Deno.stderr, line);
}

function write(to: { writeSync(bytes: Uint8Array): number }, line: string): void {
  try {
    to.writeSync(new TextEncoder().encode(`${line}\n`));
  } catch {
    // Nobody reads it any more.
  }
}

/**
 * Resolves at the first SIGTERM or SIGINT; later ones are ignored. SIGHUP (a closed terminal, a reload of
 * the service) does not end the program.
 *
 * @param log Where SIGHUP is noted, once there is a log.
 */
export function stopRequested(log: () => Log | undefined = () => undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  Deno.addSignalListener("SIGTERM", resolve);
  Deno.addSignalListener("SIGINT", resolve);
  Deno.addSignalListener("SIGHUP", () => log()?.info("SIGHUP: nothing to reload"));
  return promise;
}
