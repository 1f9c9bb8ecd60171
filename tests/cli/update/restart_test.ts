/** A new binary that does not get ready makes way for the old one. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { restartNew } from "../../../lib/cli/update/restart.ts";
import { previousOf, swapIn } from "../../../lib/cli/update/swap.ts";
import { startTime } from "../../../lib/opencode/server/process.ts";
import { tempDir } from "../../helpers.ts";

const NAME = "feishu-opencode-bridge";

/** A binary that was replaced, and bridges that do nothing but write down that they are ready. */
async function replaced() {
  const dir = await tempDir();
  const [binary, next] = [join(dir.path, NAME), join(dir.path, "next")];
  await Deno.writeTextFile(binary, "old", { mode: 0o755 });
  await Deno.writeTextFile(next, "new", { mode: 0o755 });
  await swapIn(next, binary);
  const running: Deno.ChildProcess[] = [];
  const end = async () => {
    for (const child of running.splice(0)) {
      child.kill("SIGKILL");
      await child.status;
    }
  };
  return {
    binary,
    stateDir: dir.path,
    stop: end,
    /** What a bridge does that is started with a binary. */
    async run(isReady: boolean, line = "") {
      const child = new Deno.Command("sleep", { args: ["60"] }).spawn();
      running.push(child);
      const { pid } = child;
      const record = { pid, startTime: await startTime(pid), startedAt: 1, ready: isReady };
      await Deno.writeTextFile(join(dir.path, "bridge.json"), JSON.stringify(record));
      await Deno.writeTextFile(join(dir.path, "bridge.log"), line, { append: true });
      return pid;
    },
    async [Symbol.asyncDispose]() {
      await end();
      await dir[Symbol.asyncDispose]();
    },
  };
}

Deno.test("a new binary that gets ready stays", async () => {
  await using world = await replaced();
  const { stateDir, binary, stop } = world;
  let pid = 0;
  const { bridge, wentBack } = await restartNew({
    ...{ stateDir, binary, stop, oldPid: 1 },
    start: async () => {
      assertEquals(await Deno.readTextFile(binary), "new");
      pid = await world.run(true);
      return { hasEnded: () => false };
    },
  });
  assertEquals([bridge?.pid, wentBack], [pid, undefined]);
  assertEquals(await Deno.readTextFile(binary), "new");
});

for (const [how, hasEnded] of [["ends", true], ["hangs", false]] as const) {
  Deno.test(`a new binary that ${how} before it is ready makes way for the old one`, async () => {
    await using world = await replaced();
    const { stateDir, binary } = world;
    const starts: string[] = [];
    let stops = 0;
    const { bridge, wentBack } = await restartNew({
      ...{ stateDir, binary, oldPid: 1, readyMs: 300 },
      stop: async () => {
        stops++;
        await world.stop();
      },
      start: async () => {
        const which = await Deno.readTextFile(binary);
        starts.push(which);
        await world.run(which === "old", `${NAME}: it is broken\n`);
        return { hasEnded: () => which === "new" && hasEnded };
      },
    });
    assertEquals([starts, stops], [["new", "old"], 1]);
    assert(bridge?.ready);
    assertMatch(wentBack ?? "", /it is broken/);
    assertEquals(await Deno.readTextFile(binary), "old");
    assertEquals(await Deno.stat(previousOf(binary)).catch(() => undefined), undefined);
  });
}
