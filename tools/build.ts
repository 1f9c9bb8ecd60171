/**
 * Builds `dist/feishu-opencode-bridge`, a single file without dependencies, and its SHA-256:
 *
 *     deno task build [--release]
 *
 * With `--release`, everything comes from the registries themselves and is what deno.lock says, the sources
 * are those of a commit, and whatever is out of reach fails the build. Otherwise stand-ins for jsr.io may be
 * used: see tools/dev.ts.
 *
 * The program is bundled before it is compiled, which leaves out 40 MB of npm packages. Its permissions are
 * those of the task `start` in deno.json. The same commit, or the same sources and `SOURCE_DATE_EPOCH`, make the
 * same file, wherever and whenever it is built. Deno's runtime is downloaded, or read from the file that
 * `DENORT_BIN` names. It must have the same version as the Deno that builds. `GITHUB_REPOSITORY`
 * (`owner/name`) says whose releases `update` looks for.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { prepareNetwork } from "../lib/base/network/network.ts";
import { inAscii } from "./in_ascii.ts";
import { sourceDate } from "./source_date.ts";
import config from "../deno.json" with { type: "json" };

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIST = join(ROOT, "dist");
const NAME = "feishu-opencode-bridge";
/** How long a step may take, in milliseconds: enough to download 40 MB over a slow line. */
const STEP_MS = 10 * 60_000;
/** The largest size of the result, in bytes. */
const MAX_BYTES = 105_000_000;

/** What CommonJS packages expect to be there. */
const COMMON_JS = 'import{createRequire as requireFrom}from"node:module";' +
  "const require=requireFrom(import.meta.url),__dirname=import.meta.dirname;";

/**
 * The condition under which axios exports its own build without node's http. The SDK makes an instance of axios when
 * it is loaded, and nothing is asked through it but what `setup` asks with the `fetch` adapter. The other build has
 * 200 kB more, of proxies, forms and file types. No other package of the bundle knows the condition.
 */
const AXIOS_WITHOUT_HTTP = "react-native";

/** Whether the result is for others. */
const RELEASE = Deno.args.includes("--release");
/** Variables that put something else in the place of a registry or of Deno's runtime. */
const SUBSTITUTES = ["JSR_URL", "DENORT_BIN"];

class BuildError extends Error {}

interface Result {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Result> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    cwd: ROOT,
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
    signal: AbortSignal.timeout(STEP_MS),
  }).output();
  const text = new TextDecoder();
  return { ok: success, stdout: text.decode(stdout).trim(), stderr: text.decode(stderr).trim() };
}

/** The commit that is built, marked `-dirty` when files differ from it; empty without git. */
async function commit(): Promise<string> {
  const git = await run("git", ["describe", "--always", "--dirty", "--exclude=*"])
    .catch(() => undefined);
  return git?.ok ? git.stdout : "";
}

/**
 * Bundles the program into scripts, in a folder. What is imported when it is needed, such as the SDK, has scripts of
 * its own, so that `--version` does not load 3 MB.
 */
async function bundle(folder: string): Promise<void> {
  const { ok, stderr } = await run(Deno.execPath(), [
    ...RELEASE ? [] : ["run", "-A", "--no-lock", "--no-config", join("tools", "dev.ts")],
    ...["bundle", ...RELEASE ? ["--frozen"] : [], "--platform", "deno", "--minify"],
    ...["--code-splitting", "--outdir", folder, "main.ts"],
  ], { DENO_CONDITIONS: AXIOS_WITHOUT_HTTP });
  if (!ok) throw new BuildError(`Cannot bundle the program: ${stderr}`);
  const notice = /^dev: .*/m.exec(stderr);
  if (notice) say(notice[0]);
  const from = await commit();
  if (RELEASE && !/^[0-9a-f]+$/.test(from)) {
    throw new BuildError(`A release is built from a commit, and this is ${from || "none"}`);
  }
  const scripts = await readScripts(folder);
  await Deno.remove(folder, { recursive: true });
  await Deno.mkdir(folder);
  let usings = 0;
  for (const [name, code] of scripts) {
    usings += code.match(/(?<![\w$])using [\w$]+=/g)?.length ?? 0;
    const commonJs = /\brequire\b|\b__dirname\b/.test(code) ? COMMON_JS : "";
    await Deno.writeTextFile(join(folder, name), commonJs + inAscii(code));
  }
  if (usings !== await countUsings(join(ROOT, "lib"))) {
    throw new BuildError("The minifier dropped a `using`: use try and finally in that place");
  }
  // Before any other script, as the imports of a script come before its own code.
  await Deno.writeTextFile(
    join(folder, "about.js"),
    `globalThis.BRIDGE_COMMIT=${JSON.stringify(from)};` +
      `globalThis.BRIDGE_REPOSITORY=${JSON.stringify(Deno.env.get("GITHUB_REPOSITORY") ?? "")};`,
  );
  const main = join(folder, "main.js");
  await Deno.writeTextFile(main, `import"./about.js";${await Deno.readTextFile(main)}`);
}

/**
 * Reads `main.js` and what it imports, each with a name of its own: a number, in the order in which they are first
 * named. The names that the bundler gives depend on the place of the project.
 */
async function readScripts(folder: string): Promise<Map<string, string>> {
  const imported = /(?<=")\.\/([\w.-]+\.js)(?=")/g;
  const names = new Map([["main.js", "main.js"]]);
  const scripts = new Map<string, string>();
  // What is added to a map while it is walked through is walked through as well.
  for (const [from, name] of names) {
    const code = await Deno.readTextFile(join(folder, from));
    const numbered = code.replaceAll(imported, (_, file: string) => {
      const number = names.get(file) ?? `${names.size}.js`;
      names.set(file, number);
      return `./${number}`;
    });
    scripts.set(name, numbered);
  }
  return scripts;
}

/**
 * Counts the `using` declarations of the sources. The minifier (esbuild 0.25) inlines a value that is used
 * once. If it inlines a `using`, the disposal is lost.
 */
async function countUsings(dir: string): Promise<number> {
  let found = 0;
  for await (const { name, isDirectory } of Deno.readDir(dir)) {
    const path = join(dir, name);
    found += isDirectory
      ? await countUsings(path)
      : (await Deno.readTextFile(path)).match(/^\s*(await )?using \w+ =/gm)?.length ?? 0;
  }
  return found;
}

/** The permissions and V8 flags of the task `start`. */
function runFlags(): string[] {
  return config.tasks.start.command.split(" ").filter((word) =>
    /^--(v8-flags|no-prompt|allow-)/.test(word)
  );
}

/** Compiles the scripts of a folder. */
async function compile(folder: string, binary: string): Promise<void> {
  // A compiled program has the name of its script.
  const script = join(folder, `${NAME}.js`);
  await Deno.rename(join(folder, "main.js"), script);
  // The times become part of the binary.
  const seconds = await sourceDate(ROOT);
  for await (const { name } of Deno.readDir(folder)) {
    await Deno.utime(join(folder, name), seconds, seconds);
  }
  const { ok, stderr } = await run(Deno.execPath(), [
    ...["compile", "--no-check", "--no-config", "--no-lock"],
    ...config.unstable.map((name) => `--unstable-${name}`),
    ...runFlags(),
    ...["-o", binary, script],
  ]);
  await Deno.remove(folder, { recursive: true });
  if (ok) return;
  const runtime = Deno.env.get("DENORT_BIN");
  throw new BuildError(
    /denort|dl\.deno\.land/.test(stderr)
      ? `Cannot get the runtime of Deno ${Deno.version.deno} from ${
        runtime ?? "dl.deno.land"
      }: make it reachable, or set DENORT_BIN to a denort of this version`
      : `Cannot compile the program: ${stderr}`,
  );
}

async function build(): Promise<void> {
  const binary = join(DIST, NAME);
  // An older one must not be taken for the result.
  for (const file of [binary, `${binary}.sha256`]) await Deno.remove(file).catch(() => {});
  const substitute = SUBSTITUTES.find((name) => Deno.env.get(name));
  if (RELEASE && substitute !== undefined) {
    throw new BuildError(`A release takes nothing from elsewhere: unset ${substitute}`);
  }
  await Deno.mkdir(DIST, { recursive: true });
  const folder = join(DIST, "scripts");
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  await bundle(folder);
  await compile(folder, binary);
  const { ok, stdout, stderr } = await run(binary, ["--version"]);
  if (!ok) {
    throw new BuildError(
      `The program does not start; is its runtime of Deno ${Deno.version.deno}? ${stderr}`,
    );
  }
  const bytes = await Deno.readFile(binary);
  if (bytes.length > MAX_BYTES) {
    throw new BuildError(`${bytes.length} bytes are more than the limit of ${MAX_BYTES}`);
  }
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  await Deno.writeTextFile(`${binary}.sha256`, `${sum}  ${NAME}\n`);
  say(`${stdout}: dist/${NAME}, ${(bytes.length / 1e6).toFixed(1)} MB, sha256 ${sum}`);
}

function say(line: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`build: ${line}\n`));
}

prepareNetwork();
try {
  await build();
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  say(error.message);
  Deno.exit(1);
}
