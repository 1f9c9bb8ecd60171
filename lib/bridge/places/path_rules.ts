import { isInside } from "../../base/inside.ts";
import { privateDir } from "../../base/profiles.ts";

/** Where a conversation may be. */
export interface PathRules {
  /** The bridge's own directory, where nobody may be. */
  readonly stateDir: string;
  /** Directories below which conversations stay; empty: anywhere. */
  readonly roots: readonly string[];
}

/** Why a conversation may not be in a directory, if it may not. */
export async function forbidden(
  directory: string,
  { stateDir, roots }: PathRules,
): Promise<"private" | "outside" | undefined> {
  if (await isInside(directory, privateDir(stateDir))) return "private";
  if (roots.length === 0) return undefined;
  for (const root of roots) if (await isInside(directory, root)) return undefined;
  return "outside";
}
