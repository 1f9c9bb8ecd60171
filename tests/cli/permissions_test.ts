/** The permissions of the program are the least that work, and named in one place. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { RUN_FLAGS } from "../../lib/cli/program.ts";
import { tempDir } from "../helpers.ts";

const ROOT = fromFileUrl(new URL("../..", import.meta.url));
const ALLOWED = RUN_FLAGS.filter((flag) => flag.startsWith("--allow-"));

/** What the program says when it runs with these flags and checks this machine. */
async function checkWith(flags: readonly string[]): Promise<string> {
  await using dir = await tempDir();
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => Response.json({ healthy: true, version: "1.18.33" }),
  );
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-lock", "--no-check", `--config=${join(ROOT, "deno.json")}`, ...flags],
      ...[join(ROOT, "main.ts"), "doctor", "--offline", "--state-dir", join(dir.path, "state")],
    ],
    cwd: dir.path,
    env: {
      NO_COLOR: "1",
      LC_ALL: "en_US.UTF-8",
      OPENCODE_URL: `http://127.0.0.1:${server.addr.port}`,
    },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return text.decode(stdout) + text.decode(stderr);
}

Deno.test("the program asks for nothing while it runs, and loads no native code", () => {
  assert(RUN_FLAGS.includes("--no-prompt"));
  assertEquals(ALLOWED, ["net", "env", "read", "write", "run"].map((name) => `--allow-${name}`));
});

Deno.test("with its permissions it misses none, and without any of them something does not work", async () => {
  assert(!/Requires \w+ access/.test(await checkWith(RUN_FLAGS)));
  await Promise.all(ALLOWED.map(async (missing) => {
    const said = await checkWith(RUN_FLAGS.filter((flag) => flag !== missing));
    const name = missing.slice("--allow-".length);
    // Who reads nothing finds no directory.
    const wanted = name === "read" ? "must be an existing directory" : `Requires ${name} access`;
    assertMatch(said, new RegExp(wanted), missing);
  }));
});
