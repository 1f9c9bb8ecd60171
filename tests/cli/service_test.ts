/** SPEC 1.1: `service`. Where there is no systemd or launchd, what they would read is looked at. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { launchdPlist } from "../../lib/cli/launchd_plist.ts";
import { isInNpxCache } from "../../lib/cli/program.ts";
import { servicePath } from "../../lib/cli/service_path.ts";
import { systemdUnit } from "../../lib/cli/systemd_unit.ts";
import { findCommand } from "../../lib/opencode/server/process.ts";
import { tempDir } from "../helpers.ts";
import { runProgram } from "./run_program.ts";

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

/** A home with an opencode in it, and `systemctl` as a script. */
async function startHome(systemctl: string) {
  const dir = await tempDir();
  const home = await Deno.realPath(dir.path);
  const bin = join(home, "bin");
  await Deno.mkdir(bin);
  for (
    const [name, script] of [["opencode", ""], ["systemctl", systemctl], ["launchctl", "exit 1"]]
  ) {
    await Deno.writeTextFile(join(bin, `${name}`), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  return {
    home,
    config: join(home, "config"),
    run: (args: readonly string[], path = "") =>
      runProgram(args, {
        cwd: home,
        env: {
          HOME: home,
          XDG_CONFIG_HOME: join(home, "config"),
          PATH: `${path}${bin}:${Deno.env.get("PATH")}`,
          FEISHU_APP_ID: "cli_0123456789abcdef",
          FEISHU_APP_SECRET: "s3cr3t-value",
          BRIDGE_LANG: "en",
        },
      }),
    [Symbol.asyncDispose]: () => dir[Symbol.asyncDispose](),
  };
}

const exists = (path: string) => Deno.stat(path).then(() => true, () => false);

Deno.test("service install --dry-run tells what it would write, without the secret", async () => {
  await using at = await startHome("");
  const { code, out, err } = await at.run(["service", "install", "--dry-run"]);
  assertEquals(code, 0, err);
  assert(out.includes(`--cwd=${at.home}`), out);
  assertMatch(out, /\/\.env \(0600\): FEISHU_APP_ID, FEISHU_APP_SECRET, .*OPENCODE_CMD/);
  assert(!out.includes("s3cr3t"));
  assert(!await exists(at.config));
  assertEquals(/_npx.*npm may delete/.test(err), isInNpxCache(Deno.execPath()), err);
});

Deno.test("service install --system prints the unit alone, and says beside it what else it needs", async () => {
  await using at = await startHome("exit 1");
  const { code, out, err } = await at.run(["service", "install", "--system"]);
  assertEquals(code, 0, err);
  assertMatch(out, /^\[Unit\]\n[^]*WantedBy=multi-user\.target$/);
  assertMatch(
    err,
    /\/etc\/systemd\/system\/\S+\.service, .*\/\.env: FEISHU_APP_ID, FEISHU_APP_SECRET/,
  );
  assert(!err.includes("s3cr3t") && !await exists(at.config));
});

Deno.test("the service's PATH has no place in it where somebody else could put a program", async () => {
  await using at = await startHome("");
  const { home } = at;
  const own = join(home, "own");
  const open = join(home, "open");
  for (const dir of [own, open, join(home, "node_modules", ".bin")]) {
    await Deno.mkdir(dir, { recursive: true });
  }
  await Deno.chmod(open, 0o777);
  const bad = ["relative", "", ".", open, join(home, "missing"), join(home, "node_modules/.bin")];
  bad.push("/tmp/node_modules/.bin", "/node_modules/.bin/", "/tmp/lib/node-gyp-bin");
  const path = `${[...bad, own, `${own}/`].join(":")}:`;
  assertEquals(await servicePath(`${path}/usr/bin`), `${own}:/usr/bin`);
  assertEquals(await servicePath("relative:/nowhere"), "/usr/local/bin:/usr/bin:/bin");
  const { out } = await at.run(["service", "install", "--dry-run"], path);
  assert(out.includes(`PATH=${own}:${home}/bin:`) || out.includes(`${own}:${home}/bin:`), out);
  assert(!/node_modules\/\.bin[:"]/.test(out.replaceAll(/^ExecStart.*$/gm, "")), out);
});

Deno.test("npm's cache for npx is known by its folder", () => {
  assert(isInNpxCache("/home/me/.npm/_npx/05e2/node_modules/deno/deno"));
  for (const path of ["/usr/bin/deno", "/home/me/_npx_/deno"]) assert(!isInNpxCache(path), path);
});

Deno.test("an installation that cannot start the service says what it wrote, and what to do", async () => {
  await using at = await startHome("echo 'Failed to connect to bus: No medium found' >&2; exit 1");
  const { code, err } = await at.run(["service", "install"]);
  assertEquals(code, 1);
  const [failure = "", written = "", todo = ""] = err.split("\n").slice(-3);
  assertMatch(failure, /(systemctl --user daemon-reload|launchctl bootstrap.*) failed: /);
  const files = [...written.matchAll(/\/[^\s,]+/g)].map(([path]) => path);
  assertEquals(files.length, 2, written);
  for (const file of files) assert(await exists(file), file);
  assertMatch(todo, /Log in .*install again/);
  await at.run(["service", "uninstall"]);
  assert(!await exists(files[0] ?? ""));
});

Deno.test("without a service manager, status and uninstall say one sentence, and the file is removed", async () => {
  for (
    const script of [
      "echo 'Failed to connect to bus: No medium found' >&2; exit 1",
      "echo 'Failed to connect to bus' >&2; echo 'more' >&2; exit 4",
    ]
  ) {
    await using at = await startHome(script);
    const none = await at.run(["service", "status"]);
    assertMatch(none.err, /^feishu-opencode-bridge: no service is installed: [^\n]+$/);
    await at.run(["service", "install"]);
    const status = await at.run(["service", "status"]);
    assertEquals([status.code, status.out], [1, ""]);
    assertMatch(
      status.err,
      /^\S+: The service manager does not answer \(.+\): log in [^\n]+ try again$/,
    );
    const { code, out, err } = await at.run(["service", "uninstall"]);
    assertEquals([code, err], [0, ""]);
    assertMatch(out, /^removed \/[^\n]+\nthe settings stay: \/[^\n]+\/\.env$/);
    assertEquals((await at.run(["service", "uninstall"])).code, 1);
  }
  await using at = await startHome('echo "is $3"; exit 3');
  await at.run(["service", "install"]);
  await Deno.mkdir(join(at.config, "systemd", "user"), { recursive: true });
  if (Deno.build.os === "linux") {
    await Deno.writeTextFile(join(at.config, "systemd/user/feishu-opencode-bridge.service"), "");
    const { code, out } = await at.run(["service", "status"]);
    assertEquals([code, out], [3, "is --no-pager"]);
  }
});

Deno.test("service uninstall says whether there was anything to remove", async () => {
  await using at = await startHome("exit 0");
  const nothing = await at.run(["service", "uninstall"]);
  assertEquals([nothing.code, nothing.out], [1, ""]);
  assertMatch(nothing.err, /^feishu-opencode-bridge: no service is installed: [^\n]+$/);
  const refused = await at.run(["service", "uninstall", "--dry-run"]);
  assertEquals([refused.code, refused.out], [2, ""]);
});
