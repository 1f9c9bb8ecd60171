/** SPEC 4.9: SIGTERM at awkward moments. SPEC 4.7: late messages while other things happen. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { delay } from "@std/async";
import { join } from "@std/path";
import { gone } from "../processes.ts";
import { type Bridge, World } from "./harness.ts";

/** When the signal comes: what goes wrong before, and the moment; whether the program was ready. */
const MOMENTS: readonly {
  readonly name: string;
  readonly trouble?: (world: World) => void;
  readonly reached: (bridge: Bridge, world: World) => Promise<unknown>;
}[] = [
  {
    name: "Feishu's endpoint refuses",
    trouble: ({ twin }) => twin.faults.refuseConnections("busy"),
    reached: (bridge) =>
      Promise.all([
        bridge.lineTimes(/Feishu connection lost/, 2),
        bridge.line(/opencode ready/),
      ]),
  },
  {
    name: "Feishu does not answer at all",
    trouble: ({ twin }) => twin.faults.fail({ hang: true, times: 10_000 }),
    reached: (bridge) => bridge.line(/opencode ready/),
  },
  {
    name: "Feishu gives no token",
    trouble: ({ twin }) => twin.faults.fail({ match: /token/, status: 503, times: 10_000 }),
    reached: (bridge) =>
      Promise.all([bridge.line(/cannot get a Feishu token/), bridge.line(/opencode ready/)]),
  },
  {
    name: "the handshake hangs in a half-open connection",
    trouble: ({ twin }) => twin.faults.halfOpen(true, { alsoNew: true }),
    reached: (bridge) => bridge.line(/opencode ready/),
  },
  {
    name: "every message is refused and rows wait",
    reached: async (bridge, { twin }) => {
      await bridge.line(/bridge ready/);
      twin.faults.fail({ match: /messages/, status: 500, times: 10_000 });
      twin.say({ text: "[[say stuck]]" });
      await bridge.line(/is not delivered yet/);
    },
  },
  {
    name: "messages hang and three turns run",
    reached: async (bridge, { twin }) => {
      await bridge.line(/bridge ready/);
      twin.faults.fail({ match: /messages/, hang: true, times: 10_000 });
      const groups = [1, 2].map((i) => twin.addGroup({ name: `team ${i}` }).id);
      for (const chat of [twin.chat.id, ...groups]) {
        twin.say({ text: "[[slow 400]]", chat, mentionBot: true });
      }
      await bridge.lineTimes(/recv from/, 3);
      await twin.until(() =>
        twin.requests.filter(({ path }) => path.includes("messages")).length >= 3
      );
    },
  },
];

for (const { name, trouble, reached } of MOMENTS) {
  Deno.test(`SIGTERM ends the program in 5 seconds with code 0 when ${name}`, async () => {
    await using world = await World.create();
    trouble?.(world);
    const bridge = world.spawn();
    await reached(bridge, world);
    const began = performance.now();
    assertEquals((await bridge.kill("SIGTERM")).code, 0, bridge.lines.join("\n"));
    assert(performance.now() - began < 5_000);
    assertMatch(bridge.lines.at(-1) ?? "", /bridge stopped/);
    assertEquals(await left(world), "");
  });
}

/** The processes that still know of this world's directory. */
async function left(world: World): Promise<string> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name) || Number(name) === Deno.pid) continue;
    const environment = await Deno.readTextFile(`/proc/${name}/environ`).catch(() => "");
    const stat = await Deno.readTextFile(`/proc/${name}/stat`).catch(() => ") Z ");
    if (environment.includes(world.dir) && !stat.includes(") Z ")) found.push(stat);
  }
  return found.join("\n");
}

Deno.test("SIGHUP ends nothing, and a second SIGTERM does not break the first", async () => {
  await using world = await World.create();
  const bridge = await world.start();
  world.twin.say({ text: "[[bash echo $$ > pid; exec sleep 300]]" });
  const tool = Number(await world.written("pid"));
  Deno.kill(bridge.pid, "SIGHUP");
  await bridge.line(/SIGHUP/);
  Deno.kill(bridge.pid, "SIGTERM");
  Deno.kill(bridge.pid, "SIGINT");
  assertEquals((await bridge.kill("SIGTERM")).code, 0);
  await gone(tool, 500);
});

const OLD = { BRIDGE_LATE_AFTER_S: "10" };

Deno.test("prompts that waited too long in the queue are asked about after a restart, not run", async () => {
  await using world = await World.create();
  const first = await world.start([], OLD);
  world.twin.say({ text: "[[slow 400]]" });
  await world.sees(/^Working…[^]*1 2/);
  world.twin.say({ text: "[[say old order]]" });
  world.twin.say({ text: "[[write other.txt old]]" });
  await world.twin.until(() =>
    world.shown().filter((text) => text.startsWith("Queued")).length === 2
  );
  await first.kill("SIGTERM");
  // Only time makes them older than the limit.
  await delay(10_500);
  await world.start([], OLD);
  const card = await world.sees(/2 messages came late[^]*old order[^]*other\.txt/);
  assertEquals(world.modelRuns("old order"), 0);
  // Nobody has to answer before the next one runs.
  world.twin.say({ text: "[[say new order]]" });
  await world.sees(/^Done\n[^]*new order/);
  assertEquals(world.modelRuns("old order"), 0);
  const clicks = await Promise.all(
    [1, 2].map(() => world.twin.click({ messageId: card.id, label: "Run" })),
  );
  assertEquals(clicks.map(({ toast }) => toast?.content).sort(), ["Run", "This question is over."]);
  await world.sees(/^Done\n[^]*old order/);
  await world.sees(/^Done[^]*other\.txt/);
  await world.settled();
  for (const text of ["old order", "other.txt old"]) assertEquals(world.modelRuns(text), 1);
  assertEquals(await Deno.readTextFile(join(world.project, "other.txt")), "old");
  assert(!world.shown().some((text) => /^(Queued|Working)/.test(text)));
});

for (const choice of ["Run", "Skip"] as const) {
  Deno.test(`a crash right after "${choice}" on late messages neither loses nor repeats one`, async () => {
    await using world = await World.create();
    const first = await world.start();
    const now = world.twin.clock.now();
    const texts = [1, 2, 3].map((i) => `[[say late ${i}]]`);
    for (const [i, text] of texts.entries()) {
      world.twin.say({ text, createdAt: now - 7_200_000 + i });
    }
    const card = await world.sees(/3 messages came late/);
    const clicked = world.twin.click({ messageId: card.id, label: choice });
    await world.twin.until(() => world.twin.acks.some(({ eventType }) => /card/.test(eventType)));
    await first.kill("SIGKILL");
    await clicked;
    await world.start();
    // What was not begun may be asked about once more; that is not answered here.
    await world.settled();
    const shown = world.shown().join("\n");
    for (const text of texts) {
      assert(world.modelRuns(text) <= (choice === "Run" ? 1 : 0));
      const open = new RegExp(`came late[^]*${text.slice(6, -2)}[^]*Press a button`).test(shown);
      if (choice === "Run") assert(world.modelRuns(text) === 1 || open, `${text} is lost`);
    }
  });
}

Deno.test("late messages of a group and of a topic are asked about and answered where they belong", async () => {
  await using world = await World.create();
  await world.start();
  const group = world.twin.addGroup({ name: "team" });
  const topics = world.twin.addGroup({ name: "topics", mode: "topic" });
  const createdAt = world.twin.clock.now() - 3_600_000;
  const asked = world.twin.say({
    text: "[[say for the group]]",
    chat: group.id,
    mentionBot: true,
    createdAt,
  });
  const topic = world.twin.say({
    text: "[[say for the topic]]",
    chat: topics.id,
    mentionBot: true,
    createdAt,
  });
  const inGroup = await world.sees(/1 message came late[^]*for the group/, group.id);
  const inTopic = await world.sees(/1 message came late[^]*for the topic/, topics.id);
  assertEquals(inGroup.replyTo, asked);
  assertEquals(inTopic.threadId, world.twin.message(topic).threadId);
  await world.twin.click({ messageId: inTopic.id, label: "Run" });
  const answer = await world.sees(/^Done\n[^]*for the topic/, topics.id);
  assertEquals(answer.threadId, world.twin.message(topic).threadId);
  assertEquals(world.modelRuns("for the group"), 0);
  await world.twin.click({ messageId: inGroup.id, label: "Run" });
  assertEquals((await world.sees(/^Done\n[^]*for the group/, group.id)).replyTo, asked);
  assertEquals(world.twin.botMessages().length, 0);
});
