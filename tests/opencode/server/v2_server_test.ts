/** A server of 2.x as our child. The stand-in plays it, as a command. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { UsageError } from "../../../lib/base/errors.ts";
import { commandGeneration } from "../../../lib/opencode/server/command_generation.ts";
import { KnownCommands } from "../../../lib/opencode/server/known_commands.ts";
import { isAlive } from "../../../lib/opencode/server/process.ts";
import { OpencodeServer } from "../../../lib/opencode/server/server.ts";
import { tempDir } from "../../helpers.ts";
import { ownProcess } from "../../own_process.ts";

const test = ownProcess(import.meta.url);

const path = (name: string) => fromFileUrl(new URL(name, import.meta.url));
const silent = { error() {}, warn() {}, info() {}, debug() {} };
const soon = () => AbortSignal.timeout(30_000);

/** A command in opencode's place, which writes down its environment. */
async function command(dir: string, settings: Readonly<Record<string, string>>): Promise<string> {
  const file = join(dir, "opencode");
  const program = path("../v2_stand_in/command.ts");
  const options = `--no-lock --no-check --config="${path("../../../deno.json")}"`;
  const lines = [
    "#!/bin/sh",
    `[ "$1" = serve ] && env > "${dir}/environment"`,
    ...Object.entries(settings).map(([name, value]) => `export ${name}="${value}"`),
    `exec "${Deno.execPath()}" run -A ${options} "${program}" "$@"`,
  ];
  await Deno.writeTextFile(file, `${lines.join("\n")}\n`, { mode: 0o755 });
  return file;
}

test("a 2.x of our own has a database of its own, and is used when it is ready", async () => {
  await using dir = await tempDir();
  const lines: string[] = [];
  const server = new OpencodeServer({
    command: await command(dir.path, { STAND_IN_START_MS: "1500" }),
    cwd: dir.path,
    stateDir: dir.path,
    log: { ...silent, info: (line) => lines.push(line) },
  });
  Deno.env.set("OPENCODE_SERVER_USERNAME", "somebody");
  Deno.env.set("OPENCODE_PASSWORD", "of somebody's own server");
  const began = performance.now();
  try {
    const { generation, version } = await server.endpoint(soon());
    assertEquals([generation, version], [2, "2.0.26"]);
  } finally {
    Deno.env.delete("OPENCODE_SERVER_USERNAME");
    Deno.env.delete("OPENCODE_PASSWORD");
  }
  assert(performance.now() - began < 20_000);
  const environment = (await Deno.readTextFile(join(dir.path, "environment"))).split("\n");
  assert(environment.includes(`OPENCODE_DB=${join(dir.path, "opencode.db")}`));
  assert(environment.includes("OPENCODE_SERVER_USERNAME=opencode"));
  assert(!environment.some((line) => line.startsWith("OPENCODE_PASSWORD=")));
  const { pid } = JSON.parse(await Deno.readTextFile(join(dir.path, "opencode.json")));
  assert(isAlive(pid));
  assertEquals(lines.filter((line) => line.startsWith("opencode ready")).length, 1);
  await server.stop();
  assert(!isAlive(pid));
});

test("a 2.0 from before its release is refused at once", async () => {
  await using dir = await tempDir();
  const server = new OpencodeServer({
    command: await command(dir.path, { STAND_IN_DIALECT: "july" }),
    cwd: dir.path,
    stateDir: dir.path,
    log: silent,
  });
  const error = await assertRejects(() => server.endpoint(soon()), UsageError);
  assertMatch(error.message, /^opencode local is too old: update it to 2\.0\.4/);
  await server.stop();
});

test("a command that says nothing of itself, or is another than before, gets the right database", async () => {
  await using dir = await tempDir();
  const file = await command(dir.path, {});
  const script = await Deno.readTextFile(file);
  const serves = 'echo "$OPENCODE_DB" >> "$(dirname "$0")/databases"';
  const mute = script.replace("#!/bin/sh", `#!/bin/sh\n[ "$1" = --version ] && exit 1\n${serves}`);
  await Deno.writeTextFile(file, mute);
  const lines: string[] = [];
  const log = { ...silent, info: (line: string) => lines.push(line) };
  const server = new OpencodeServer({ command: file, cwd: dir.path, stateDir: dir.path, log });
  assertEquals((await server.endpoint(soon())).generation, 2);
  await server.stop();
  const databases = (await Deno.readTextFile(join(dir.path, "databases"))).split("\n");
  assertEquals(databases, ["", join(dir.path, "opencode.db"), ""]);
  assertEquals(lines.filter((line) => /starting it again/.test(line)).length, 1);
});

test("what a program was is remembered until it is another; a script may start anything", async () => {
  await using dir = await tempDir();
  const commands = new KnownCommands(dir.path);
  const file = join(dir.path, "program");
  await Deno.writeTextFile(file, "a program");
  assertEquals(await commands.generation(file), undefined);
  await commands.learn(file, 2);
  assertEquals(await new KnownCommands(dir.path).generation(file), 2);
  await Deno.symlink(file, join(dir.path, "link"));
  assertEquals(await commands.generation(join(dir.path, "link")), 2);
  await Deno.writeTextFile(file, "another program");
  assertEquals(await commands.generation(file), undefined);
  await Deno.writeTextFile(file, "#!/bin/sh\n");
  await commands.learn(file, 1);
  assertEquals(await commands.generation(file), undefined);
  await Deno.writeTextFile(join(dir.path, "opencode-command.json"), "[damaged");
  assertEquals(await commands.generation(file), undefined);
  await commands.learn(join(dir.path, "missing"), 1);
});

test("what a command says of itself is a guess, and one that hangs or fails says nothing", async () => {
  await using dir = await tempDir();
  const cases: [string, number | undefined][] = [
    ["echo 1.18.33", 1],
    ["echo opencode v2.0.26", 2],
    ["echo opencode vlocal", 2],
    ["echo opencode v0.0.0-dev-202611290915", 2],
    ["echo 0.0.0-dev-202611290915", undefined],
    ["echo 2.0.1", 2],
    ["echo opencode v1.19.0", 1],
    ["echo opencode v3.0.0", undefined],
    ["echo 0.15.0", undefined],
    ["echo something else", undefined],
    ["echo 1.18.33 >&2; exit 1", undefined],
    ["kill -KILL $$", undefined],
  ];
  const file = join(dir.path, "opencode");
  for (const [says, expected] of cases) {
    await Deno.writeTextFile(file, `#!/bin/sh\n${says}\n`, { mode: 0o755 });
    assertEquals(await commandGeneration(file, soon()), expected, says);
  }
  await Deno.writeTextFile(file, "no program", { mode: 0o755 });
  assertEquals(await commandGeneration(file, soon()), undefined);
  // A shell that waits for what it started leaves that with our pipe.
  await Deno.writeTextFile(file, "#!/bin/sh\nsleep 60\necho 1.18.33\n", { mode: 0o755 });
  const began = performance.now();
  assertEquals(await commandGeneration(file, AbortSignal.timeout(100)), undefined);
  assert(performance.now() - began < 1_500);
  Deno.env.set("FEISHU_APP_SECRET", "a secret of ours");
  await Deno.writeTextFile(file, `#!/bin/sh\nenv > "${dir.path}/seen"\nexec sleep 60\n`, {
    mode: 0o755,
  });
  assertEquals(await commandGeneration(file, AbortSignal.timeout(500)), undefined);
  Deno.env.delete("FEISHU_APP_SECRET");
  const seen = await Deno.readTextFile(join(dir.path, "seen"));
  assert(!seen.includes("a secret of ours"), seen);
});
