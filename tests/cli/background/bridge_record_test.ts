import { assertEquals } from "@std/assert";
import { deadline, delay } from "@std/async";
import { join } from "@std/path";
import { findBridge, keepRecord } from "../../../lib/cli/background/bridge_record.ts";
import { startTime } from "../../../lib/opencode/server/process.ts";
import { tempDir } from "../../helpers.ts";

Deno.test("a bridge that becomes ready while its record is written is in the record soon after", async () => {
  await using dir = await tempDir();
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  const health = async () => {
    resolve();
    await ready;
    return {
      ...{
        up: true,
        since: 1,
        why: "",
        groupsWait: "",
        undelivered: 0,
        paired: [],
        pairing: false,
      },
      ...{ app: "cli_a", cwd: "/work", opencode: "1.2.3", opencodeWhy: "", opencodeNews: "" },
    };
  };
  await using _ = keepRecord(dir.path, { ready, health });
  const told = async () => {
    while (!(await findBridge(dir.path))?.ready) await delay(20);
  };
  await deadline(told(), 3_000);
});

Deno.test("property: a damaged record of a bridge is not believed", async () => {
  await using dir = await tempDir();
  const good = { pid: Deno.pid, startTime: await startTime(Deno.pid), startedAt: Date.now() };
  const read = async (record: unknown) => {
    const text = typeof record === "string" ? record : JSON.stringify(record);
    await Deno.writeTextFile(join(dir.path, "bridge.json"), text);
    return (await findBridge(dir.path))?.pid;
  };
  assertEquals(await read(good), Deno.pid);
  const odd: unknown[] = ["", "{", "null", "[]", JSON.stringify(good).slice(0, -1)];
  for (const pid of [0, 1, -1, -Deno.pid, 1.5, 1e300, String(Deno.pid), null]) {
    odd.push({ ...good, pid }, { ...good, pid, startTime: "" });
  }
  for (const start of ["", "0", null, 0]) odd.push({ ...good, startTime: start });
  odd.push({ ...good, pid: 2 ** 22 + 1, startTime: "" });
  for (const record of odd) assertEquals(await read(record), undefined, JSON.stringify(record));
});
