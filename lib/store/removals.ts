import { delay } from "@std/async";
import { join } from "@std/path";

/** How often a running bridge looks for people to remove, in milliseconds. */
const LOOK_MS = 1_000;

const PREFIX = "remove-";

/**
 * Asks the bridge that runs with a state directory to take a person's pairing back. Only the bridge can
 * write its store while it runs.
 *
 * @returns Whether the bridge has done it within `timeoutMs` milliseconds.
 */
export async function requestRemoval(
  stateDir: string,
  openId: string,
  timeoutMs: number,
): Promise<boolean> {
  const path = join(stateDir, PREFIX + openId);
  await Deno.writeTextFile(path, "", { mode: 0o600 });
  const deadline = Date.now() + timeoutMs;
  while (await Deno.stat(path).then(() => true, () => false)) {
    if (Date.now() > deadline) return false;
    await delay(50);
  }
  return true;
}

/** Calls `remove` for each person whose removal is asked for, until the signal aborts. */
export async function handleRemovals(
  stateDir: string,
  remove: (openId: string) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    for await (const { name } of Deno.readDir(stateDir)) {
      if (!name.startsWith(PREFIX)) continue;
      await remove(name.slice(PREFIX.length));
      await Deno.remove(join(stateDir, name));
    }
    await delay(LOOK_MS, { signal }).catch(() => {});
  }
}
