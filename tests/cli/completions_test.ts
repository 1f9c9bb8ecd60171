import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { CLI_ACTIONS, CLI_COMMANDS } from "../../lib/cli/options.ts";
import { findCommand } from "../../lib/opencode/server/process.ts";
import { tempDir } from "../helpers.ts";
import { runProgram } from "./run_program.ts";

/** Has a shell read a script and a line of its own; resolves with what it printed. */
async function shell(name: string, script: string, line: string): Promise<string> {
  await using dir = await tempDir();
  const file = join(dir.path, "completions");
  await Deno.writeTextFile(file, script);
  const { stdout, stderr, success } = await new Deno.Command(name, {
    args: ["-c", line.replaceAll("FILE", file)],
  }).output();
  const text = new TextDecoder();
  assert(success, text.decode(stderr));
  return text.decode(stdout).trim();
}

/** Bash's answer to a line with the cursor at its end. */
function completed(script: string, ...words: string[]): Promise<string> {
  const quoted = words.map((word) => `'${word}'`).join(" ");
  const line = `source FILE; COMP_WORDS=(bridge ${quoted}); COMP_CWORD=${words.length}; ` +
    '_feishu_opencode_bridge; echo "${COMPREPLY[*]}"';
  return shell("bash", script, line);
}

Deno.test("the shells take the scripts, and bash completes commands, actions and options", async () => {
  const run = async (name: string) => {
    const { code, out, err } = await runProgram(["completions", name], { cwd: "/tmp" });
    assertEquals([code, err], [0, ""]);
    return out;
  };
  const bash = await run("bash");
  assertEquals(await completed(bash, "sta"), "start status");
  assertEquals(await completed(bash, "service", "un"), "uninstall");
  assertEquals(await completed(bash, "start", "--for"), "--force");
  assertEquals(await completed(bash, "stop", "--for"), "");
  for (const [name, check] of [["zsh", "zsh"], ["fish", "fish"]] as const) {
    const script = await run(name);
    for (const word of [...CLI_COMMANDS, ...Object.values(CLI_ACTIONS).flat()]) {
      assert(script.includes(word), `${name}: ${word}`);
    }
    // Not every machine has them.
    if (await findCommand(check)) await shell(check, script, `${check} -n FILE`);
  }
});

Deno.test("config show tells each setting, its value without secrets, where it comes from, and what is mistyped", async () => {
  await using dir = await tempDir();
  const file = join(dir.path, "my.env");
  const text = "FEISHU_APP_ID=cli_0123456789abcdef\nFEISHU_APP_SECRET=s3cr3t-value\n" +
    "OPENCODE_URL=http://u:hunter2@127.0.0.1:1\nFEISHU_ALLOWED_USERS=pair\n";
  await Deno.writeTextFile(file, text, { mode: 0o600 });
  const args = ["config", "show", "--env-file", file, "--cwd", dir.path, "--state-dir", "s"];
  const env = { BRIDGE_LANG: "en", BRIDGE_CALL: "thrifty", HOME: dir.path };
  const { code, out, err } = await runProgram(args, { cwd: "/tmp", env });
  const mistyped = "BRIDGE_CALL in the environment is no setting, and has no effect";
  assertEquals([code, err], [0, `${mistyped} → did you mean BRIDGE_CALLS?`]);
  const from = (name: string) =>
    out.split("\n").find((line) => line.startsWith(`${name}=`))?.split(/ {2,}/).at(-1);
  assertEquals(from("FEISHU_APP_ID"), file);
  assertEquals(from("OPENCODE_CWD"), "command line");
  assertEquals(from("BRIDGE_LANG"), "environment");
  assertEquals(from("BRIDGE_RENDER"), "default");
  assert(out.includes("FEISHU_APP_SECRET=(hidden)") && !/s3cr3t|hunter2/.test(out), out);
  const wrong = { BRIDGE_LANG: "zh", BRIDGE_RENDER: "pretty", HOME: dir.path };
  const chinese = await runProgram(args, { cwd: "/tmp", env: wrong });
  assertEquals(chinese.code, 2);
  assert(chinese.err.startsWith('BRIDGE_RENDER 的值是 "pretty"：必须是'), chinese.err);
});

Deno.test("config show tells a mistake in the language of its other words", async () => {
  await using dir = await tempDir();
  const args = ["config", "show", "--cwd", dir.path, "--state-dir", "s"];
  const env = { BRIDGE_LANG: "zh", FEISHU_APP_ID: "cli_0123456789abcdef", HOME: dir.path };
  const { code, err } = await runProgram(args, { cwd: dir.path, env });
  assertEquals([code, err], [2, "缺少 FEISHU_APP_SECRET：请设为应用的 App Secret，不含空格"]);
});

Deno.test("a bare first run says to run setup, that of its profile, exit code 2", async () => {
  await using dir = await tempDir();
  const env = { HOME: dir.path };
  for (
    const [args, setup] of [[[], "setup"], [["--profile", "work"], "setup --profile work"]] as const
  ) {
    const { code, err } = await runProgram([...args], { cwd: dir.path, env });
    const said = "There are no settings yet, FEISHU_APP_ID and FEISHU_APP_SECRET are missing: run ";
    assert(err.trim().split("\n").length === 1 && err.includes(`${said}${setup}, which`), err);
    assertEquals(code, 2);
  }
});
