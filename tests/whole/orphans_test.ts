import { World } from "./harness.ts";
import { gone } from "../processes.ts";

async function child(pid: number): Promise<number> {
  const all = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`);
  for (const id of all.trim().split(" ").map(Number)) {
    if (/^.*opencode\0serve/.test(await Deno.readTextFile(`/proc/${id}/cmdline`))) return id;
  }
  throw new Error("no server");
}

for (
  const [name, hit] of [
    [
      "the server is killed (out of memory)",
      async (pid: number) => Deno.kill(await child(pid), "SIGKILL"),
    ],
    ["the guard is killed", (pid: number) => Promise.resolve(Deno.kill(pid, "SIGKILL"))],
    ["the whole group is killed", (pid: number) => Promise.resolve(Deno.kill(-pid, "SIGKILL"))],
  ] as const
) {
  Deno.test(`no tool is left behind when ${name}`, async () => {
    await using world = await World.create();
    await world.start();
    world.twin.say({ text: "[[bash echo $$ > pid; exec sleep 300]]" });
    await world.sees(/bash .* ▶️/);
    const tool = Number(await world.written("pid"));
    await hit((await world.server()).pid);
    await world.sees(/^Interrupted/, undefined, 90_000);
    await gone(tool, 5_000).finally(() => {
      try {
        Deno.kill(tool, "SIGKILL");
      } catch { /* gone */ }
    });
  });
}
