import { delay } from "@std/async";
import { join } from "@std/path";
import { pause } from "../base/waiting/wakeup.ts";

/** How often a running bridge looks for people to remove, in milliseconds. */
const LOOK_MS = 1_000;

const PREFIX = "remove-";
/** What the bridge writes into a request that is about nobody; it deletes the others when they are done. */
const NOT_PAIRED = "not paired";

/** What became of a request: the pairing was taken back, there was none, or the bridge is silent. */
export type Removal = "removed" | "not paired" | "no answer";

/**
 * Asks the bridge that runs with a state directory to take a person's pairing back. Only the bridge can
 * write its store while it runs.
 *
 * @param timeoutMs How long to wait for the bridge, in milliseconds.
 */
export async function requestRemoval(
  stateDir: string,
  openId: string,
  timeoutMs: number,
): Promise<Removal> {
  const path = join(stateDir, PREFIX + openId);
  await Deno.writeTextFile(path, "", { mode: 0o600 });
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    const answer = await Deno.readTextFile(path).catch(() => undefined);
    if (answer === undefined) return "removed";
    if (answer === NOT_PAIRED) {
      await Deno.remove(path);
      return "not paired";
    }
    await delay(50);
  }
  return "no answer";
}

/**
 * Calls `remove` for each person whose removal is asked for, until the signal aborts.
 *
 * @param remove Takes a pairing back; resolves with whether there was one.
 */
export async function handleRemovals(
  stateDir: string,
  remove: (openId: string) => Promise<boolean>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    for await (const { name } of Deno.readDir(stateDir)) {
      if (!name.startsWith(PREFIX)) continue;
      const path = join(stateDir, name);
      // Whoever asked may have taken it away meanwhile, with the answer.
      const text = await Deno.readTextFile(path).catch(() => undefined);
      if (text !== "") continue;
      if (await remove(name.slice(PREFIX.length))) await Deno.remove(path);
      else await Deno.writeTextFile(path, NOT_PAIRED);
    }
    await pause(LOOK_MS, signal);
  }
}
