/**
 * Finds the name closest to a mistyped word, in any case. At most `most` letters differ, and fewer than half of
 * them. Two swapped neighbouring letters count as one difference, unlike in `@std/text`.
 */
export function nearest<T extends string>(
  word: string,
  names: readonly T[],
  most = 2,
): T | undefined {
  const typed = word.toLowerCase();
  const near = names.map((name) => ({ name, distance: distanceOf(typed, name.toLowerCase()) }))
    .filter(({ name, distance }) => distance * 2 < Math.max(word.length, name.length))
    .sort((a, b) => a.distance - b.distance);
  return near.find(({ distance }) => distance <= most)?.name;
}

/**
 * Counts the letters to insert, remove, replace, or swap with their neighbour to turn one word into the
 * other. Stops counting at `max`.
 */
function distanceOf(a: string, b: string, max = 3): number {
  if (max === 0 || a === "" || b === "") return Math.min(a.length + b.length, max);
  if (a[0] === b[0]) return distanceOf(a.slice(1), b.slice(1), max);
  const after = (i: number, j: number) => 1 + distanceOf(a.slice(i), b.slice(j), max - 1);
  const swapped = a[0] === b[1] && a[1] === b[0];
  return Math.min(after(1, 1), after(1, 0), after(0, 1), swapped ? after(2, 2) : max);
}
