import { checkFile, type FileRefusal, type FileRules } from "./check_file.ts";

/** A file as it was at one moment. */
export interface ReadFile {
  /** Its path, without links in it. */
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Reads a file that is to be sent, if it may be. What is sent is what was checked: the file that was opened is
 * the one that the path led to before, and still leads to without a link. It may go on growing.
 */
export async function readFile(
  typed: string,
  directory: string,
  rules: FileRules,
): Promise<ReadFile | FileRefusal> {
  const found = await checkFile(typed, directory, rules);
  if (typeof found === "string") return found;
  const { path } = found;
  try {
    const before = await Deno.lstat(path);
    // To open a pipe waits for whoever writes into it.
    if (!before.isFile) return "missing";
    const file = await Deno.open(path);
    try {
      const opened = await file.stat();
      const isSame = opened.dev === before.dev && opened.ino === before.ino && opened.isFile;
      if (!isSame || await Deno.realPath(path) !== path) return "missing";
      if (opened.size > rules.maxBytes) return "too large";
      const bytes = await readUpTo(file, opened.size);
      return bytes.length === 0 ? "empty" : { path, bytes };
    } finally {
      file.close();
    }
  } catch {
    return "missing";
  }
}

/** Reads as many bytes; fewer if the file has become shorter. */
async function readUpTo(file: Deno.FsFile, size: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(size);
  let length = 0;
  while (length < size) {
    const read = await file.read(bytes.subarray(length));
    if (read === null) break;
    length += read;
  }
  return bytes.subarray(0, length);
}
