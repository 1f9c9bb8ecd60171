import { setImmediate } from "node:timers";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** How many arrays of how many words are made at a time: 32 MB. */
const ARRAYS = 40;
const WORDS = 100_000;

/** What collects garbage; `undefined` where Deno does not let the engine be told so (2.7.11). */
const collect = collector();

function collector(): (() => void) | undefined {
  setFlagsFromString("--expose-gc");
  try {
    return runInNewContext("gc");
  } catch {
    return undefined;
  }
}

/** Whether the engine can be told to collect garbage at once, so that what is left can be measured. */
export const canCollect = collect !== undefined;

/** Resolves when the engine has collected all garbage of before. */
export async function collectGarbage(): Promise<void> {
  // What a job has got from a weak reference stays until the next one.
  await nextJob();
  if (collect !== undefined) return collect();
  const known = garbage();
  // It is made to do so by lack of memory. What is thrown away at once does not count.
  const held: number[][] = [];
  do {
    await nextJob();
    for (let n = 0; n < ARRAYS; n++) held.push(new Array<number>(WORDS).fill(n));
    await nextJob();
  } while (known.deref() !== undefined);
}

/** Something that nothing holds. */
function garbage(): WeakRef<object> {
  return new WeakRef({});
}

/** Resolves in a job of its own. Not even virtual time holds it up. */
function nextJob(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
