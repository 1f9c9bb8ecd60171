import { fstatSync, statSync } from "node:fs";
import { describe } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { hidePasswords } from "../base/secrets/url_credentials.ts";
import { visible } from "../base/visible.ts";
import { hadTerminal } from "./stop_requested.ts";

let lost: string | undefined;

/**
 * Writes a line to standard output. Much of what is printed was written by others, so nothing in it
 * controls the terminal. A closed terminal or pipe is not an error; see
 * {@linkcode lostOutput} for a full disk.
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
  } catch (error) {
    if (to === Deno.stdout && isFull(error)) lost = describe(error);
    return false;
  }
}

/** Why something was lost of what was printed into a file; `undefined` when nothing was. */
export function lostOutput(): string | undefined {
  return lost;
}

/** Whether there is no room for a file: a full disk, a quota, a limit of the process. */
function isFull(error: unknown): boolean {
  return error instanceof Error && "code" in error &&
    /^(?:ENOSPC|EDQUOT|EFBIG)$/.test(String(error.code));
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
