import { join } from "@std/path";
import { UsageError } from "./errors.ts";

/**
 * Makes the state directory private and ours alone.
 *
 * The kernel drops the lock when its holder dies, however it dies.
 *
 * @returns Lets go of it.
 * @throws {UsageError} When it cannot be written to, or when another bridge holds it.
 */
export async function holdStateDir(stateDir: string): Promise<() => void> {
  try {
    await Deno.mkdir(stateDir, { recursive: true, mode: 0o700 });
    await Deno.chmod(stateDir, 0o700);
    const lock = join(stateDir, "lock");
    (await Deno.open(lock, { create: true, write: true, mode: 0o600 })).close();
    await Deno.chmod(lock, 0o600);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(
      `Cannot write to the state directory ${stateDir}: ${why}. Set BRIDGE_STATE_DIR to a directory of yours`,
      { cause },
    );
  }
  const lock = await Deno.open(join(stateDir, "lock"), { read: true, write: true });
  if (!await lock.tryLock(true)) {
    lock.close();
    throw new UsageError(
      `Another bridge already uses ${stateDir}: stop it first, or set BRIDGE_STATE_DIR`,
    );
  }
  return () => lock.close();
}
