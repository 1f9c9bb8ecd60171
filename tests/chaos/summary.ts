import type { ChaosReport } from "./chaos.ts";

/** Runs in a few lines: what was done to the bridge, what became of the prompts, and how to see it again. */
export function summary(reports: readonly ChaosReport[]): string {
  const total = (count: (report: ChaosReport) => number) =>
    reports.reduce((sum, report) => sum + count(report), 0);
  const problems = reports.flatMap((report) => report.problems);
  const starting = (word: string) => problems.filter((line) => line.startsWith(word)).length;
  const faults = new Map<string, number>();
  for (const report of reports) {
    for (const [fault, times] of report.faults) faults.set(fault, (faults.get(fault) ?? 0) + times);
  }
  const seeds = reports.map(({ seed }) => seed);
  return [
    `seed ${seeds.length > 1 ? `${seeds[0]}–${seeds.at(-1)}` : seeds[0]}: ` +
    `${total(({ prompts }) => prompts)} prompts, ${total(({ done }) => done)} answered, ` +
    `${total(({ interrupted }) => interrupted)} told as interrupted, ` +
    `lost ${starting("lost")}, double ${starting("double")}, ${total(({ seconds }) => seconds)} s`,
    `  faults: ${[...faults].map(([fault, times]) => `${fault} ${times}`).join(", ")}`,
    ...problems.map((problem) => `  PROBLEM ${problem}`),
    ...reports.filter((report) => report.problems.length > 0)
      .map(({ seed }) => `  again: deno task chaos --seed ${seed} --seeds 1`),
  ].join("\n");
}
