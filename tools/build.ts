/**
 * Makes `dist/feishu-opencode-bridge`, one file that needs nothing else, and its sha256 beside it:
 *
 *     deno task build
 *
 * The program is bundled first, which leaves 40 MB of npm packages behind. Its permissions are those of
 * the task `start`, in deno.json. Deno's own runtime comes from Deno's server, or from the file that
 * `DENORT_BIN` names; it must be of the same version as the Deno that builds.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import config from "../deno.json" with { type: "json" };

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIST = join(ROOT, "dist");
const NAME = "feishu-opencode-bridge";
/** How long a step may take, in milliseconds: a download of 40 MB over a slow line. */
const STEP_MS = 10 * 60_000;
/** What the result may weigh at the most, in bytes. */
const MOST_BYTES = 105_000_000;

class BuildError extends Error {}

interface Ended {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(command: string, args: readonly string[]): Promise<Ended> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    signal: AbortSignal.timeout(STEP_MS),
  }).output();
  const text = new TextDecoder();
  return { ok: success, stdout: text.decode(stdout).trim(), stderr: text.decode(stderr).trim() };
}

/** The commit that is built, marked when files differ from it; empty where there is no git. */
async function commit(): Promise<string> {
  const git = await run("git", ["describe", "--always", "--dirty", "--exclude=*"])
    .catch(() => undefined);
  return git?.ok ? git.stdout : "";
}

/** The whole program as one script. */
async function bundle(): Promise<string> {
  const file = join(DIST, "bundle.js");
  const { ok, stderr } = await run(Deno.execPath(), [
    ...["run", "-A", "--no-lock", "--no-config", join("tools", "dev.ts")],
    ...["bundle", "--platform", "deno", "--minify", "-o", file, "main.ts"],
  ]);
  if (!ok) throw new BuildError(`Cannot bundle the program: ${stderr}`);
  const standIns = /^dev: .*/m.exec(stderr);
  if (standIns) say(standIns[0]);
  const code = await Deno.readTextFile(file);
  await Deno.remove(file);
  const kept = code.match(/(?<![\w$])using [\w$]+=/g)?.length ?? 0;
  if (kept !== await usings(join(ROOT, "lib"))) {
    throw new BuildError("The minifier dropped a `using`: write that place with try and finally");
  }
  // Packages that were made for Node's own modules expect these names.
  const names = 'import{createRequire as requireFrom}from"node:module";' +
    "const require=requireFrom(import.meta.url),__dirname=import.meta.dirname;";
  return `${names}globalThis.BRIDGE_COMMIT=${JSON.stringify(await commit())};${code}`;
}

/**
 * How many `using` declarations the sources have. The minifier (esbuild 0.25) puts a value that is used
 * once in the place of its name, and with a `using` the disposal is lost.
 */
async function usings(dir: string): Promise<number> {
  let found = 0;
  for await (const { name, isDirectory } of Deno.readDir(dir)) {
    const path = join(dir, name);
    found += isDirectory
      ? await usings(path)
      : (await Deno.readTextFile(path)).match(/^\s*(await )?using \w+ =/gm)?.length ?? 0;
  }
  return found;
}

/** The flags between `run` and the program in the task `start`. */
function runFlags(): string[] {
  return config.tasks.start.command.split(" ").filter((word) =>
    /^--(v8-flags|no-prompt|allow-)/.test(word)
  );
}

async function compile(code: string, binary: string): Promise<void> {
  // A program keeps the name of its script.
  const script = join(DIST, `${NAME}.js`);
  await Deno.writeTextFile(script, code);
  const { ok, stderr } = await run(Deno.execPath(), [
    ...["compile", "--no-check", "--no-config", "--no-lock"],
    ...config.unstable.map((name) => `--unstable-${name}`),
    ...runFlags(),
    ...["-o", binary, script],
  ]);
  await Deno.remove(script);
  if (ok) return;
  const runtime = Deno.env.get("DENORT_BIN");
  throw new BuildError(
    /denort|dl\.deno\.land/.test(stderr)
      ? `Cannot get the runtime of Deno ${Deno.version.deno} from ${
        runtime ?? "dl.deno.land"
      }: make it reachable, or set DENORT_BIN to a denort of this version (${
        /^error: (.*)/m.exec(stderr)?.[1]
      })`
      : `Cannot compile the program: ${stderr}`,
  );
}

async function build(): Promise<void> {
  const binary = join(DIST, NAME);
  await Deno.mkdir(DIST, { recursive: true });
  await compile(await bundle(), binary);
  const { ok, stdout, stderr } = await run(binary, ["--version"]);
  if (!ok) {
    throw new BuildError(
      `The program does not start; is its runtime of Deno ${Deno.version.deno}? ${stderr}`,
    );
  }
  const bytes = await Deno.readFile(binary);
  if (bytes.length > MOST_BYTES) throw new BuildError(`${bytes.length} bytes are too many`);
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  await Deno.writeTextFile(`${binary}.sha256`, `${sum}  ${NAME}\n`);
  say(`${stdout}: dist/${NAME}, ${(bytes.length / 1e6).toFixed(1)} MB, sha256 ${sum}`);
}

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`build: ${line}\n`));
}

try {
  await build();
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  say(error.message);
  Deno.exit(1);
}
