import { delay } from "@std/async";
import { type BridgeRecord, findBridge } from "../background/bridge_record.ts";
import { lastTrouble } from "../background/last_trouble.ts";
import { bridgeLog, linesSince, logEnd } from "../background/log_part.ts";
import { swapBack } from "./swap.ts";

/** How a bridge is started and stopped. */
export interface Restarts {
  /** Starts it, or starts it again. Resolves with how to see that it has ended. */
  start(): Promise<{ readonly hasEnded: () => boolean | Promise<boolean> }>;
  stop(): Promise<void>;
}

/** What {@linkcode restartNew} needs. */
export interface RestartOptions extends Restarts {
  readonly stateDir: string;
  /** The file that was replaced. */
  readonly binary: string;
  /** The process of the bridge before. */
  readonly oldPid: number;
  /** How long a bridge may take to get ready, in milliseconds. */
  readonly readyMs?: number;
}

/** What came of a restart. */
export interface Restarted {
  /** The bridge, if one is ready. */
  readonly bridge: BridgeRecord | undefined;
  /** Why the new binary did not get ready; not set if it did. */
  readonly wentBack?: string;
}

/** How long a bridge may take to get ready, in milliseconds. */
const READY_MS = 60_000;
/** Milliseconds between two looks. */
const LOOK_MS = 100;

/**
 * Starts a bridge with the binary that was put into the place of another, and goes back to that other when it does
 * not get ready.
 */
export async function restartNew(options: RestartOptions): Promise<Restarted> {
  const log = await logEnd(bridgeLog(options.stateDir));
  const bridge = await startOnce(options);
  if (bridge !== undefined) return { bridge };
  const wentBack = lastTrouble(await linesSince(log)) ?? "";
  await options.stop();
  await swapBack(options.binary);
  return { bridge: await startOnce(options), wentBack };
}

/** Starts a bridge; resolves with it when it is ready, with nothing when it has ended or takes too long. */
async function startOnce(
  { stateDir, oldPid, readyMs = READY_MS, start }: RestartOptions,
): Promise<BridgeRecord | undefined> {
  const { hasEnded } = await start();
  return await otherBridge(stateDir, oldPid, { hasEnded, withinMs: readyMs });
}

/** Waits for a bridge that is ready and runs in another process than the one before. */
export async function otherBridge(
  stateDir: string,
  oldPid: number,
  { hasEnded, withinMs }: {
    readonly hasEnded: () => boolean | Promise<boolean>;
    readonly withinMs: number;
  },
): Promise<BridgeRecord | undefined> {
  const end = performance.now() + withinMs;
  while (performance.now() < end) {
    const bridge = await findBridge(stateDir);
    if (bridge?.ready && bridge.pid !== oldPid) return bridge;
    if (await hasEnded()) return undefined;
    await delay(LOOK_MS);
  }
  return undefined;
}
