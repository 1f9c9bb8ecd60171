/** What the commands say about a state directory that cannot be one. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
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
