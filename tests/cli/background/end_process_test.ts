import { assert } from "@std/assert";
import { endProcess } from "../../../lib/cli/background/end_process.ts";
import { startTime } from "../../../lib/opencode/server/process.ts";

Deno.test("a process is ended by force, and given up when that does nothing", async () => {
  const args = ["-c", 'trap "" TERM; echo ready; exec sleep 60'];
  await using child = new Deno.Command("sh", { args, stdout: "piped" }).spawn();
  const { pid } = child;
  const output = child.stdout.getReader();
  await output.read();
  const process = { pid, startTime: await startTime(pid) ?? "" };
  const times = { stopMs: 50, killMs: 50 };
  assert(!await endProcess(process, { ...times, send: () => {} }));
  assert(await endProcess(process, { ...times, killMs: 20_000 }));
  await output.cancel();
});
