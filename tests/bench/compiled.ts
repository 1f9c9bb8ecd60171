import { array, number, object, parseJson, string } from "../../lib/base/json.ts";

/** A file inside of a compiled program. */
export interface EmbeddedFile {
  readonly name: string;
  /** Where its bytes are in the program. */
  readonly start: number;
  readonly end: number;
}

/** What `deno compile` made: Deno's runtime, and behind it the files of the program. */
export interface Compiled {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly runtimeBytes: number;
  readonly files: readonly EmbeddedFile[];
}

/** What stands where the runtime ends (cli/lib/standalone of Deno, 2.7). */
const MAGIC = "d3n0l4nd";
/** How the list of files begins. */
const LIST = '[{"File"';

/** Reads a compiled program; `undefined` if it does not look as that of Deno 2.7 does. */
export async function readCompiled(path: string): Promise<Compiled | undefined> {
  const bytes = await Deno.readFile(path);
  const listAt = lastIndexOf(bytes, LIST, bytes.length);
  const runtimeBytes = lastIndexOf(bytes, MAGIC, listAt);
  if (runtimeBytes < 0) return undefined;
  const view = new DataView(bytes.buffer);
  const listEnd = listAt + Number(view.getBigUint64(listAt - 8, true));
  const list = array(parseJson(new TextDecoder().decode(bytes.subarray(listAt, listEnd))));
  // How long the files are together stands before them.
  const filesAt = listEnd + 8;
  const files = list.flatMap((entry) => {
    const { n, o } = object(object(entry).File);
    const [name, offset, size] = [string(n), ...array(o).map(number)];
    if (name === undefined || offset === undefined || size === undefined) return [];
    return [{ name, start: filesAt + offset, end: filesAt + offset + size }];
  });
  return files.length === 0 ? undefined : { bytes, runtimeBytes, files };
}

/**
 * Writes a program with the same runtime, flags and files that runs another script: the first of this one is replaced,
 * and the others are never loaded.
 */
export async function writeBare(
  { bytes, files }: Compiled,
  code: string,
  path: string,
): Promise<void> {
  const text = new TextEncoder();
  const about = text.encode('import"./about.js"');
  const main = files.find(({ start }) => about.every((byte, i) => bytes[start + i] === byte));
  if (main === undefined) throw new Error("the program has no main script");
  const script = text.encode(code);
  if (script.length > main.end - main.start) throw new Error("the script has no room");
  const bare = bytes.slice();
  bare.fill(" ".charCodeAt(0), main.start, main.end);
  bare.set(script, main.start);
  await Deno.writeFile(path, bare, { mode: 0o755 });
}

/** Where a text is in bytes, the last before a place; -1 if it is not. */
function lastIndexOf(bytes: Uint8Array, text: string, before: number): number {
  const wanted = new TextEncoder().encode(text);
  for (let at = before - wanted.length; at >= 0; at--) {
    if (wanted.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}
