/** A release comes from the registries and the lock, or not at all. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join, toFileUrl } from "@std/path";

const ROOT = fromFileUrl(new URL("../..", import.meta.url));
const DEADLINE_MS = 120_000;

/** A project with this one's tools, deno.json and deno.lock. */
async function project(program: string) {
  const dir = await Deno.realPath(await Deno.makeTempDir({ prefix: "build test " }));
  for (const name of ["tools", "lib/base/network", "dist"]) {
    await Deno.mkdir(join(dir, name), { recursive: true });
  }
  await Deno.symlink(join(ROOT, "tools", "jsr_standin"), join(dir, "tools", "jsr_standin"));
  for (
    const file of [
      "deno.json",
      "deno.lock",
      ...["dev", "build", "in_ascii", "source_date"].map((name) => `tools/${name}.ts`),
      ...["network", "proxy"].map((name) => `lib/base/network/${name}.ts`),
    ]
  ) {
    await Deno.copyFile(join(ROOT, file), join(dir, file));
  }
  await Deno.writeTextFile(join(dir, "main.ts"), program);
  const binary = join(dir, "dist", "feishu-opencode-bridge");
  await Deno.writeTextFile(binary, "an older one");
  return {
    dir,
    /** Builds, with these options; what it said, after checking that there is no result. */
    async fails(env: Record<string, string>, ...options: readonly string[]): Promise<string> {
      const { code, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "-A",
          "--no-lock",
          "--no-config",
          join(dir, "tools", "build.ts"),
          ...options,
        ],
        env: { NO_COLOR: "1", JSR_URL: "", DENORT_BIN: "", ...env },
        stdin: "null",
        signal: AbortSignal.timeout(DEADLINE_MS),
      }).output();
      const said = new TextDecoder().decode(stderr);
      assertEquals(code, 1, said);
      assertEquals(await Deno.stat(binary).catch(() => "none"), "none");
      return said;
    },
    [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }),
  };
}

Deno.test("a release takes neither stand-ins nor another runtime", async () => {
  await using built = await project(`import { delay } from "@std/async";\nawait delay(1);\n`);
  const standIns = toFileUrl(join(ROOT, "tools", "jsr_standin")).href;
  assertStringIncludes(await built.fails({ JSR_URL: standIns }, "--release"), "unset JSR_URL");
  assertStringIncludes(
    await built.fails({ DENORT_BIN: "/bin/sh" }, "--release"),
    "unset DENORT_BIN",
  );
});

Deno.test("a release fails loudly when the registries are away", async () => {
  await using built = await project(`import { delay } from "@std/async";\nawait delay(1);\n`);
  const said = await built.fails({
    DENO_DIR: join(built.dir, "cache"),
    // Nobody listens on this port.
    HTTPS_PROXY: "http://127.0.0.1:1",
    NO_PROXY: "",
  }, "--release");
  assertMatch(said, /Cannot bundle the program: [^]*(jsr\.io|registry\.npmjs\.org)/);
  assert(!said.includes("jsr_standin"), said);
});

Deno.test("a release fails when the lock does not have what it imports", async () => {
  await using built = await project(`import { encode } from "uqr";\nconsole.log(encode("x"));\n`);
  const file = join(built.dir, "deno.lock");
  const lock = JSON.parse(await Deno.readTextFile(file));
  // With the right lock, only the commit is missing.
  assertStringIncludes(await built.fails({}, "--release"), "A release is built from a commit");
  delete lock.npm["uqr@0.1.3"];
  delete lock.specifiers["npm:uqr@~0.1.3"];
  await Deno.writeTextFile(file, JSON.stringify(lock));
  assertStringIncludes(await built.fails({}, "--release"), "lockfile is out of date");
});

Deno.test("a build without the runtime of Deno says in one line where it is taken from", async () => {
  await using built = await project(`console.log(1);\n`);
  const said = await built.fails({ DENORT_BIN: "/nope/denort" });
  assertMatch(
    said,
    /^build: Cannot get the runtime of Deno [\d.]+ from \/nope\/denort: .*set DENORT_BIN to a denort of this version$/m,
  );
});
