/** What the commands say about a state directory that cannot be one. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { UsageError } from "../../lib/base/errors.ts";
import { lockStateDir } from "../../lib/store/state_dir.ts";
import { tempDir } from "../helpers.ts";
import { runProgram } from "./run_program.ts";

Deno.test("a state directory that cannot be one is a mistake in the settings, for every command", async () => {
  await using dir = await tempDir();
  const file = join(dir.path, "file");
  await Deno.writeTextFile(file, "");
  const env = { FEISHU_APP_ID: "cli_0123456789abcdef", FEISHU_APP_SECRET: "s3cr3t" };
  const commands = [["status"], ["stop"], ["logs"], ["pair", "list"], ["start"], ["run"]];
  for (
    const stateDir of [file, join(file, "x", "y"), ...Deno.build.os === "linux" ? ["/proc/x"] : []]
  ) {
    const said = (text: string, name: string) => {
      assert(text.includes(`${name} is ${JSON.stringify(stateDir)}: it must be `), text);
      assert(!/NaN|--allow-|Requires/.test(text), text);
    };
    await Promise.all(commands.map(async (command) => {
      const { code, out, err } = await runProgram([...command, "--state-dir", stateDir], {
        cwd: dir.path,
        env,
      });
      assertEquals([code, out], [2, ""], command.join(" "));
      said(err, "--state-dir");
    }));
    const { code, out } = await runProgram(["doctor", "--offline"], {
      cwd: dir.path,
      env: { ...env, BRIDGE_STATE_DIR: stateDir },
    });
    assertEquals(code, 1, out);
    said(out, "BRIDGE_STATE_DIR");
  }
  const { code, err } = await runProgram(["status", "--env-file", "/proc/nothing"], {
    cwd: dir.path,
  });
  assertEquals(code, 2);
  assertMatch(err, /Cannot read the env file \/proc\/nothing: (?!Requires)/);
});

Deno.test("a directory that is there for something else is not closed to others", async () => {
  await using dir = await tempDir();
  const mode = async (path: string) => ((await Deno.stat(path)).mode ?? 0) & 0o777;
  const make = async (...names: string[]) => {
    const path = await Deno.makeTempDir({ dir: dir.path });
    await Deno.chmod(path, 0o755);
    for (const name of names) await Deno.writeTextFile(join(path, name), "");
    return path;
  };
  const others = await make("index.html");
  await assertRejects(() => lockStateDir(others), UsageError, "holds other files");
  const left = await Array.fromAsync(Deno.readDir(others), ({ name }) => name);
  assertEquals([await mode(others), left], [0o755, ["index.html"]]);
  for (const path of [await make(), await make("lost+found"), await make("x", ".env")]) {
    using _ = await lockStateDir(path);
    assertEquals(await mode(path), 0o700);
  }
});
