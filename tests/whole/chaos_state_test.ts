/** The state is damaged, or its disk is full. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { delay } from "@std/async";
import { join } from "@std/path";
import { World } from "./harness.ts";
import { canMount, type SmallDisk, smallDisk } from "./small_disk.ts";

Deno.test("a store that was cut off is set aside, said in the log, and a new one works", async () => {
  await using world = await World.create();
  const first = await world.start();
  world.twin.say({ text: `[[say before]] ${"x".repeat(30_000)}` });
  await world.sees(/^Done\n[^]*before/);
  await first.kill("SIGTERM");
  const file = join(world.stateDir, "state.db");
  await Deno.truncate(file, (await Deno.stat(file)).size / 2);
  const damaged = await Deno.readFile(file);
  const bridge = await world.start();
  const line = await bridge.line(/the state was damaged: it is kept as /);
  const [, kept = ""] = /kept as (.*); starting with/.exec(line) ?? [];
  assertEquals(await Deno.readFile(kept), damaged);
  assertEquals(((await Deno.stat(kept)).mode ?? 0) & 0o077, 0);
  world.twin.say({ text: "[[say after]]" });
  await world.sees(/^Done\n[^]*after/);
  await world.settled();
  assertEquals(world.modelRuns("before"), 1);
});

const ignore = !await canMount();

/** A world whose state is on a disk of its own. */
async function onSmallDisk(
  test: (world: World, disk: SmallDisk) => Promise<void>,
): Promise<void> {
  await using world = await World.create({ ladderMs: Array(30).fill(2_000) });
  await using disk = await smallDisk(world.stateDir, 4);
  try {
    await test(world, disk);
  } finally {
    // Before the disk goes away under it.
    await world.stop();
  }
}

/** How often the bot told in the chat that it cannot save. */
function complaints(world: World): number {
  return world.shown().filter((text) => text.startsWith("The computer cannot save")).length;
}

/** Waits until a word has left the model; nothing of it may show in the chat. */
async function modelSaid(world: World, word: string): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!world.model.tokens.some(({ text }) => text.trim() === word)) {
    if (performance.now() > deadline) throw new Error(`the model never said ${word}`);
    await delay(20);
  }
}

Deno.test({
  name: "a full disk is told to who writes, once, and the message runs once when there is room",
  ignore,
  fn: () =>
    onSmallDisk(async (world, disk) => {
      await world.start();
      await disk.fill();
      const id = world.twin.say({ text: "[[say patience]]" });
      await world.sees(/cannot save its state \(.*full.*\)\. Make room/);
      const attempts = () => world.twin.acks.filter((ack) => ack.messageId === id);
      await world.twin.until(() => attempts().length >= 3);
      assert(attempts().every(({ code }) => code !== 200), "acknowledged what is not stored");
      assertEquals(complaints(world), 1);
      assertEquals(world.modelRuns("patience"), 0);
      await disk.clear();
      await world.sees(/^Done\n[^]*patience/);
      await world.settled();
      assertEquals(world.modelRuns("patience"), 1);
    }),
});

Deno.test({
  name: "a turn that ends on a full disk is answered when there is room, once",
  ignore,
  fn: () =>
    onSmallDisk(async (world, disk) => {
      const bridge = await world.start();
      world.twin.say({ text: "[[slow 12]]" });
      await world.sees(/^Working…[^]*1 2/);
      world.twin.say({ text: "[[say queued]]" });
      await world.sees(/^Queued/);
      await disk.fill();
      await modelSaid(world, "12");
      // Somebody asks what is going on, which cannot be stored either.
      world.twin.say({ text: "/status" });
      await world.sees(/cannot save its state/);
      assert(!world.shown().some((text) => text.startsWith("Done")));
      await disk.clear();
      await world.sees(/^Done[^]*11 12\n/);
      await world.sees(/^Done\n[^]*queued/);
      await world.settled();
      assertEquals(world.modelRuns("[[slow 12]]"), 1);
      assertEquals(world.modelRuns("queued"), 1);
      assertEquals(world.shown().filter((text) => text.startsWith("Done")).length, 2);
      await bridge.line(/turn \w+ done/);
    }),
});

Deno.test({
  name: "a bridge killed on a full disk starts on it, says so, and repeats nothing",
  ignore,
  fn: () =>
    onSmallDisk(async (world, disk) => {
      const first = await world.start();
      world.twin.say({ text: "[[slow 400]]" });
      await world.sees(/^Working…[^]*1 2/);
      await disk.fill();
      await first.kill("SIGKILL");
      const second = await world.start();
      // The text so far is not to be had before opencode has stored it whole.
      await world.sees(/^Working…\n[^]*cannot save its state/);
      assertEquals((await second.kill("SIGTERM")).code, 0);
      await disk.clear();
      await world.start();
      await world.sees(/^(Interrupted|Done)\n/);
      await world.settled();
      assertEquals(world.modelRuns("[[slow 400]]"), 1);
      assertEquals(world.shown().filter((text) => /^(Interrupted|Done)\n/.test(text)).length, 1);
    }),
});

Deno.test({
  name: "a state directory that cannot be written to is refused with one sentence, exit code 1",
  ignore,
  fn: () =>
    onSmallDisk(async (world, disk) => {
      await disk.readOnly(true);
      const bridge = world.spawn();
      assertEquals((await bridge.status).code, 1);
      const said = bridge.lines.filter((line) => !/ INFO .* settings = /.test(line));
      assertMatch(
        said.join("\n"),
        /^feishu-opencode-bridge: Cannot write to the state directory .* Set BRIDGE_STATE_DIR/,
      );
      assertEquals(said.length, 1);
      await disk.readOnly(false);
    }),
});

Deno.test({
  name: "a disk that turns full before the first start ends it with one sentence, exit code 1",
  ignore,
  fn: () =>
    onSmallDisk(async (world, disk) => {
      await disk.fill();
      const bridge = world.spawn();
      assertEquals((await bridge.status).code, 1);
      assertMatch(bridge.lines.at(-1) ?? "", /^feishu-opencode-bridge: .*(full|No space left)/);
    }),
});
