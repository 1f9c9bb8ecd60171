import { join } from "@std/path";
import { FileSpace, type FileSpaceOptions } from "../../lib/store/files/file_space.ts";

/** A {@linkcode FileSpace} below a directory; nobody needs anything, and there is much room. */
export function startFiles(dir: string, options: Partial<FileSpaceOptions> = {}): FileSpace {
  const none = () => Promise.resolve([]);
  return new FileSpace({
    filesDir: join(dir, "files"),
    answersDir: join(dir, "answers"),
    maxBytes: 1e9,
    users: { inbox: none, conversations: none, turns: none, rows: none },
    ...options,
  });
}
