/**
 * Runs the tests:
 *
 *     deno task test [file…]              all but the long ones, or only these, with their types
 *     deno task test:long                 those that take a minute each
 *     deno task test:flaky [--times N]    all but the long ones, N times (10), and lists what ever failed
 *
 * Tests that mostly wait for other processes run beside those that compute, so that neither cores nor tests wait for
 * long. Of those that compute, the files of a directory run as one: Deno loads the program anew for each file that it
 * is given, which for three hundred files takes longer than many of their tests. What is large comes first, so that
 * nothing long is left to the end. Deno runs files in the order of their paths, so it is given files that import them.
 */
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

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

/** The exit code after SIGTERM: 128 and its number. */
const TERMINATED = 143;

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

/** Files that are run together, so many at a time. */
interface Batch {
  readonly files: readonly string[];
  readonly jobs: number;
  /** Whether their types are checked before. That costs each batch a quarter of a minute; `check` does it once. */
  readonly isChecked: boolean;
  /** Variables for them. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The memory for each opencode that never collects garbage, in bytes: it grows by 45 MB in a turn, to 1.6 GB at most. */
const UNCOLLECTED_BYTES = 2 * 2 ** 30;

/**
 * How opencode's JavaScript engine is to work, as environment variables, while so many tests run at once. In the few
 * turns of a test, half of opencode's time goes into looking for garbage at each piece of an answer, and into machine
 * code that is better than the first, but comes too late to pay for itself (1.18.33). So it makes none of that, and
 * collects garbage only where memory is scarce.
 */
function engineFor(jobs: number): Record<string, string> {
  const isRoomy = Deno.systemMemoryInfo().available > jobs * UNCOLLECTED_BYTES;
  return { BUN_JSC_useDFGJIT: "0", ...(isRoomy ? { BUN_JSC_useGC: "0" } : {}) };
}

/** What a run has printed, and its exit code. */
interface Result {
  readonly code: number;
  readonly output: string;
}

/** All tests but the long ones: those that wait, and the others. @param folder For files that import those. */
function quickBatches(folder: string): Batch[] {
  const isLong = (path: string) => LONG.some((long) => `${path}/`.startsWith(`${long}/`));
  const files = [...testFiles("tests")].filter((path) => !isLong(path)).sort();
  const waits = (path: string) => WAITING.some((place) => path.startsWith(place));
  const cores = navigator.hardwareConcurrency;
  const waiting = files.filter(waits).map((path) => [path]);
  const computing = [...Map.groupBy(files.filter((path) => !waits(path)), dirname).values()];
  const env = engineFor(cores + 1);
  return [
    { files: largestFirst(waiting, folder), jobs: cores + 1, isChecked: false, env },
    { files: largestFirst(computing, folder), jobs: cores + 1, isChecked: false, env },
  ];
}

/** Writes a file into `folder` for each group of files, which imports them; returns the paths. */
function largestFirst(groups: readonly (readonly string[])[], folder: string): string[] {
  const size = (paths: readonly string[]) =>
    paths.reduce((sum, path) => sum + Deno.statSync(join(ROOT, path)).size, 0);
  return groups.toSorted((a, b) => size(b) - size(a)).map((paths, i) => {
    const [path = ""] = paths;
    const what = (paths.length > 1 ? `${dirname(path)}_test.ts` : path).replaceAll("/", "_");
    const file = join(folder, `${String(i).padStart(2, "0")}_${what}`);
    const imports = paths.map((path) => `import "${pathToFileURL(join(ROOT, path))}";\n`);
    Deno.writeTextFileSync(file, imports.join(""));
    return file;
  });
}

/** Runs a batch. @param onOutput Is told what it prints, at once. */
async function runBatch(
  { files, jobs, isChecked, env }: Batch,
  onOutput: (chunk: Uint8Array) => void = () => {},
): Promise<Result> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-lock", "--no-config", join(ROOT, "tools", "dev.ts")],
      ...["test", "-A", "--parallel", "--sanitize-ops", "--sanitize-resources"],
      ...(isChecked ? [] : ["--no-check"]),
      ...files,
    ],
    env: { DENO_JOBS: Deno.env.get("DENO_JOBS") ?? String(jobs), ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  // A terminal tells the children itself.
  const pass = () => child.kill("SIGTERM");
  Deno.addSignalListener("SIGTERM", pass);
  const decoder = new TextDecoder();
  let output = "";
  for await (const chunk of child.stdout) {
    output += decoder.decode(chunk, { stream: true });
    onOutput(chunk);
  }
  const { code } = await child.status;
  Deno.removeSignalListener("SIGTERM", pass);
  return { code, output };
}

/** Fills Deno's cache with what tests start. What is missing then is told by the tests. */
async function warmUp(): Promise<void> {
  await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-lock", "--no-config", join(ROOT, "tools", "dev.ts"), "run", "-A"],
      join(ROOT, "tools", "warm_up.ts"),
    ],
    stdin: "null",
  }).spawn().status;
}

/** Runs batches side by side, and prints what each of them prints, and at last what all of them amount to. */
async function runBatches(batches: readonly Batch[]): Promise<number> {
  const since = performance.now();
  const [first, ...others] = batches;
  if (first === undefined) return 0;
  const print = (chunk: Uint8Array) => void Deno.stdout.writeSync(chunk);
  const running = others.map((batch) => runBatch(batch));
  const results = [await runBatch(first, print)];
  for (const one of running) {
    const result = await one;
    results.push(result);
    say(result.output);
  }
  if (others.length > 0) {
    say(summary(results.map(({ output }) => output), performance.now() - since));
  }
  return results.find(({ code }) => code !== 0)?.code ?? 0;
}

/** One last line, in Deno's words, for several runs. @param ms How long they took together. */
export function summary(outputs: readonly string[], ms: number): string {
  const count = (what: string) =>
    outputs.map((output) =>
      [...plain(output).matchAll(/^(?:ok|FAILED) \| .*$/gm)].at(-1)?.[0] ?? ""
    ).reduce((sum, line) => sum + Number(new RegExp(`(\\d+) ${what}`).exec(line)?.[1] ?? 0), 0);
  const [passed, failed, ignored] = [count("passed"), count("failed"), count("ignored")];
  const time = `(${Math.floor(ms / 60_000)}m${Math.round(ms % 60_000 / 1_000)}s)`;
  const rest = ignored > 0 ? ` | ${ignored} ignored` : "";
  return `${failed > 0 ? "FAILED" : "ok"} | ${passed} passed | ${failed} failed${rest} ${time}`;
}

/** What was printed, without colors. */
function plain(output: string): string {
  // deno-lint-ignore no-control-regex
  return output.replaceAll(/\x1b\[[0-9;]*m/g, "");
}

/** The tests that failed, as a run printed them. */
export function failedTests(output: string): string[] {
  return [...plain(output).matchAll(/^\s*(.+?) \.\.\. FAILED/gm)].map(([, name = ""]) => name);
}

/** Why tests failed, as a run printed it; the end of what it printed, if it does not say. */
export function failureReport(output: string): string {
  const [, report] = /^ ERRORS\s*^([^]*?)^ FAILURES/m.exec(plain(output)) ?? [];
  return report?.trim() ?? plain(output).trim().split("\n").slice(-20).join("\n");
}

/** Runs batches many times; resolves with the exit code. */
async function runOften(batches: readonly Batch[], times: number): Promise<number> {
  const failures = new Map<string, number>();
  let badRuns = 0;
  for (let i = 1; i <= times; i++) {
    const since = performance.now();
    const results = await Promise.all(batches.map((batch) => runBatch(batch)));
    const code = results.find(({ code }) => code !== 0)?.code ?? 0;
    if (code === TERMINATED) return code;
    const failed = new Set(results.flatMap(({ output }) => failedTests(output)));
    for (const name of failed) failures.set(name, (failures.get(name) ?? 0) + 1);
    if (code !== 0) badRuns++;
    const minutes = ((performance.now() - since) / 60_000).toFixed(1);
    say(
      `run ${i} of ${times}: ${code === 0 ? "ok" : `failed with ${code}`}, ${minutes} min`,
    );
    for (const name of failed) say(`  ${name}`);
    for (const { code, output } of results) if (code !== 0) say(failureReport(output));
  }
  say(`${badRuns} of ${times} runs failed`);
  for (const [name, count] of failures) say(`${count} × ${name}`);
  return badRuns === 0 ? 0 : 1;
}

/** Runs what the arguments ask for; resolves with the exit code. @param folder For files of its own. */
async function main(args: readonly string[], folder: string): Promise<number> {
  const [kind, ...rest] = args;
  const cores = navigator.hardwareConcurrency;
  if (kind === "flaky") {
    const times = Number(rest[rest.indexOf("--times") + 1] ?? 10) || 10;
    return await runOften(quickBatches(folder), times);
  }
  if (kind === "long") return await runBatches([{ files: LONG, jobs: cores, isChecked: false }]);
  if (kind === undefined) return await runBatches(quickBatches(folder));
  const files = args.map((file) => relative(ROOT, join(Deno.cwd(), file)));
  return await runBatches([{ files, jobs: cores, isChecked: true }]);
}

if (import.meta.main) {
  await warmUp();
  const folder = await Deno.makeTempDir({ prefix: "tests-" });
  try {
    Deno.exitCode = await main(Deno.args, folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
