/** The state directory is below the user's home, wherever the program is started. */
import { assertEquals, assertMatch } from "@std/assert";
import { readArgs } from "../../lib/cli/args.ts";
import { ensureHome } from "../../lib/cli/ensure_home.ts";
import { findSettings } from "../../lib/cli/settings.ts";
import { tempDir } from "../helpers.ts";
import { runProgram } from "./run_program.ts";
import { ownProcess } from "../own_process.ts";

const test = ownProcess(import.meta.url);

/** This process without a home, until the scope ends. */
function withoutHome(value?: string): Disposable {
  const home = Deno.env.get("HOME");
  if (value === undefined) Deno.env.delete("HOME");
  else Deno.env.set("HOME", value);
  return { [Symbol.dispose]: () => home === undefined || Deno.env.set("HOME", home) };
}

test("without HOME the system knows where the user's home is", async () => {
  for (const value of [undefined, ""]) {
    using _home = withoutHome(value);
    await ensureHome();
    assertMatch(Deno.env.get("HOME") ?? "", /^\/./);
    assertEquals((await Deno.stat(Deno.env.get("HOME") ?? "")).isDirectory, true);
  }
});

test("where nobody knows the home, the settings say so, unless they do not need it", async () => {
  using _home = withoutHome();
  await using dir = await tempDir();
  const about = async (...args: string[]) => {
    const { mistakes } = await findSettings(readArgs(args), { required: false });
    return mistakes.filter(({ setting }) => setting === "stateDir").map(({ text }) => text);
  };
  assertMatch((await about()).join(), /^HOME is not set: set it, or BRIDGE_STATE_DIR/);
  assertMatch((await about("--state-dir=~/x")).join(), /^HOME is not set/);
  assertEquals(await about("--state-dir", dir.path), []);
});

test("no command makes a directory that is named ~", async () => {
  await using dir = await tempDir();
  const env = { HOME: "", PATH: "/nonexistent" };
  const { code, err } = await runProgram(["status"], { cwd: dir.path, env });
  assertEquals([code, await Array.fromAsync(Deno.readDir(dir.path))], [2, []]);
  assertMatch(err, /HOME is not set/);
});
