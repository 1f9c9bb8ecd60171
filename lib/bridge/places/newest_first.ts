/** How many choices are remembered. */
const MAX_RECENT = 8;

/** A choice before the earlier ones, each once, as many as are remembered. */
export function newestFirst(chosen: string, earlier: readonly string[] = []): readonly string[] {
  return [chosen, ...earlier.filter((one) => one !== chosen)].slice(0, MAX_RECENT);
}
