/**
 * How long work takes, in milliseconds: on Linux, the time that this thread was on a core, so that a busy machine
 * makes no work longer; elsewhere, the time on the clock.
 */
export function cpuTime(work: () => void): number {
  const from = now();
  work();
  return now() - from;
}

/** Milliseconds from some time on. */
function now(): number {
  try {
    // Nanoseconds on a core, then those of waiting for one, and the number of turns (proc(5)).
    const [spent = ""] = Deno.readTextFileSync("/proc/thread-self/schedstat").split(" ");
    if (Number(spent) > 0) return Number(spent) / 1e6;
  } catch {
    // Another system, or a kernel that does not count.
  }
  return performance.now();
}
