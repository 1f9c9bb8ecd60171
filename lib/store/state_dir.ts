import { join } from "@std/path";
import { describe, UsageError } from "../base/errors.ts";

/**
 * Makes the state directory private and ours alone.
 *
 * The kernel drops the lock when its holder dies, however it dies.
 *
 * @returns Lets go of it when it is disposed of.
 * @throws {UsageError} When it cannot be written to, or when another bridge holds it.
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
    throw new UsageError(
      `Cannot write to the state directory ${stateDir}: ${
        describe(cause)
      }. Set BRIDGE_STATE_DIR to a directory of yours`,
      { cause },
    );
  }
  if (await lock.tryLock(true)) return lock;
  lock.close();
  throw new UsageError(
    `Another bridge already uses ${stateDir}: stop it first, or set BRIDGE_STATE_DIR`,
  );
}
