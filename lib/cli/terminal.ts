import type { Log } from "../base/log.ts";

/** Writes a line to standard output. A reader that has gone away is no reason to end. */
export function print(line: string): void {
  write(Deno.stdout, line);
}

/** Writes a line to standard error; see {@linkcode print}. */
export function complain(line: string): void {
  write(Deno.stderr, line);
}

function write(to: { writeSync(bytes: Uint8Array): number }, line: string): void {
  try {
    to.writeSync(new TextEncoder().encode(`${line}\n`));
  } catch {
    // The terminal was closed, or the pipe.
  }
}

/**
 * Resolves at the first SIGTERM or SIGINT; further ones change nothing. SIGHUP (a closed terminal, a reload)
 * ends nothing.
 */
export function stopRequested(log: Log): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  Deno.addSignalListener("SIGTERM", resolve);
  Deno.addSignalListener("SIGINT", resolve);
  Deno.addSignalListener("SIGHUP", () => log.info("SIGHUP: nothing to reload"));
  return promise;
}
