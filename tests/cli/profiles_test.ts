/** Several bridges on one machine. */
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { join } from "@std/path";
import { UsageError } from "../../lib/base/errors.ts";
import { readArgs } from "../../lib/cli/args.ts";
import { lockApp } from "../../lib/store/app_lock.ts";
import { privateDir, profileOf } from "../../lib/base/profiles.ts";
import { tempDir } from "../helpers.ts";
import { runProgram } from "./run_program.ts";

const [ONE, TWO] = ["cli_aaaaaaaaaaaaaaaa", "cli_bbbbbbbbbbbbbbbb"] as const;

Deno.test("a profile has a name that is a directory on every file system", () => {
  const { profile, overrides, forRun } = readArgs(["start", "--profile", "work-2"]);
  assertEquals([profile, forRun], ["work-2", ["--profile=work-2"]]);
  assertEquals(overrides, {
    BRIDGE_STATE_DIR: "~/.feishu-opencode-bridge/profiles/work-2",
  });
  const bad = ["", "..", "a/b", "A", "Work", "-a", ".a", "a b", "工作", "a".repeat(33), "a\u0000"];
  for (const name of bad) {
    const error = assertThrows(() => readArgs(["run", `--profile=${name}`]), UsageError);
    assertEquals(error.exitCode, 2);
  }
  assertThrows(() => readArgs(["run", "--profile=a", "--state-dir=/b"]), UsageError, "either");
});

Deno.test("the state of all profiles is private to each of them", () => {
  assertEquals(profileOf("/h/.f/profiles/work"), "work");
  assertEquals(privateDir("/h/.f/profiles/work"), "/h/.f");
  for (const dir of ["/h/.f", "/h/profiles/Work", "/profiles", "/h/.f/profiles"]) {
    assertEquals([profileOf(dir), privateDir(dir)], [undefined, dir]);
  }
});

Deno.test("each profile has settings, a service and an app of its own", async () => {
  await using dir = await tempDir();
  const home = join(dir.path, "home");
  const shared = join(home, ".feishu-opencode-bridge");
  const state = join(shared, "profiles", "work");
  await Deno.mkdir(state, { recursive: true });
  const settings = (app: string) =>
    `FEISHU_APP_ID=${app}\nFEISHU_APP_SECRET=s\nFEISHU_ALLOWED_USERS=*\nOPENCODE_CMD=true\n`;
  await Deno.writeTextFile(join(state, ".env"), `${settings(TWO)}OPENCODE_CWD=${dir.path}\n`);
  // A project with an app of its own is none of a profile's.
  await Deno.mkdir(join(dir.path, "here"));
  await Deno.writeTextFile(join(dir.path, "here", ".env"), settings(ONE));
  const run = (...args: string[]) =>
    runProgram(args, { cwd: join(dir.path, "here"), env: { HOME: home, XDG_CONFIG_HOME: home } });
  const [listed, unknown, shown, unit, taken] = await Promise.all([
    run("profiles", "--json"),
    run("status", "--profile", "wrok"),
    run("config", "show", "--profile=work"),
    run("service", "install", "--dry-run", "--profile=work"),
    (async () => {
      const domain = "https://open.feishu.cn";
      const holder = { appId: TWO, domain, stateDir: "/elsewhere", isShared: false };
      const lock = await lockApp(shared, holder);
      try {
        return await run("run", "--profile=work");
      } finally {
        lock[Symbol.dispose]();
      }
    })(),
  ]);
  const rows = JSON.parse(listed.out).map((
    { name, running, app, cwd }: Record<string, unknown>,
  ) => [name, running, app, cwd]);
  assertEquals(rows, [["", false, "", ""], ["work", false, TWO, dir.path]]);
  assertEquals(unknown.code, 2);
  assertMatch(unknown.err, /no profile wrok: did you mean work\?/);
  assert(shown.out.includes(TWO) && !shown.out.includes(ONE), shown.out);
  if (Deno.build.os === "linux") {
    assertMatch(unit.out, /^# \S+\/feishu-opencode-bridge-work\.service$/m, unit.err);
    assertMatch(unit.out, /--state-dir=\S+profiles\/work/);
  }
  assertEquals(taken.code, 1);
  assertMatch(taken.err, /uses the app cli_b+ \(pid \d+, state directory \/elsewhere\)/);
});
