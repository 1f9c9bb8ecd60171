/** The name that differs from a word by at most two letters, and by less than half of it. */
export function nearestName<T extends string>(word: string, names: readonly T[]): T | undefined {
  const near = names.map((name) => ({ name, distance: distanceOf(word, name.toLowerCase()) }))
    .filter(({ name, distance }) => distance * 2 < Math.max(word.length, name.length))
    .sort((a, b) => a.distance - b.distance);
  return near.find(({ distance }) => distance <= 2)?.name;
}

/**
 * How many letters must be inserted, removed, replaced, or swapped with the next to make one word of the
 * other. It counts up to `most`.
 */
function distanceOf(a: string, b: string, most = 3): number {
  if (most === 0 || a === "" || b === "") return Math.min(a.length + b.length, most);
  if (a[0] === b[0]) return distanceOf(a.slice(1), b.slice(1), most);
  const after = (i: number, j: number) => 1 + distanceOf(a.slice(i), b.slice(j), most - 1);
  const isSwapped = a[0] === b[1] && a[1] === b[0];
  return Math.min(after(1, 1), after(1, 0), after(0, 1), isSwapped ? after(2, 2) : most);
}
