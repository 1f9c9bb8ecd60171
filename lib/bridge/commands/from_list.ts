/**
 * The id that somebody means who types a number of a list, or the id itself.
 *
 * @param listed The ids in the order in which they were shown, or as they are now if they were not.
 * @returns `undefined` if the list has no such number.
 */
export function fromList(typed: string, listed: readonly string[]): string | undefined {
  // Longer digits are an id: no list is that long.
  return /^\d{1,6}$/.test(typed) ? listed[Number(typed) - 1] : typed;
}
