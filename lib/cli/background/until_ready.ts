import { delay } from "@std/async";
import { type BridgeRecord, findBridge } from "./bridge_record.ts";

/** How long a bridge has to become ready before whoever started it stops waiting, in milliseconds. */
export const READY_MS = 10_000;

/** How to see that the bridge has ended. */
interface UntilReadyOptions {
  readonly hasEnded: () => boolean | Promise<boolean>;
  /** How often to look, in milliseconds. */
  readonly everyMs: number;
}

/**
 * Waits for the bridge of a state directory. Resolves with it as it is when it is ready or the time is up,
 * or with that its process has ended.
 */
export async function untilReady(
  stateDir: string,
  { hasEnded, everyMs }: UntilReadyOptions,
): Promise<BridgeRecord | "ended" | undefined> {
  const deadline = performance.now() + READY_MS;
  let bridge: BridgeRecord | undefined;
  while (!bridge?.ready && performance.now() < deadline) {
    if (await hasEnded()) return "ended";
    await delay(everyMs);
    bridge = await findBridge(stateDir);
  }
  return bridge;
}
