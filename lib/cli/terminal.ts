import { fstatSync, statSync } from "node:fs";
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
    const bytes = new TextEncoder().encode(visible(hidePasswords(text), "\n\t"));
    // A pipe may take only a part at a time.
    for (let at = 0; at < bytes.length;) at += to.writeSync(bytes.subarray(at));
    return true;
  } catch {
    return false;
  }
}

/** Whether standard error goes into a file. */
export function isStandardError(file: string): boolean {
  const [named, own] = [statSync(file, { throwIfNoEntry: false }), fstatSync(2)];
  return named !== undefined && named.ino === own.ino && named.dev === own.dev;
}

/** Whether a terminal was there at the beginning, also for output alone: later it may be closed. */
const hadTerminal = [Deno.stdin, Deno.stdout, Deno.stderr].some((stream) => stream.isTerminal());

/**
 * Resolves at the first SIGTERM or SIGINT, and at SIGHUP if that means that our terminal was closed; later ones
 * are ignored. Without a terminal, SIGHUP is a reload of the service or the end of somebody else's session, and
 * does not end the program.
 */
export function stopRequested(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  Deno.addSignalListener("SIGTERM", resolve);
  Deno.addSignalListener("SIGINT", resolve);
  Deno.addSignalListener("SIGHUP", () => {
    if (hadTerminal) resolve();
  });
  return promise;
}

/** Logs from now on what SIGHUP does. */
export function logHangups(log: Log): void {
  const line = hadTerminal ? "the terminal was closed" : "SIGHUP: nothing to reload";
  Deno.addSignalListener("SIGHUP", () => log.info(line));
}
