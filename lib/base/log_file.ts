/** How large a log file grows, in bytes, before another one is begun. */
const MOST_BYTES = 5_000_000;
/** How many older files are kept, as `.1` and so on. */
const KEPT = 3;

/**
 * Appends lines to a private file, which is made with the first of them. When it is full, it becomes
 * `.1`, and a new one is begun. What the disk does not take is lost: no log is worth the program.
 *
 * @returns Writes one line.
 */
export function logFile(path: string, mostBytes: number = MOST_BYTES): (line: string) => void {
  return (line) => {
    const bytes = new TextEncoder().encode(`${line}\n`);
    try {
      const size = Deno.statSync(path).size;
      if (size > 0 && size + bytes.length > mostBytes) rotate(path);
    } catch {
      // There is none yet.
    }
    try {
      Deno.writeFileSync(path, bytes, { append: true, mode: 0o600 });
    } catch {
      // There is nobody to tell.
    }
  };
}

function rotate(path: string): void {
  for (let n = KEPT; n > 0; n--) {
    try {
      Deno.renameSync(n === 1 ? path : `${path}.${n - 1}`, `${path}.${n}`);
    } catch {
      // There are not that many yet.
    }
  }
}
