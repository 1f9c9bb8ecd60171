import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { dirname, fromFileUrl, join, toFileUrl } from "@std/path";

const ROOT = fromFileUrl(new URL("../..", import.meta.url));
const STAND_INS = join(ROOT, "tools", "jsr_standin");
const DEADLINE_MS = 120_000;

const PRINT_AND_EXIT_7 = `import { delay } from "@std/async";
await delay(1);
console.log(JSON.stringify({ args: Deno.args, cwd: Deno.cwd() }));
Deno.exit(7);
`;

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project in a folder of its own with this one's dev.ts, stand-ins, deno.json and deno.lock. */
class Project implements AsyncDisposable {
  private constructor(readonly dir: string) {}

  static async with(program: string): Promise<Project> {
    const dir = await Deno.realPath(await Deno.makeTempDir({ prefix: "dev test " }));
    await Deno.mkdir(join(dir, "tools"));
    await Deno.symlink(STAND_INS, join(dir, "tools", "jsr_standin"));
    await Deno.mkdir(join(dir, "lib/base/network"), { recursive: true });
    const needed = ["tools/dev.ts", "lib/base/network/network.ts", "lib/base/network/proxy.ts"];
    for (const file of ["deno.json", "deno.lock", ...needed]) {
      await Deno.copyFile(join(ROOT, file), join(dir, file));
    }
    await Deno.writeTextFile(join(dir, "main.ts"), program);
    return new Project(dir);
  }

  command(args: string[], env: Record<string, string>): Deno.Command {
    return new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-lock", "--no-config", join(this.dir, "tools", "dev.ts"), ...args],
      env: { NO_COLOR: "1", INIT_CWD: this.dir, ...env },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      signal: AbortSignal.timeout(DEADLINE_MS),
    });
  }

  async run(args: string[], env: Record<string, string>): Promise<Result> {
    const { code, stdout, stderr } = await this.command(args, env).output();
    const text = new TextDecoder();
    return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.dir, { recursive: true });
  }
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toHex();
}

/** A registry with one package, whose `delay` says on stdout that it is the real one. */
async function startRegistry(): Promise<Deno.HttpServer<Deno.NetAddr>> {
  const source = `export function delay(_ms: number): void { console.log("from the registry"); }\n`;
  const checksum = `sha256-${await sha256(source)}`;
  const files = new Map([
    ["/@std/async/meta.json", JSON.stringify({ versions: { "1.4.0": {} } })],
    [
      "/@std/async/1.4.0_meta.json",
      JSON.stringify({
        manifest: { "/mod.ts": { size: source.length, checksum } },
        exports: { ".": "./mod.ts" },
      }),
    ],
    ["/@std/async/1.4.0/mod.ts", source],
  ]);
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    const type = pathname.endsWith(".ts") ? "application/typescript" : "application/json";
    const body = files.get(pathname);
    return new Response(body ?? "", {
      status: body === undefined ? 404 : 200,
      headers: { "content-type": type },
    });
  });
}

Deno.test("dev.ts uses the stand-ins when the registry accepts and never answers", async () => {
  await using project = await Project.with(PRINT_AND_EXIT_7);
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const registry = `http://127.0.0.1:${silent.addr.port}`;
  const lock = await Deno.readTextFile(join(project.dir, "deno.lock"));
  const result = await project.run(["run", "-A", "main.ts", "--cwd", "a b", "$x"], {
    JSR_URL: registry,
  });
  assertEquals(result.code, 7, result.stderr);
  assertEquals(JSON.parse(result.stdout).args, ["--cwd", "a b", "$x"]);
  const said = result.stderr.split("\n").filter((line) => line.startsWith("dev: "));
  assertEquals(said, [`dev: ${registry}/ does not answer, using tools/jsr_standin`]);
  assertEquals(await Deno.readTextFile(join(project.dir, "deno.lock")), lock);
});

Deno.test("dev.ts uses the registry when it answers, and its cache when it is gone again", async () => {
  await using project = await Project.with(PRINT_AND_EXIT_7);
  await Deno.remove(join(project.dir, "deno.lock"));
  const server = await startRegistry();
  const env = {
    JSR_URL: `http://127.0.0.1:${server.addr.port}/`,
    DENO_DIR: join(project.dir, "cache"),
  };
  const online = await project.run(["run", "-A", "main.ts"], env);
  await server.shutdown();
  const offline = await project.run(["run", "-A", "main.ts"], env);
  for (const result of [online, offline]) {
    assertEquals(result.code, 7, result.stderr);
    assertStringIncludes(result.stdout, "from the registry\n");
    assert(!/does not answer|Download/.test(result.stderr), result.stderr);
  }
  // One line for all that is downloaded, and none afterwards.
  assertEquals(online.stderr.match(/^dev: getting packages/gm)?.length, 1, online.stderr);
  assert(!offline.stderr.includes("dev: "), offline.stderr);
});

Deno.test("dev.ts starts the program where the user stands", async () => {
  await using project = await Project.with(PRINT_AND_EXIT_7);
  const elsewhere = dirname(project.dir);
  const { stdout, stderr } = await project.run(["run", "-A", "main.ts"], {
    JSR_URL: toFileUrl(STAND_INS).href,
    INIT_CWD: elsewhere,
  });
  assertEquals(JSON.parse(stdout).cwd, elsewhere, stderr);
});

Deno.test("dev.ts takes no package for the stand-ins but the one that is locked", async () => {
  await using project = await Project.with(PRINT_AND_EXIT_7);
  const env = { JSR_URL: toFileUrl(STAND_INS).href, DENO_DIR: join(project.dir, "cache") };
  const args = ["run", "-A", "main.ts"];
  // Without the packages of the program, which would all be downloaded.
  const async = "jsr:@std/async@^1.4.0";
  const { jsr } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.lock")));
  const small = {
    version: "5",
    specifiers: { [async]: "1.4.0" },
    jsr: { "@std/async@1.4.0": { integrity: jsr["@std/async@1.4.0"].integrity } },
    workspace: { dependencies: [async] },
  };
  await Deno.writeTextFile(join(project.dir, "deno.lock"), JSON.stringify(small));
  const config = { imports: { "@std/async": async } };
  await Deno.writeTextFile(join(project.dir, "deno.json"), JSON.stringify(config));
  const file = join(project.dir, "tools", "jsr_standin");
  await Deno.remove(file);
  const copied = await new Deno.Command("cp", { args: ["-R", STAND_INS, file] }).output();
  assert(copied.success);
  const locked = join(file, "locked.json");
  const lock = JSON.parse(await Deno.readTextFile(locked));
  // As if the registry had another package under this name and version.
  lock.npm["deno-std@1.4.0"].integrity = `sha512-${btoa("x".repeat(64))}`;
  await Deno.writeTextFile(locked, JSON.stringify(lock));
  const result = await project.run(args, { ...env, JSR_URL: toFileUrl(file).href });
  assertEquals(result.code, 1, result.stderr);
  assertMatch(result.stderr, /checksum did not match [^]* deno-std@1\.4\.0/);
});

Deno.test("every npm package of the stand-ins is locked", async () => {
  const { specifiers, npm } = JSON.parse(await Deno.readTextFile(join(STAND_INS, "locked.json")));
  for await (const { name } of Deno.readDir(join(STAND_INS, "@std"))) {
    const dir = join(STAND_INS, "@std", name);
    for await (const version of Deno.readDir(dir)) {
      if (!version.isDirectory) continue;
      const text = await Deno.readTextFile(join(dir, version.name, "mod.ts"));
      for (const [, found = ""] of text.matchAll(/"(npm:[^/"]+)/g)) {
        assertMatch(npm[`${found.slice(4)}`]?.integrity ?? "", /^sha512-/, found);
        assert(found in specifiers, found);
      }
    }
  }
});

Deno.test("dev.ts passes SIGTERM on and waits for the program to end", async () => {
  await using project = await Project.with(`import { delay } from "@std/async";
Deno.addSignalListener("SIGTERM", async () => {
  await delay(50);
  console.log("ended well");
  Deno.exit(3);
});
console.log("ready");
setInterval(() => {}, 1000);
`);
  const child = project.command(["run", "-A", "main.ts"], {
    JSR_URL: toFileUrl(STAND_INS).href,
  }).spawn();
  const errors = new Response(child.stderr).text();
  let output = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    if (output === "") child.kill("SIGTERM");
    output += text;
  }
  assertEquals((await child.status).code, 3, await errors);
  assertEquals(output, "ready\nended well\n");
});

Deno.test("dev.ts gives back the exit code of a failing test, and the lock is untouched", async () => {
  await using project = await Project.with(PRINT_AND_EXIT_7);
  const lock = await Deno.readTextFile(join(project.dir, "deno.lock"));
  await Deno.writeTextFile(
    join(project.dir, "a_test.ts"),
    `import { assertEquals } from "@std/assert";
Deno.test("leaks", () => { setTimeout(() => {}, 100_000); assertEquals(1, 1); });
`,
  );
  const args = ["test", "-A", "--sanitize-ops", "--sanitize-resources", "a_test.ts"];
  const result = await project.run(args, { JSR_URL: toFileUrl(STAND_INS).href });
  assertEquals(result.code, 1, result.stderr);
  assertMatch(result.stdout, /FAILED \| 0 passed \| 1 failed/);
  assertEquals(await Deno.readTextFile(join(project.dir, "deno.lock")), lock);
});

Deno.test("every jsr package of deno.json has a stand-in of the locked version", async () => {
  const { imports } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  const { jsr } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.lock")));
  const locked = Object.keys(jsr);
  for (const specifier of Object.values(imports).map(String)) {
    const name = /^jsr:(@std\/[a-z-]+)@/.exec(specifier)?.[1];
    if (name === undefined) continue;
    const meta = JSON.parse(await Deno.readTextFile(join(STAND_INS, name, "meta.json")));
    const [version] = Object.keys(meta.versions);
    assert(locked.includes(`${name}@${version}`), `${name}: ${version} is not what deno.lock has`);
  }
});
