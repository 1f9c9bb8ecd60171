/** SPEC 1.1: what `status`, `stop` and `logs` say, in English whatever the chat's language is. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { findBridge, keepRecord } from "../../lib/cli/bridge_record.ts";
import { tempDir } from "../helpers.ts";
import { runProgram } from "./run_program.ts";

/** Runs a command with a state directory: exit code, and output on both streams. */
async function command(name: string, stateDir: string) {
  const { code, out, err } = await runProgram([name, "--state-dir", stateDir], {
    cwd: stateDir,
    env: { BRIDGE_LANG: "zh" },
  });
  return { code, said: `${out}${err}` };
}

Deno.test("without a bridge, status ends with 3, and stop with 0", async () => {
  await using dir = await tempDir();
  const { path } = dir;
  assertEquals(await command("status", path), { code: 3, said: "no bridge runs" });
  assertEquals(await command("stop", path), { code: 0, said: "no bridge runs" });
  const logs = await command("logs", path);
  assertEquals(logs.code, 1);
  assertMatch(logs.said, /There is no log yet: .*bridge\.log$/);
});

Deno.test("the status of a running bridge tells how it is", async () => {
  await using dir = await tempDir();
  const health = () =>
    Promise.resolve({ up: false, since: Date.now(), why: "E1", undelivered: 2, paired: [] });
  await using _ = keepRecord(dir.path, { ready: Promise.resolve(), health });
  const deadline = Date.now() + 10_000;
  while (!(await findBridge(dir.path))?.ready) assert(Date.now() < deadline);
  const { code, said } = await command("status", dir.path);
  assertEquals(code, 0, said);
  assertMatch(
    said,
    /^bridge runs \(pid \d+\) for [^\n]+\nFeishu: down for [^\n]+ \(E1\)\nUndelivered: 2\nVersion: [^\n]+\nlog: [^\n]+$/,
  );
});
