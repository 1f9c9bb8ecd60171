/** SPEC 1.1: `service`. Where there is no systemd or launchd, what they would read is looked at. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { launchdPlist } from "../../lib/cli/launchd_plist.ts";
import { systemdUnit } from "../../lib/cli/systemd_unit.ts";
import { findCommand } from "../../lib/opencode/server/process.ts";
import { tempDir } from "../helpers.ts";

const ROOT = fromFileUrl(new URL("../..", import.meta.url));
const service = {
  command: ["/bin/sh", "run", "--cwd=/tmp", '--x=a "b" $HOME 100%'],
  stateDir: "/tmp",
  path: "/usr/bin:/opt/a b/$x",
};

const analyze = await findCommand("systemd-analyze");
if (analyze === undefined) {
  const line = "SKIPPED: no systemd-analyze here, so the units are not verified\n";
  Deno.stderr.writeSync(new TextEncoder().encode(line));
}

Deno.test({
  name: "systemd accepts the units, for a user and for the system",
  ignore: analyze === undefined,
  fn: async () => {
    await using dir = await tempDir();
    for (const user of [undefined, "root"]) {
      const file = join(dir.path, `${user ?? "own"}.service`);
      await Deno.writeTextFile(file, systemdUnit(service, user));
      const { success, stderr } = await new Deno.Command("systemd-analyze", {
        args: ["verify", user === undefined ? "--user" : "--system", file],
        env: { XDG_RUNTIME_DIR: dir.path },
      }).output();
      const said = new TextDecoder().decode(stderr);
      assert(success && !said.includes(`${file}:`), said);
    }
  },
});

Deno.test("a unit restarts the bridge, leaves its opencode a while after a crash, and gives up bad settings", () => {
  const unit = systemdUnit(service);
  for (
    const line of [
      'ExecStart="/bin/sh" "run" "--cwd=/tmp" "--x=a \\"b\\" $$HOME 100%%"',
      'Environment="PATH=/usr/bin:/opt/a b/$x"',
      "Restart=always",
      "RestartPreventExitStatus=2",
      "KillMode=process",
      "NoNewPrivileges=yes",
      "ProtectSystem=full",
    ]
  ) assert(unit.split("\n").includes(line), line);
  assert(!unit.includes("User="));
  assertMatch(systemdUnit(service, "me"), /\nUser=me\n[^]*WantedBy=multi-user\.target\n/);
});

Deno.test("the property list is well formed, with every argument in it", () => {
  const plist = launchdPlist(service);
  const strings = [...plist.matchAll(/<string>(.*?)<\/string>/g)].map(([, text]) => text);
  assertEquals(strings.slice(1, 5), [...service.command]);
  const open = [...plist.matchAll(/<(\w+)[ >]/g)].length;
  assertEquals(open, [...plist.matchAll(/<\/\w+>/g)].length);
  assert(launchdPlist({ ...service, stateDir: "/a<&>" }).includes("/a&lt;&amp;&gt;/bridge.log"));
});

Deno.test("service install --dry-run tells what it would write, without the secret", async () => {
  await using dir = await tempDir();
  const home = await Deno.realPath(dir.path);
  const opencode = join(home, "bin", "opencode");
  await Deno.mkdir(join(home, "bin"));
  await Deno.writeTextFile(opencode, "#!/bin/sh\n", { mode: 0o755 });
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-lock", "--no-check", `--config=${join(ROOT, "deno.json")}`],
      ...[join(ROOT, "main.ts"), "service", "install", "--dry-run"],
    ],
    cwd: home,
    env: {
      HOME: home,
      XDG_CONFIG_HOME: join(home, "config"),
      PATH: `${home}/bin:${Deno.env.get("PATH")}`,
      FEISHU_APP_ID: "cli_0123456789abcdef",
      FEISHU_APP_SECRET: "s3cr3t-value",
    },
  }).output();
  const said = new TextDecoder().decode(stdout);
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  assert(said.includes(`--cwd=${home}`), said);
  assertMatch(said, /\/\.env \(0600\): FEISHU_APP_ID, FEISHU_APP_SECRET, OPENCODE_CMD/);
  assert(!said.includes("s3cr3t"));
  assertEquals(await Deno.stat(join(home, "config")).catch(() => undefined), undefined);
});
