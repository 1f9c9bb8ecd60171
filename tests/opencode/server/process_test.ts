import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { delay } from "@std/async";
import { endMarked, isAlive, startTime } from "../../../lib/opencode/server/process.ts";

Deno.test("a process keeps its start time, and one that waits to be buried has none", async () => {
  // The shell becomes a program that never asks what became of its child.
  const child = new Deno.Command("sh", {
    args: ["-c", "sh -c 'exec sleep 0.2' & echo $!; exec sleep 60"],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const orphan = Number(new TextDecoder().decode((await reader.read()).value));
  const began = await startTime(child.pid);
  assertNotEquals(began, undefined);
  assertNotEquals(await startTime(orphan), undefined);
  const deadline = performance.now() + 10_000;
  while (await startTime(orphan) !== undefined) {
    if (performance.now() > deadline) throw new Error("a dead process still has a start time");
    await delay(20);
  }
  assertEquals(await startTime(child.pid), began);
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
  assertEquals(await startTime(child.pid), undefined);
});

Deno.test("only a whole mark ends processes, not a text that others may contain too", async () => {
  const mark = crypto.randomUUID();
  const text = `not a mark ${mark.slice(0, 13)}`;
  const start = (value: string) =>
    new Deno.Command("sleep", { args: ["60"], env: { OPENCODE_BRIDGE_MARK: value } }).spawn();
  const marked = start(mark);
  const bystander = start(text);
  await endMarked(text);
  await endMarked(mark.slice(0, 20));
  assert(isAlive(marked.pid));
  await endMarked(mark);
  assertEquals((await marked.status).signal, "SIGKILL");
  assert(isAlive(bystander.pid));
  bystander.kill("SIGKILL");
  assertEquals((await bystander.status).signal, "SIGKILL");
});
