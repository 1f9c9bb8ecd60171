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
