/** `service`. Where there is no systemd or launchd, what they would read is looked at. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { dirname, join } from "@std/path";
import { launchdPlist } from "../../lib/cli/service/launchd_plist.ts";
import { isInNpxCache } from "../../lib/cli/program.ts";
import { servicePath } from "../../lib/cli/service/service_path.ts";
import { systemdUnit } from "../../lib/cli/service/systemd_unit.ts";
import { startTwin } from "../../lib/demo/feishu_twin/twin.ts";
import { findCommand } from "../../lib/opencode/server/process.ts";
import { tempDir } from "../helpers.ts";
import { runProgram } from "./run_program.ts";

const service = {
  command: ["/bin/sh", "run", "--cwd=/tmp", '--x=a "b" $HOME 100%'],
  stateDir: "/tmp",
  path: "/usr/bin:/opt/a b/$x",
  network: {},
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
    for (const options of [{}, { canConfine: false }, { user: "root" }]) {
      const { user } = { user: undefined, ...options };
      const file = join(dir.path, `${user ?? "own"}.service`);
      await Deno.writeTextFile(file, systemdUnit(service, options));
      const { success, stderr } = await new Deno.Command("systemd-analyze", {
        args: ["verify", user === undefined ? "--user" : "--system", file],
        env: { XDG_RUNTIME_DIR: dir.path },
      }).output();
      const said = new TextDecoder().decode(stderr);
      assert(success && !said.includes(`${file}:`), said);
    }
  },
});

Deno.test({
  name: "what a service of a user may do is at most 5 of 10, and one of the system at most 2",
  ignore: analyze === undefined,
  fn: async () => {
    await using dir = await tempDir();
    for (const [options, most] of [[{}, 5], [{ user: "me" }, 2]] as const) {
      const file = join(dir.path, "unit.service");
      await Deno.writeTextFile(file, systemdUnit(service, options));
      const scope = most === 5 ? ["--user"] : [];
      const { stdout, stderr } = await new Deno.Command("systemd-analyze", {
        args: ["security", ...scope, "--offline=true", "--no-pager", file],
        env: { XDG_RUNTIME_DIR: dir.path },
      }).output();
      const said = new TextDecoder().decode(stdout);
      const [, exposure] = /exposure level for \S+: ([\d.]+)/.exec(said) ?? [];
      assert(Number(exposure) <= most, `${exposure}: ${said}${new TextDecoder().decode(stderr)}`);
    }
  },
});

Deno.test("no unit takes away what the agent works with, and each says what is left open", () => {
  for (const options of [{}, { canConfine: false }, { user: "me" }]) {
    const unit = systemdUnit(service, options);
    const words = "ProtectHome|PrivateNetwork|PrivateDevices|MemoryDenyWriteExecute|UMask|@debug";
    assert(!new RegExp(`^[^#]*(${words})`, "m").test(unit), unit);
    assertMatch(unit, /^# Left open, because the agent works with it: /m);
  }
  // Without user namespaces, a user's manager could not start such a unit.
  const plain = systemdUnit(service, { canConfine: false });
  assert(!/CapabilityBoundingSet|PrivateUsers|ProtectKernelModules|ProtectClock/.test(plain));
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
  assertMatch(systemdUnit(service, { user: "me" }), /\nUser=me\n[^]*WantedBy=multi-user\.target\n/);
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
    unit: join(home, "config/systemd/user/feishu-opencode-bridge.service"),
    /** Leaves what an installation would. */
    define: async () => {
      const state = join(home, "state");
      await Deno.mkdir(state);
      await Deno.writeTextFile(join(state, ".env"), "");
      const files = [
        join(home, "config/systemd/user/feishu-opencode-bridge.service"),
        join(home, "Library/LaunchAgents/feishu-opencode-bridge.plist"),
      ];
      for (const file of files) {
        await Deno.mkdir(dirname(file), { recursive: true });
        await Deno.writeTextFile(file, `ExecStart="x" "--state-dir=${state}"\n`);
      }
    },
    run: (args: readonly string[], path = "", env: Record<string, string> = {}) =>
      runProgram(args, {
        cwd: home,
        env: {
          HOME: home,
          XDG_CONFIG_HOME: join(home, "config"),
          PATH: `${path}${bin}:${Deno.env.get("PATH")}`,
          FEISHU_APP_ID: "cli_0123456789abcdef",
          FEISHU_APP_SECRET: "s3cr3t-value",
          BRIDGE_LANG: "en",
          ...env,
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
  // The service runs no program that npm may delete.
  assert(!/^ExecStart=.*_npx/m.test(out), out);
  assertEquals(/^# \S+\/deno-[\d.]+: \S+_npx/m.test(out), isInNpxCache(Deno.execPath()), out);
});

Deno.test("service install --system prints the unit alone, and says beside it what else it needs", async () => {
  await using at = await startHome("exit 1");
  const { code, out, err } = await at.run(["service", "install", "--system"]);
  assertEquals(code, 0, err);
  assertMatch(out, /^\[Unit\]\n[^]*WantedBy=multi-user\.target$/);
  assertMatch(
    err,
    /\/etc\/systemd\/system\/\S+\.service, .*\n.*\/\.env \(0600\): FEISHU_APP_ID, FEISHU_APP_SECRET/,
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

/** Every file below a directory, with its text and mode. */
async function filesBelow(dir: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name, isDirectory } of Deno.readDir(dir)) {
    const path = join(dir, name);
    if (isDirectory) Object.assign(found, await filesBelow(path));
    else {
      const { mode, size } = await Deno.stat(path);
      const text = size > 1_000_000 ? size : await Deno.readTextFile(path);
      found[path] = `${((mode ?? 0) & 0o777).toString(8)} ${text}`;
    }
  }
  return found;
}

const NO_BUS = "echo 'Failed to connect to bus: No medium found' >&2; exit 1";

Deno.test("without a service manager, or when it refuses, nothing is left behind, and the remedy is said", async () => {
  for (
    const [script, says] of [
      [NO_BUS, /does not answer .*No medium found/],
      [
        '[ "$2" = show ] || { echo no >&2; exit 1; }',
        /daemon-reload failed: no\nThe service is not/,
      ],
      ['[ "$2" != restart ] || { echo no >&2; exit 1; }', /restart \S+ failed: no\nThe service is/],
    ] as const
  ) {
    await using at = await startHome(script);
    const before = await filesBelow(at.home);
    const { code, out, err } = await at.run(["service", "install"]);
    assertEquals([code, out], [1, ""]);
    if (Deno.build.os === "linux") assertMatch(err, says);
    assertMatch(err, /Log in .*install again/);
    assertEquals(await filesBelow(at.home), before);
    // An older installation stays as it was.
    const state = join(at.home, ".feishu-opencode-bridge");
    await Deno.mkdir(state, { recursive: true });
    await Deno.writeTextFile(join(state, ".env"), "FEISHU_APP_ID=cli_older\n", { mode: 0o600 });
    await Deno.mkdir(join(at.config, "systemd/user"), { recursive: true });
    await Deno.writeTextFile(at.unit, "older", { mode: 0o600 });
    const older = await filesBelow(at.home);
    assertEquals((await at.run(["service", "install"])).code, 1);
    assertEquals(await filesBelow(at.home), older);
  }
});

Deno.test("on a machine that has no service manager at all, each command says so", async () => {
  await using at = await startHome("");
  await Deno.remove(join(at.home, "bin", Deno.build.os === "darwin" ? "launchctl" : "systemctl"));
  const sh = join(at.home, "others");
  await Deno.mkdir(sh);
  for (const name of ["sh", "id", "ps"]) await Deno.symlink(`/bin/${name}`, join(sh, name));
  const run = (action: string) =>
    at.run(["service", action], "", { PATH: `${sh}:${join(at.home, "bin")}` });
  const install = await run("install");
  assertMatch(install.err, /^\S+: There is no (system|launch)ctl on this machine.*start runs/);
  await at.define();
  const status = await run("status");
  assertMatch(status.err, /does not answer \(it is not installed on this machine\)/);
});

Deno.test("without a service manager, status and uninstall say one sentence, and the file is removed", async () => {
  for (const script of [NO_BUS, "echo 'Failed to connect to bus' >&2; echo 'more' >&2; exit 4"]) {
    await using at = await startHome(script);
    const none = await at.run(["service", "status"]);
    assertMatch(none.err, /^feishu-opencode-bridge: no service is installed: [^\n]+$/);
    await at.define();
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
  await at.define();
  if (Deno.build.os === "linux") {
    const { code, out } = await at.run(["service", "status"]);
    assertEquals([code, out], [3, "is --no-pager"]);
  }
});

/** A manager that runs what the unit says, as systemd would, and gives up after exit code 2. */
const RUNNING = `case "$2" in
restart)
  unit=$XDG_CONFIG_HOME/systemd/user/$3.service
  line=$(sed -n 's/^ExecStart=//p' "$unit")
  network=$(sed -n 's/^EnvironmentFile=-//p' "$unit")
  ( unset HTTPS_PROXY; set -a; [ ! -f "$network" ] || . "$network"; set +a
    echo "$HTTPS_PROXY" >"$HOME/proxy"
    echo "export SYSTEMD_EXEC_PID=\\$\\$; exec $line" >"$HOME/exec.sh"
    sh "$HOME/exec.sh" </dev/null >/dev/null 2>"$HOME/journal"; echo $? >"$HOME/code" ) >/dev/null 2>&1 &
  ;;
is-failed) [ "$(cat "$HOME/code" 2>/dev/null)" = 2 ] && echo failed; exit 0 ;;
esac`;

Deno.test({
  name: "an installation waits for the bridge, and says what the log says about a wrong secret",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using twin = await startTwin();
    await using at = await startHome(RUNNING);
    const proxy = "http://me:pa55word@127.0.0.1:9";
    const { code, out, err } = await at.run(["service", "install"], "", {
      FEISHU_DOMAIN: twin.url,
      FEISHU_APP_ID: twin.app.id,
      OPENCODE_URL: "http://127.0.0.1:1",
      HTTPS_PROXY: proxy,
      NODE_EXTRA_CA_CERTS: "ca.pem",
    });
    assertEquals(code, 1, out);
    assertMatch(
      err,
      /The bridge did not start: Feishu refuses FEISHU_APP_ID .*\nlog: .*bridge\.log$/,
    );
    const state = join(at.home, ".feishu-opencode-bridge");
    assertMatch(
      await Deno.readTextFile(join(state, "bridge.log")),
      /Z ERROR Feishu refuses FEISHU_APP_ID /,
    );
    assertEquals((await Deno.readTextFile(join(at.home, "code"))).trim(), "2");
    // The proxy reaches the service, and its password only the owner of the file.
    assertEquals((await Deno.readTextFile(join(at.home, "proxy"))).trim(), proxy);
    const files = Object.entries(await filesBelow(at.home))
      .filter(([path, text]) => text.includes("pa55word") && path !== join(at.home, "proxy"));
    assertEquals(files.map(([path]) => path), [join(state, "service.env")]);
    assertMatch(files[0]?.[1] ?? "", /^600 /);
    const status = await at.run(["status"]);
    assertMatch(status.out, /^no bridge runs\nthe service is installed, but does not run: /);
    assertEquals((await at.run(["service", "uninstall"])).code, 0);
    const left = Object.keys(await filesBelow(at.home)).filter((path) =>
      /service|deno-/.test(path)
    );
    assertEquals(left, []);
  },
});

Deno.test("service uninstall says whether there was anything to remove", async () => {
  await using at = await startHome("exit 0");
  const nothing = await at.run(["service", "uninstall"]);
  assertEquals([nothing.code, nothing.out], [1, ""]);
  assertMatch(nothing.err, /^feishu-opencode-bridge: no service is installed: [^\n]+$/);
  const refused = await at.run(["service", "uninstall", "--dry-run"]);
  assertEquals([refused.code, refused.out], [2, ""]);
});
