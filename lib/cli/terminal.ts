import type { Log } from "../base/log.ts";
import { hidePasswords } from "../base/url_credentials.ts";
import { visible } from "../base/visible.ts";

/**
 * Writes a line to standard output. Much of what is printed was written by others, so nothing in it
 * controls the terminal. A closed terminal or pipe is not an error.
 */
export function print(line: string): void {
  write(Deno.stdout, `${line}\n`);
}

/** Like {@linkcode print}, to standard error. */
export function complain(line: string): void {
  write(Deno.stderr, `${line}\n`);
}

/** Like {@linkcode print}, without the end of the line. Returns `false` when nobody reads it any more. */
export function printPart(text: string): boolean {
  return write(Deno.stdout, text);
}

function write(to: { writeSync(bytes: Uint8Array): number }, text: string): boolean {
  try {
    to.writeSync(new TextEncoder().encode(visible(hidePasswords(text), "\n\t")));
    return true;
  } catch {
    return false;
  }
}

/**
 * Resolves at the first SIGTERM or SIGINT; later ones are ignored. SIGHUP (a closed terminal, a reload of
 * the service) does not end the program.
 */
export function stopRequested(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  Deno.addSignalListener("SIGTERM", resolve);
  Deno.addSignalListener("SIGINT", resolve);
  Deno.addSignalListener("SIGHUP", () => {});
  return promise;
}

/** Logs from now on that SIGHUP does nothing. */
export function logHangups(log: Log): void {
  Deno.addSignalListener("SIGHUP", () => log.info("SIGHUP: nothing to reload"));
}
