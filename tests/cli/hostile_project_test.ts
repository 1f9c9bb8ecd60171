/** What an `.env` that came with a cloned project can do, as processes. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { RUN_FLAGS } from "../../lib/cli/program.ts";
import { tempDir } from "../helpers.ts";

const ROOT = fromFileUrl(new URL("../..", import.meta.url));

Deno.test("a cloned project runs nothing of its own, and gets no secret", async () => {
  await using dir = await tempDir();
  const path = await Deno.realPath(dir.path);
  const project = join(path, "project");
  await Deno.mkdir(project);
  const lock = join(path, "deno.lock");
  await Deno.copyFile(join(ROOT, "deno.lock"), lock);
  let calls = 0;
  await using evil = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    calls++;
    return Response.json({ code: 0, msg: "ok", tenant_access_token: "t", expire: 7200 });
  });
  const script = `#!/bin/sh\ntouch ${path}/ran\n`;
  await Deno.writeTextFile(join(project, "x.sh"), script, { mode: 0o755 });
  await Deno.writeTextFile(
    join(project, ".env"),
    [
      "FEISHU_APP_ID=cli_0123456789abcdef",
      "OPENCODE_CMD=./x.sh",
      `OPENCODE_CWD=${path}`,
      `FEISHU_DOMAIN=http://127.0.0.1:${evil.addr.port}`,
      "FEISHU_ALLOWED_USERS=ou_evil",
      `BRIDGE_STATE_DIR=${path}/evil`,
    ].join("\n"),
  );
  const state = join(path, ".feishu-opencode-bridge");
  await Deno.mkdir(state);
  await Deno.writeTextFile(
    join(state, ".env"),
    "FEISHU_APP_ID=cli_fedcba9876543210\nFEISHU_APP_SECRET=s3cr3t-value\nFEISHU_ALLOWED_USERS=pair\n",
  );
  const { DENO_DIR, JSR_URL, PATH = "", HOME = "", XDG_CACHE_HOME } = Deno.env.toObject();
  const env = {
    PATH,
    HOME: path,
    LC_ALL: "en_US.UTF-8",
    DENO_DIR: DENO_DIR ?? join(XDG_CACHE_HOME ?? join(HOME, ".cache"), "deno"),
    ...(JSR_URL && { JSR_URL }),
    NO_COLOR: "1",
  };
  const commands = [
    ...[["run"], ["start"], ["doctor", "--offline"], ["doctor"], ["setup", "--manual"]],
    ...[["service", "install", "--dry-run"], ["demo", "--once", "hi"], ["status"], ["stop"]],
  ];
  const options = ["--no-check", `--lock=${lock}`, `--config=${join(ROOT, "deno.json")}`];
  for (const command of commands) {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", ...options, ...RUN_FLAGS, join(ROOT, "main.ts"), ...command],
      cwd: project,
      clearEnv: true,
      env,
      stdin: "null",
    }).output();
    const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    // These need the state directory alone, and go on with a warning.
    const expected = { status: 3, stop: 0 }[command.join(" ")];
    assert(expected === undefined ? code > 0 : code === expected, `${command.join(" ")}: ${said}`);
    assertMatch(said, /OPENCODE_CMD.*: refused from .*\/project\/\.env/, command.join(" "));
  }
  assertEquals(calls, 0);
  const left = (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name);
  assertEquals(left.toSorted(), [".feishu-opencode-bridge", "deno.lock", "project"]);
});
