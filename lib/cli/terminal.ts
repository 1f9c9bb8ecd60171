import { fstatSync, statSync } from "node:fs";
import type { Log } from "../base/log.ts";
import { hidePasswords } from "../base/secrets/url_credentials.ts";
import { visible } from "../base/visible.ts";
import { hadTerminal } from "./stop_requested.ts";

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

/** Logs from now on what SIGHUP does. */
export function logHangups(log: Log): void {
  const line = hadTerminal ? "the terminal was closed" : "SIGHUP: nothing to reload";
  Deno.addSignalListener("SIGHUP", () => log.info(line));
}
