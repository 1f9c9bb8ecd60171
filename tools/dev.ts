/**
 * Runs a deno command, even where the jsr registry cannot be reached:
 *
 *     deno run -A --no-lock --no-config tools/dev.ts test -A tests
 *
 * The command runs unchanged when everything that it imports is in Deno's cache, or when the registry
 * answers within 5 s. Otherwise it runs with the stand-ins in `tools/jsr_standin`, and one line on stderr
 * says so. `run` downloads without a line for each package.
 *
 * The registry is jsr.io, or the one that `JSR_URL` names. Stand-ins never change deno.lock: the command
 * gets a copy of it, so that the versions and hashes of the npm packages stay pinned, and those of the
 * stand-ins are added from `tools/jsr_standin/locked.json`. For `run`, the first argument
 * that is not an option is the program; for other commands, all of them are files or folders.
 *
 * Signals are passed on to the command, and its exit code is returned.
 */
import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";
import { prepareNetwork } from "../lib/base/network/network.ts";

const REGISTRY_TIMEOUT_MS = 5_000;
const root = fileURLToPath(new URL("..", import.meta.url));
const standIns = new URL("jsr_standin/", import.meta.url).href;

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(line + "\n"));
}

function inRoot(path: string): string {
  return isAbsolute(path) ? path : join(root, path);
}

/** Copies deno.lock to `folder`, where the command may change it. */
function copyLock(folder: string, name: string): string {
  const copy = join(folder, name);
  if (existsSync(join(root, "deno.lock"))) Deno.copyFileSync(join(root, "deno.lock"), copy);
  return copy;
}

/** Like {@linkcode copyLock}, with the packages that the stand-ins take their code from. */
function lockForStandIns(folder: string): string {
  const copy = copyLock(folder, "deno.lock");
  if (!existsSync(copy)) return copy;
  const lock = JSON.parse(Deno.readTextFileSync(copy));
  const more = JSON.parse(Deno.readTextFileSync(join(root, "tools", "jsr_standin", "locked.json")));
  for (const part of ["specifiers", "npm"]) lock[part] = { ...lock[part], ...more[part] };
  Deno.writeTextFileSync(copy, JSON.stringify(lock));
  return copy;
}

/** Whether everything that `files` import is in the cache. Does not use the network. */
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

/** Runs the command and returns its exit code: 128 + the signal's number when a signal ended it. */
async function runToEnd(args: string[], cwd: string): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), { args, cwd }).spawn();
  const atTerminal = Deno.stdin.isTerminal();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, () => {
      // A terminal sends Ctrl-C to the command as well. A second SIGINT would look like a second Ctrl-C.
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
  // `run` starts the program in the user's directory; other commands work in this project. `deno task`
  // stores the user's directory in INIT_CWD. It is removed so that tasks of other projects do not see it.
  const cwd = command === "run" ? Deno.env.get("INIT_CWD") ?? Deno.cwd() : root;
  Deno.env.delete("INIT_CWD");

  let args = given;
  let files = args.filter((arg) => !arg.startsWith("-") && existsSync(inRoot(arg)));
  if (command === "run") {
    const at = args.findIndex((arg) => !arg.startsWith("-"));
    args = args.map((arg, i) => i === at ? inRoot(arg) : arg);
    files = args.slice(at, at + 1);
  }
  // Before Deno 2.8 the sanitizers are always on and have no options.
  const [major = 0, minor = 0] = Deno.version.deno.split(".").map(Number);
  if (major === 2 && minor < 8) {
    args = args.filter((arg) => !/^--sanitize-(ops|resources)$/.test(arg));
  }

  let registry = Deno.env.get("JSR_URL") ?? "https://jsr.io/";
  if (!registry.endsWith("/")) registry += "/";
  const folder = await Deno.makeTempDir({ prefix: "dev-" });
  try {
    if (!await isCached(files, copyLock(folder, "probe.lock"))) {
      if (!await answers(registry)) {
        say(`dev: ${registry} does not answer, using tools/jsr_standin`);
        registry = standIns;
        Deno.env.set("JSR_URL", registry);
      } else if (command === "run") say("dev: getting packages (once, about a minute)…");
    }
    const lock = registry.startsWith("file:") ? [`--lock=${lockForStandIns(folder)}`] : [];
    // Who runs the program does not want a line for each of a hundred packages.
    const quiet = command === "run" ? ["--quiet"] : [];
    return await runToEnd([command, ...quiet, ...lock, ...args], cwd);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

// Deno itself, which downloads packages, inherits the certificates that the program believes.
prepareNetwork();
const [command, ...args] = Deno.args;
if (command === undefined) {
  say("usage: tools/dev.ts COMMAND [ARGUMENTS], for example: tools/dev.ts test -A tests");
  Deno.exit(2);
}
Deno.exit(await main(command, args));
