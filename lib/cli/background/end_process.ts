import { delay } from "@std/async";
import { signal, startTime } from "../../opencode/server/process.ts";
import type { BridgeRecord } from "./bridge_record.ts";

/** What {@linkcode endProcess} can be told. Times are in milliseconds. */
export interface EndOptions {
  /** How long it may take to end by itself; a bridge promises 5 s. */
  readonly stopMs?: number;
  /** How long the system may take to end it after that. */
  readonly killMs?: number;
  /** Sends a signal. */
  readonly send?: typeof signal;
}

/**
 * Ends a process, by force if it does not end in time; resolves with whether it has ended. One that waits for a disk
 * does not end even by force, nor does somebody else's.
 */
export async function endProcess(
  { pid, startTime: began }: Pick<BridgeRecord, "pid" | "startTime">,
  { stopMs = 8_000, killMs = 5_000, send = signal }: EndOptions = {},
): Promise<boolean> {
  send(pid, "SIGTERM");
  const begin = performance.now();
  while (await startTime(pid) === began) {
    const ms = performance.now() - begin;
    if (ms > stopMs + killMs) return false;
    if (ms > stopMs) send(pid, "SIGKILL");
    await delay(100);
  }
  return true;
}
