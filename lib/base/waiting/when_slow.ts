import { pause } from "./wakeup.ts";

/**
 * Awaits work, and calls `act` in between if it takes longer than `ms` milliseconds.
 *
 * @returns The result of the work.
 * @throws What the work or `act` throws.
 */
export async function whenSlow<T>(
  work: Promise<T>,
  ms: number,
  act: () => Promise<void>,
): Promise<T> {
  const done = new AbortController();
  const finished = work.finally(() => done.abort());
  // Awaited below.
  finished.catch(() => {});
  await pause(ms, done.signal);
  if (!done.signal.aborted) await act();
  return await finished;
}
