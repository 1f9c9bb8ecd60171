import { dirname, fromFileUrl } from "@std/path";
import { describe, UsageError } from "../../base/errors.ts";
import { updateEn as say } from "../../texts/update_en.ts";
import { NAME } from "../program.ts";

/** The program as the machine knows it. */
export interface OwnProgram {
  /** Its file; that of Deno in a checkout. */
  readonly file: string;
  /** Whether it is one file with everything in it. */
  readonly isBinary: boolean;
}

/** Noted at the start: later, another file may have this name. */
const OWN: OwnProgram = { file: Deno.execPath(), isBinary: Deno.build.standalone };

/** Directories that a package manager of the system fills. */
const SYSTEM = /^\/(?:usr\/(?!local\/)|bin\/|sbin\/|nix\/store\/|gnu\/store\/|snap\/|app\/)/;

/**
 * The file of this program that an update replaces.
 *
 * @throws {UsageError} When something else has to replace it, with what.
 */
export async function ownBinary({ file, isBinary }: OwnProgram = OWN): Promise<string> {
  if (!isBinary) {
    const root = fromFileUrl(new URL("../../..", import.meta.url));
    throw new UsageError(say.updateFromSource(root.replace(/\/$/, "")));
  }
  const real = await Deno.realPath(file);
  if (real.includes("/node_modules/")) throw new UsageError(say.updateByNpm(NAME));
  if (/\/(?:Cellar|homebrew|linuxbrew)\//.test(real)) throw new UsageError(say.updateByBrew(NAME));
  if (SYSTEM.test(real)) throw new UsageError(say.updateBySystem(real));
  const probe = `${dirname(real)}/.${NAME}.${crypto.randomUUID()}`;
  try {
    await Deno.mkdir(probe);
    await Deno.remove(probe);
  } catch (error) {
    throw new UsageError(say.updateNotWritable(dirname(real), describe(error)));
  }
  return real;
}
