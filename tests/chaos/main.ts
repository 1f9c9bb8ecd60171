/**
 * Chaos for as long as you like: `deno task chaos [--seed N] [--seeds N] [--minutes N]`.
 *
 * It plays seed after seed, beginning with `--seed` (1), until `--seeds` are played (10) or `--minutes`
 * are over, and ends with exit code 1 at the first that shows a problem.
 */
import { chaos, type ChaosReport } from "./chaos.ts";
import { summary } from "./summary.ts";

function option(name: string): number | undefined {
  const at = Deno.args.indexOf(`--${name}`);
  if (at < 0) return undefined;
  const value = Number(Deno.args[at + 1]);
  if (Number.isSafeInteger(value) && value > 0) return value;
  print(`--${name} needs a whole number above 0`);
  Deno.exit(2);
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}

const first = option("seed") ?? 1;
const minutes = option("minutes");
const seeds = option("seeds") ?? (minutes === undefined ? 10 : Infinity);
const until = performance.now() + (minutes ?? Infinity) * 60_000;
const reports: ChaosReport[] = [];
for (let seed = first; seed < first + seeds && performance.now() < until; seed++) {
  const report = await chaos(seed);
  reports.push(report);
  print(summary([report]));
  if (report.problems.length === 0) continue;
  print(report.story);
  Deno.exit(1);
}
if (reports.length > 1) print(summary(reports));
