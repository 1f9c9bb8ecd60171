/**
 * How far texts count 1, 2, 3…; what one of them leaves off with may go on in the next. Spaces between the
 * numbers may have been lost, but for the first one, as a clock would count too.
 */
export function counted(texts: readonly string[]): number {
  let reached = 0;
  for (const text of texts) {
    for (const first of new Set([1, reached + 1])) {
      const start = new RegExp(`\\b${first}\\s+${first + 1}`).exec(text);
      if (start !== null) reached = Math.max(reached, runFrom(text.slice(start.index), first));
    }
  }
  return reached;
}

/** The last number of the run with which a text begins. */
function runFrom(text: string, first: number): number {
  let rest = text;
  let number = first;
  for (; rest.startsWith(String(number)); number++) {
    rest = rest.slice(String(number).length).trimStart();
  }
  return number - 1;
}
