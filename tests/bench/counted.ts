/** How far texts count 1, 2, 3…; what one of them leaves off with may go on in the next. */
export function counted(texts: readonly string[]): number {
  let reached = 0;
  for (const [run] of texts.flatMap((text) => [...text.matchAll(/\b\d+(?: \d+)+\b/g)])) {
    const numbers = run.split(" ").map(Number);
    const first = numbers[0] ?? 0;
    if (first !== 1 && first !== reached + 1) continue;
    const wrong = numbers.findIndex((number, index) => number !== first + index);
    const last = wrong < 0 ? numbers.length : wrong;
    reached = Math.max(reached, first - 1 + last);
  }
  return reached;
}
