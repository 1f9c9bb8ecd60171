import { setImmediate } from "node:timers";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect: () => void = runInNewContext("gc");

/** Collects all garbage of before. */
export async function collectGarbage(): Promise<void> {
  // What a job has got from a weak reference stays until the next one. Not even virtual time holds this one up.
  await new Promise<void>((resolve) => setImmediate(resolve));
  collect();
}
