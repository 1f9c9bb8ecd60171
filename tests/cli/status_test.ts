/** What `status`, `stop` and `logs` say, in one language throughout. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { findBridge, keepRecord } from "../../lib/cli/background/bridge_record.ts";
import { freePort } from "../../lib/opencode/server/process.ts";
import { tempDir } from "../helpers.ts";
import { runProgram } from "./run_program.ts";

/** Runs a command with a state directory: exit code, and output on both streams. */
async function command(name: string, stateDir: string, lang: "en" | "zh", ...flags: string[]) {
  const options = { cwd: stateDir, env: { BRIDGE_LANG: lang } };
  const { code, out, err } = await runProgram([name, "--state-dir", stateDir, ...flags], options);
  return { code, said: `${out}\n${err}`.trim() };
}

Deno.test("without a bridge, status ends with 3, and each sentence is in the language of the settings", async () => {
  await using dir = await tempDir();
  const { path } = dir;
  assertEquals(await command("status", path, "en"), { code: 3, said: "no bridge runs" });
  assertEquals(await command("status", path, "zh"), { code: 3, said: "没有桥接程序在运行" });
  const json = await command("status", path, "en", "--json");
  assertEquals(json.code, 3);
  const log = join(path, "bridge.log");
  assertEquals(JSON.parse(json.said), { running: false, undelivered: 0, log });
  assertEquals(await command("stop", path, "zh"), { code: 0, said: "没有桥接程序在运行" });
  const logs = await command("logs", path, "zh");
  assertEquals([logs.code, /还没有日志：.*bridge\.log$/.test(logs.said)], [1, true], logs.said);
});

Deno.test("the status of a running bridge is in one language throughout", async () => {
  await using dir = await tempDir();
  const health = () =>
    Promise.resolve({
      ...{ up: false, since: Date.now(), why: "E1", undelivered: 2, paired: [], pairing: true },
      ...{
        app: "",
        cwd: "/work",
        opencode: "h:1",
        opencodeWhy: "E2",
        opencodeNews: "session.new ×2",
      },
      calls: { month: 812, today: 7, perMonth: 1000, usedUpUntil: "" },
      trouble: { of: "kv", why: "E3" } as const,
      groupsWait: "E4",
    });
  await using _ = keepRecord(dir.path, { ready: Promise.resolve(), health });
  const deadline = Date.now() + 10_000;
  while (!(await findBridge(dir.path))?.ready) assert(Date.now() < deadline);
  const en = await command("status", dir.path, "en");
  // It runs, but has no connection.
  assertEquals(en.code, 4, en.said);
  assertMatch(
    en.said,
    /^bridge runs \(pid \d+\) for [^\n]+\nFeishu: down for [^\n]+ \(E1\)\nMessages of groups wait: [^\n]+ \(E4\)\.[^\n]+\nThe shared KV cannot be reached \(E3\)\. [^\n]+\nFeishu calls: 812 of 1000 this month, 7 today\nopencode: not reachable \(E2\)\nIgnored, [^\n]+: session\.new ×2\nUndelivered: 2\nNobody is paired yet: [^\n]+\nVersion: [^\n]+\ndirectory: \/work\nlog: [^\n]+$/,
  );
  const json = await command("status", dir.path, "en", "--json");
  const { pid, startedAt, feishu, opencode, calls, ...rest } = JSON.parse(json.said);
  assertEquals(
    [json.code, pid, typeof startedAt, feishu.up, feishu.why, feishu.groupsWait, opencode, calls],
    [4, Deno.pid, "number", false, "E1", "E4", {
      name: "h:1",
      why: "E2",
      unknown: "session.new ×2",
    }, {
      ...{ month: 812, today: 7, perMonth: 1000, usedUpUntil: "" },
    }],
  );
  assertEquals([rest.running, rest.ready, rest.undelivered], [true, true, 2]);
  assertEquals(rest.trouble, { of: "kv", why: "E3" });
  const zh = await command("status", dir.path, "zh");
  assertMatch(
    zh.said,
    /^桥接程序（pid \d+）已运行 \d+ 秒\n飞书：已断开 \d+ 秒（E1）\n群消息[^\n]+（E4）。[^\n]+\n共享 KV 无法连接（E3）。[^\n]+\n飞书 API 调用：[^\n]+\nopencode：无法连接（E2）\nopencode [^\n]+：session\.new ×2\n未送达：2\n还没有人配对：[^\n]+\n版本：[^\n]+\n目录：\/work\n日志：[^\n]+$/,
  );
});

Deno.test("status says why a bridge that starts without a network has no connection", async () => {
  await using dir = await tempDir();
  const state = join(dir.path, "state");
  await Deno.mkdir(state, { mode: 0o700 });
  const nobody = `http://127.0.0.1:${freePort()}`;
  const env = {
    FEISHU_APP_ID: `cli_${"0".repeat(16)}`,
    FEISHU_APP_SECRET: "secret",
    FEISHU_DOMAIN: nobody,
    FEISHU_ALLOWED_USERS: "pair",
    OPENCODE_URL: nobody,
    BRIDGE_LANG: "en",
  };
  const running = runProgram(["run", "--state-dir", state], { cwd: dir.path, env });
  const deadline = Date.now() + 30_000;
  let said = "";
  while (!/^Feishu: down for.* \(/m.test(said)) {
    assert(Date.now() < deadline, said);
    ({ said } = await command("status", state, "en"));
  }
  const zh = await command("status", state, "zh");
  Deno.kill((await findBridge(state))?.pid ?? 0, "SIGTERM");
  await running;
  assertMatch(zh.said, /^飞书：已断开[^\n]+（无法连接飞书：连接被拒绝）$/m);
  assertMatch(said, /^Feishu: down for [^\n()]+ \(Cannot reach Feishu: [^\n]+\)$/m);
});

Deno.test("a connection that is up is code 0, and one that is down for no known reason has no brackets", async () => {
  for (const up of [true, false]) {
    await using dir = await tempDir();
    const health = () =>
      Promise.resolve({
        ...{
          up,
          since: Date.now(),
          why: "",
          groupsWait: "",
          undelivered: 0,
          paired: [],
          pairing: false,
        },
        ...{ app: "", cwd: "", opencode: "1", opencodeWhy: "", opencodeNews: "" },
        calls: { month: 0, today: 0, perMonth: 0, usedUpUntil: "" },
      });
    await using _ = keepRecord(dir.path, { ready: Promise.resolve(), health });
    const deadline = Date.now() + 10_000;
    while (!(await findBridge(dir.path))?.ready) assert(Date.now() < deadline);
    const { code, said } = await command("status", dir.path, "en");
    assertEquals(code, up ? 0 : 4, said);
    assert(!/\(\)/.test(said), said);
  }
});

Deno.test("a mistake in any setting is a warning to what needs the state directory alone", async () => {
  await using dir = await tempDir();
  await Deno.writeTextFile(join(dir.path, "bridge.log"), "one line\n");
  const file = join(dir.path, "my.env");
  const bad = [
    ...["FEISHU_APP_ID=x", "FEISHU_ALLOWED_USERS=,", "OPENCODE_CWD=/nope", "OPENCODE_URL=no"],
    ...["BRIDGE_ROOTS=/nope", "BRIDGE_LANG=fr", "BRIDGE_KEEP_FILES_MB=0"],
  ];
  await Deno.writeTextFile(file, bad.join("\n"));
  const options = ["--state-dir", dir.path, "--env-file", file];
  const cases = [["status", 3, "no bridge runs"], ["stop", 0, "no bridge runs"], [
    "logs",
    0,
    "one line",
  ]] as const;
  for (const [name, expected, said] of cases) {
    const { code, out, err } = await runProgram([name, ...options], {
      cwd: dir.path,
      env: { BRIDGE_RENDER: "html" },
    });
    assertEquals([code, out], [expected, said]);
    for (const setting of [...bad.map((line) => line.split("=")[0]), "BRIDGE_RENDER"]) {
      assertMatch(err, new RegExp(`^Warning: ${setting} is `, "m"));
    }
  }
  for (const name of ["run", "start"]) {
    assertEquals((await runProgram([name, ...options], { cwd: dir.path })).code, 2, name);
  }
});
