/**
 * Runs the tests:
 *
 *     deno task test [file…]              all but the long ones, or only these
 *     deno task test:long                 those that take a minute each
 *     deno task test:flaky [--times N]    all but the long ones, N times (10), and lists what ever failed
 *
 * Tests that wait for other processes come first, with more of them at a time than there are cores, so that
 * none of them runs alone at the end.
 */
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** What takes too long to run each time; `test:long` runs it. */
const LONG = [
  "tests/long",
  "tests/chaos",
  "tests/demo/growing_answer_test.ts",
  "tests/whole/chaos_stop_test.ts",
  "tests/whole/chaos_test.ts",
  "tests/whole/crash_points_test.ts",
];

/** Where the tests are that mostly wait for other processes. */
const WAITING = ["tests/whole/", "tests/browser/"];

/** Writes a line to stdout. */
function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}

/** All test files below a directory of the project, by their paths in it. */
function* testFiles(directory: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(join(ROOT, directory))) {
    const path = `${directory}/${name}`;
    if (isDirectory) yield* testFiles(path);
    else if (name.endsWith("_test.ts")) yield path;
  }
}

/** The files of a run of all tests but the long ones, in the order in which they start. */
function quickFiles(): string[] {
  const isLong = (path: string) =>
    LONG.some((long) => path === long || path.startsWith(`${long}/`));
  const files = [...testFiles("tests")].filter((path) => !isLong(path)).sort();
  const waits = (path: string) => WAITING.some((place) => path.startsWith(place));
  return [...files.filter(waits), ...files.filter((path) => !waits(path))];
}

/** Runs these files; resolves with the exit code and, if it is `kept`, with what the run printed. */
async function run(
  files: readonly string[],
  { kept }: { readonly kept: boolean },
): Promise<{ readonly code: number; readonly output: string }> {
  const jobs = Deno.env.get("DENO_JOBS") ?? String(navigator.hardwareConcurrency + 2);
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-lock", "--no-config", join(ROOT, "tools", "dev.ts")],
      ...["test", "-A", "--parallel", "--sanitize-ops", "--sanitize-resources", ...files],
    ],
    env: { DENO_JOBS: jobs },
    stdin: "null",
    stdout: kept ? "piped" : "inherit",
    stderr: "inherit",
  });
  if (kept) {
    const { code, stdout } = await child.output();
    return { code, output: new TextDecoder().decode(stdout) };
  }
  return { code: (await child.spawn().status).code, output: "" };
}

/** The tests that failed, as a run printed them. */
export function failedTests(output: string): string[] {
  // deno-lint-ignore no-control-regex
  const plain = output.replaceAll(/\x1b\[[0-9;]*m/g, "");
  return [...plain.matchAll(/^\s*(.+?) \.\.\. FAILED/gm)].map(([, name = ""]) => name);
}

/** Runs all tests but the long ones many times; resolves with the exit code. */
async function runOften(times: number): Promise<number> {
  const failures = new Map<string, number>();
  let badRuns = 0;
  for (let i = 1; i <= times; i++) {
    const since = performance.now();
    const { code, output } = await run(quickFiles(), { kept: true });
    const failed = new Set(failedTests(output));
    for (const name of failed) failures.set(name, (failures.get(name) ?? 0) + 1);
    if (code !== 0) badRuns++;
    const minutes = ((performance.now() - since) / 60_000).toFixed(1);
    say(
      `run ${i} of ${times}: ${code === 0 ? "ok" : `failed with ${code}`}, ${minutes} min`,
    );
    for (const name of failed) say(`  ${name}`);
  }
  say(`${badRuns} of ${times} runs failed`);
  for (const [name, count] of failures) say(`${count} × ${name}`);
  return badRuns === 0 ? 0 : 1;
}

if (import.meta.main) {
  const [kind, ...rest] = Deno.args;
  if (kind === "long") Deno.exit((await run(LONG, { kept: false })).code);
  if (kind === "flaky") {
    const times = Number(rest[rest.indexOf("--times") + 1] ?? 10) || 10;
    Deno.exit(await runOften(times));
  }
  const files = Deno.args.map((file) => relative(ROOT, join(Deno.cwd(), file)));
  Deno.exit((await run(files.length > 0 ? files : quickFiles(), { kept: false })).code);
}
