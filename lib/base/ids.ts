let last = 0;

/** Creates an id that is unique in this state directory. Ids sort by their time of creation. */
export function newId(now: number = Date.now()): string {
  last = Math.max(last + 1, now * 1000);
  const random = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  return last.toString(36).padStart(11, "0") + random.toString(36).padStart(7, "0");
}
