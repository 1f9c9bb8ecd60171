/** The size in bytes at which a log file is rotated. */
const MAX_BYTES = 5_000_000;
/** How many rotated files are kept, as `.1`, `.2` and so on. */
const KEPT_FILES = 3;

/**
 * Returns a function that appends lines to a log file. The first line creates the file, with mode 0600.
 * A file that would exceed `maxBytes` is renamed to `.1`. Write errors are ignored, because logging must
 * never bring the program down.
 */
export function logFile(path: string, maxBytes: number = MAX_BYTES): (line: string) => void {
  return (line) => {
    const bytes = new TextEncoder().encode(`${line}\n`);
    try {
      const size = Deno.statSync(path).size;
      if (size > 0 && size + bytes.length > maxBytes) rotate(path);
    } catch {
      // The file does not exist yet.
    }
    try {
      Deno.writeFileSync(path, bytes, { append: true, mode: 0o600 });
    } catch {
      // There is nowhere left to report this.
    }
  };
}

function rotate(path: string): void {
  for (let n = KEPT_FILES; n > 0; n--) {
    try {
      Deno.renameSync(n === 1 ? path : `${path}.${n - 1}`, `${path}.${n}`);
    } catch {
      // Fewer files have been rotated so far.
    }
  }
}
