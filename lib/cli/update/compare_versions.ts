/**
 * Compares two versions by Semantic Versioning 2.0, §11: negative if the first is older, 0 if both are the same.
 * What is no version is older than all that are.
 */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [parse(a), parse(b)];
  if (x === undefined || y === undefined) return Number(x !== undefined) - Number(y !== undefined);
  for (let i = 0; i < 3; i++) {
    const difference = (x.numbers[i] ?? 0) - (y.numbers[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return compareStages(x.stage, y.stage);
}

function parse(version: string) {
  const [, numbers = "", stage = ""] =
    /^v?(\d+\.\d+\.\d+)(?:-([\w.-]+))?(?:\+[\w.-]+)?(?: \(.*\))?$/.exec(version.trim()) ?? [];
  if (numbers === "") return undefined;
  return { numbers: numbers.split(".").map(Number), stage: stage === "" ? [] : stage.split(".") };
}

/** A version without a stage, such as `rc.1`, comes after those with one. */
function compareStages(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return Number(b.length > 0) - Number(a.length > 0);
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [x, y] = [a[i], b[i]];
    if (x === undefined || y === undefined) return x === undefined ? -1 : 1;
    if (x === y) continue;
    const [isX, isY] = [/^\d+$/.test(x), /^\d+$/.test(y)];
    if (isX && isY) return Number(x) - Number(y);
    // Numbers come before words.
    return isX === isY ? (x < y ? -1 : 1) : isX ? -1 : 1;
  }
  return 0;
}
