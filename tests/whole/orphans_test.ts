import { gone } from "../processes.ts";
import { World } from "./harness.ts";
import { scenes } from "./scenes.ts";

async function child(pid: number): Promise<number> {
  const all = await Deno.readTextFile(`/proc/${pid}/task/${pid}/children`);
  for (const id of all.trim().split(" ").map(Number)) {
    if (/^.*opencode\0serve/.test(await Deno.readTextFile(`/proc/${id}/cmdline`))) return id;
  }
  throw new Error("no server");
}

const HITS = [
  [
    "the server is killed (out of memory)",
    async (pid: number) => Deno.kill(await child(pid), "SIGKILL"),
  ],
  ["the guard is killed", (pid: number) => Promise.resolve(Deno.kill(pid, "SIGKILL"))],
  ["the whole group is killed", (pid: number) => Promise.resolve(Deno.kill(-pid, "SIGKILL"))],
] as const;

Deno.test("whatever of opencode is killed, all of it ends", async (test) => {
  await using world = await World.create();
  await world.start();
  const scene = scenes(test, world);
  for (const [i, [name, hit]] of HITS.entries()) {
    await scene(`no tool is left behind when ${name}`, async (person) => {
      person.say(`[[bash echo $$ > pid-${i}; exec sleep 300]]`);
      await person.sees(/bash .* ▶️/);
      const tool = Number(await world.written(`pid-${i}`));
      await hit((await world.server()).pid);
      await person.sees(/^Interrupted/, 90_000);
      await gone(tool, 5_000).finally(() => {
        try {
          Deno.kill(tool, "SIGKILL");
        } catch { /* gone */ }
      });
    });
  }
});
