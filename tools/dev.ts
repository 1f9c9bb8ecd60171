/**
 * Runs a deno command also where the jsr registry cannot be reached:
 *
 *     deno run -A --no-lock --no-config tools/dev.ts test -A tests
 *
 * 1. Everything the command imports is in Deno's cache: the command runs as it is.
 * 2. The registry answers within 5 s: the command runs as it is.
 * 3. Otherwise it runs with the stand-ins of `tools/jsr_standin`, and says so in one line on stderr.
 *
 * The registry is jsr.io, or what `JSR_URL` names. Stand-ins never touch deno.lock: they run on a
 * copy of it, so that the versions of the npm packages stay pinned. The first argument that is not
 * an option is the program (`run`), every one is a file or folder (other commands).
 *
 * Signals go on to the command, and its exit code comes back.
 */
import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";

const REGISTRY_TIMEOUT_MS = 5_000;
const root = fileURLToPath(new URL("..", import.meta.url));
const standIns = new URL("jsr_standin/", import.meta.url).href;

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(line + "\n"));
}

function inRoot(path: string): string {
  return isAbsolute(path) ? path : join(root, path);
}

/** A copy of deno.lock in `folder`, which the command may change. */
function copyLock(folder: string, name: string): string {
  const copy = join(folder, name);
  if (existsSync(join(root, "deno.lock"))) Deno.copyFileSync(join(root, "deno.lock"), copy);
  return copy;
}

/** Whether all that `files` import is cached. Never asks the network. */
async function isCached(files: string[], lock: string): Promise<boolean> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--no-run", "--no-check", "--cached-only", `--lock=${lock}`, ...files],
    cwd: root,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).output();
  return success;
}

async function answers(registry: string): Promise<boolean> {
  try {
    const response = await fetch(new URL("@std/async/meta.json", registry), {
      signal: AbortSignal.timeout(REGISTRY_TIMEOUT_MS),
    });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** Waits for the command and gives its exit code: 128 + the signal's number when a signal ended it. */
async function runToEnd(args: string[], cwd: string): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), { args, cwd }).spawn();
  const atTerminal = Deno.stdin.isTerminal();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => {
      // A terminal sends Ctrl-C to the command as well, and a second one would look like impatience.
      if (atTerminal && signal === "SIGINT") return;
      try {
        child.kill(signal);
      } catch {
        // It has just ended.
      }
    });
  }
  return (await child.status).code;
}

async function main(command: string, given: string[]): Promise<number> {
  // A program that is started works where the user stands; everything else works on this project.
  // `deno task` keeps the user's directory in INIT_CWD, which must not reach tasks of other projects.
  const cwd = command === "run" ? Deno.env.get("INIT_CWD") ?? Deno.cwd() : root;
  Deno.env.delete("INIT_CWD");

  let args = given;
  let files = args.filter((arg) => !arg.startsWith("-") && existsSync(inRoot(arg)));
  if (command === "run") {
    const at = args.findIndex((arg) => !arg.startsWith("-"));
    args = args.map((arg, i) => i === at ? inRoot(arg) : arg);
    files = args.slice(at, at + 1);
  }
  // Deno before 2.8 does not know these options: there the sanitizers are always on.
  const [major = 0, minor = 0] = Deno.version.deno.split(".").map(Number);
  if (major === 2 && minor < 8) {
    args = args.filter((arg) => !/^--sanitize-(ops|resources)$/.test(arg));
  }

  let registry = Deno.env.get("JSR_URL") ?? "https://jsr.io/";
  if (!registry.endsWith("/")) registry += "/";
  const folder = await Deno.makeTempDir({ prefix: "dev-" });
  try {
    if (!await isCached(files, copyLock(folder, "probe.lock")) && !await answers(registry)) {
      say(`dev: ${registry} does not answer, using tools/jsr_standin`);
      registry = standIns;
      Deno.env.set("JSR_URL", registry);
    }
    const lock = registry.startsWith("file:") ? [`--lock=${copyLock(folder, "deno.lock")}`] : [];
    return await runToEnd([command, ...lock, ...args], cwd);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const [command, ...args] = Deno.args;
if (command === undefined) {
  say("usage: tools/dev.ts COMMAND [ARGUMENTS], for example: tools/dev.ts test -A tests");
  Deno.exit(2);
}
Deno.exit(await main(command, args));
