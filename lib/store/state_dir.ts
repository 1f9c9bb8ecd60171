import { join } from "@std/path";
import { describe, UsageError } from "../base/errors.ts";
import { fullDisk } from "./full_disk.ts";

/**
 * Creates the state directory, makes it private (0700), and locks it. The kernel releases the lock when
 * the process dies, however it dies.
 *
 * @returns The lock; disposing of it releases it.
 * @throws {UsageError} When the directory is not writable, or another bridge has locked it.
 */
export async function lockStateDir(stateDir: string): Promise<Disposable> {
  const path = join(stateDir, "lock");
  let lock: Deno.FsFile;
  try {
    await Deno.mkdir(stateDir, { recursive: true, mode: 0o700 });
    await Deno.chmod(stateDir, 0o700);
    lock = await Deno.open(path, { create: true, read: true, write: true, mode: 0o600 });
    await Deno.chmod(path, 0o600);
  } catch (cause) {
    throw await fullDisk(
      stateDir,
      new UsageError(
        `Cannot write to the state directory ${stateDir}: ${
          describe(cause)
        }. Set BRIDGE_STATE_DIR to a directory of yours`,
        { cause },
      ),
    );
  }
  if (await lock.tryLock(true)) return lock;
  lock.close();
  throw new UsageError(
    `Another bridge already uses ${stateDir}: stop it first, or set BRIDGE_STATE_DIR`,
  );
}
