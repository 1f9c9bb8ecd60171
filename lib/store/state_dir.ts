import { join } from "@std/path";
import { describe, UsageError } from "../base/errors.ts";
import { fullDisk } from "./full_disk.ts";

/**
 * Creates the state directory, makes it private (0700), and locks it. The kernel releases the lock when
 * the process dies, however it dies.
 *
 * @returns The lock; disposing of it releases it.
 * @throws {UsageError} When the directory is not writable, is there for something else, or another bridge has
 * locked it.
 */
export async function lockStateDir(stateDir: string): Promise<Disposable> {
  const path = join(stateDir, "lock");
  let lock: Deno.FsFile;
  try {
    await Deno.mkdir(stateDir, { recursive: true, mode: 0o700 });
    if (await isOthers(stateDir)) {
      throw new UsageError(
        `${stateDir} holds other files, and would be closed to other users: set BRIDGE_STATE_DIR to a directory ` +
          "for the bridge alone",
      );
    }
    await Deno.chmod(stateDir, 0o700);
    lock = await Deno.open(path, { create: true, read: true, write: true, mode: 0o600 });
    await Deno.chmod(path, 0o600);
  } catch (cause) {
    throw cause instanceof UsageError ? cause : await unwritable(stateDir, cause);
  }
  if (await lock.tryLock(true)) return lock;
  lock.close();
  throw new UsageError(
    `Another bridge already uses ${stateDir}: stop it first, or set BRIDGE_STATE_DIR`,
  );
}

/** The error about a state directory that cannot be written to, with what to do about it. */
export async function unwritable(stateDir: string, cause: unknown): Promise<Error> {
  const why = describe(cause);
  return await fullDisk(
    stateDir,
    new UsageError(
      `Cannot write to the state directory ${stateDir}: ${why}. Set BRIDGE_STATE_DIR to a directory of yours`,
      { cause },
    ),
  );
}

/** What a state directory has that a bridge has used, or that somebody has prepared for one. */
const OURS = new Set(["lock", "state.db", ".env"]);
/** What the root of a file system has. */
const FILE_SYSTEMS = "lost+found";

/** Whether a directory that other users can enter, such as `/srv` or a project, is there for something else. */
async function isOthers(dir: string): Promise<boolean> {
  if (((await Deno.stat(dir)).mode ?? 0) % 0o100 === 0) return false;
  const names = await Array.fromAsync(Deno.readDir(dir), ({ name }) => name);
  return names.some((name) => name !== FILE_SYSTEMS) && !names.some((name) => OURS.has(name));
}
