import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { delay } from "@std/async";
import { fromFileUrl, join, relative } from "@std/path";
import {
  endMarked,
  findCommand,
  isAlive,
  isPid,
  newMark,
  signal,
  startTime,
} from "../../../lib/opencode/server/process.ts";
import { tempDir } from "../../helpers.ts";

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

Deno.test("nothing but a mark of ours is looked for: an empty text would be in every process", async () => {
  await using dir = await tempDir();
  const victim = new Deno.Command("sleep", { args: ["60"] }).spawn();
  // In place of the search, which would really find every process of this user.
  const shell = `#!/bin/sh\n/bin/cat >/dev/null\necho /proc/${victim.pid}/environ\n`;
  await Deno.writeTextFile(join(dir.path, "sh"), shell, { mode: 0o755 });
  const module = new URL("../../../lib/opencode/server/process.ts", import.meta.url).href;
  const end = async (mark: string) => {
    const code = `import { endMarked } from "${module}"; await endMarked(${JSON.stringify(mark)});`;
    const config = fromFileUrl(new URL("../../../deno.json", import.meta.url));
    const file = join(dir.path, "end.ts");
    await Deno.writeTextFile(file, code);
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-lock", "--no-check", `--config=${config}`, file],
      env: { PATH: dir.path },
    }).output();
    assert(success, new TextDecoder().decode(stderr));
  };
  const mark = newMark();
  const began = await startTime(victim.pid);
  for (const odd of ["", "\n", "a", "PATH=", `${mark}\n`, `\n${mark}`, mark.slice(1)]) {
    await end(odd);
    assertEquals(await startTime(victim.pid), began, JSON.stringify(odd));
  }
  await end(mark);
  assertEquals((await victim.status).signal, "SIGKILL");
});

Deno.test("a signal goes to no number that stands for many processes", () => {
  for (const pid of [0, 1, -1, -0, NaN, Infinity, 1.5, -1.5, 2 ** 31, 2 ** 53]) {
    // SIGCONT harms nobody, but EPERM or ESRCH would say that it was sent.
    signal(pid, "SIGCONT");
    assertEquals(isPid(Math.abs(pid)), false, String(pid));
    assertEquals(isAlive(pid), false, String(pid));
  }
  assert(isPid(Deno.pid) && isAlive(Deno.pid));
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

Deno.test("a command is found in absolute places of PATH only, because others are the project's", async () => {
  await using dir = await tempDir();
  const command = "a-command-of-nobody";
  await Deno.writeTextFile(join(dir.path, command), "#!/bin/sh\n", { mode: 0o755 });
  const here = relative(Deno.cwd(), dir.path);
  for (const path of ["", ":", here, `${here}:`, `./${here}`]) {
    assertEquals(await findCommand(command, path), undefined, path);
  }
  assertEquals(await findCommand(command, `${here}:${dir.path}`), join(dir.path, command));
});
