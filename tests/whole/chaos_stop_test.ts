/** SIGTERM at awkward moments, and late messages while other things happen. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { delay } from "@std/async";
import { join } from "@std/path";
import { gone } from "../processes.ts";
import { type Bridge, World } from "./harness.ts";
import { scenes } from "./scenes.ts";

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

/** A world whose bridge was killed in the middle of a turn, and whose opencode hangs. */
async function withHungOpencode(world: World): Promise<void> {
  const first = await world.start();
  world.twin.say({ text: "[[slow 400]]" });
  await world.sees(/^Working…[^]*1 2/);
  await first.kill("SIGKILL");
  // Its guard, the server, and whatever they started.
  Deno.kill(-(await world.server()).pid, "SIGSTOP");
}

Deno.test("an opencode that hangs holds up neither the connection nor a stop", async () => {
  await using world = await World.create();
  await withHungOpencode(world);
  const began = performance.now();
  const bridge = world.spawn();
  await bridge.line(/Feishu connection is up/);
  assert(performance.now() - began < 8_000, "the connection waited for opencode");
  world.twin.say({ text: "/status" });
  await world.sees(/Undelivered: /);
  assert(!bridge.lines.some((line) => line.includes("ending the opencode server")));
  const stopped = performance.now();
  assertEquals((await bridge.kill("SIGTERM")).code, 0, bridge.lines.join("\n"));
  assert(performance.now() - stopped < 5_000);
  assertEquals(await left(world), "");
});

Deno.test("an opencode that hangs while the bridge runs does not hold up a stop", async () => {
  await using world = await World.create();
  const bridge = await world.start();
  world.twin.say({ text: "[[slow 400]]" });
  await world.sees(/^Working…[^]*1 2/);
  Deno.kill(-(await world.server()).pid, "SIGSTOP");
  const stopped = performance.now();
  assertEquals((await bridge.kill("SIGTERM")).code, 0, bridge.lines.join("\n"));
  assert(performance.now() - stopped < 5_000);
  assertEquals(await left(world), "");
});

/** Lines of the start, in their order, at which the signal comes. */
const START_LINES = [/workspace = /, /starting (opencode|Feishu)/, /Feishu connection is up/];

for (const line of START_LINES) {
  Deno.test(`SIGTERM at ${line} of the start ends it in 5 seconds with code 0`, async () => {
    await using world = await World.create();
    for (const isHung of [false, true]) {
      if (isHung) await withHungOpencode(world);
      const bridge = world.spawn();
      await bridge.line(line);
      const stopped = performance.now();
      assertEquals((await bridge.kill("SIGTERM")).code, 0, bridge.lines.join("\n"));
      assert(performance.now() - stopped < 5_000);
      assertMatch(bridge.lines.at(-1) ?? "", /bridge stopped/);
      assertEquals(await left(world), "");
    }
  });
}

Deno.test("SIGTERM before the bridge has opened its store ends it with code 0", async () => {
  await using world = await World.create();
  const bridge = world.spawn();
  // Made just before the store is opened.
  const lock = join(world.stateDir, "lock");
  const deadline = performance.now() + 20_000;
  while (!await Deno.stat(lock).then(() => true, () => false)) {
    assert(performance.now() < deadline);
    await delay(1);
  }
  const stopped = performance.now();
  assertEquals((await bridge.kill("SIGTERM")).code, 0, bridge.lines.join("\n"));
  assert(performance.now() - stopped < 5_000);
  assertMatch(bridge.lines.at(-1) ?? "", /bridge stopped/);
  assertEquals(await left(world), "");
});

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

Deno.test("late messages are asked about whatever else happens, and none is lost or repeated", async (test) => {
  await using world = await World.create();
  let bridge = await world.start();
  const scene = scenes(test, world);

  await scene(
    "prompts that waited too long in the queue are asked about after a restart, not run",
    async (person) => {
      person.say("[[slow 400]]");
      await person.sees(/^Working…[^]*1 2/);
      person.say("[[say old order]]");
      person.say("[[write other.txt old]]");
      await world.twin.until(() =>
        person.shown().filter((text) => text.startsWith("Queued")).length === 2
      );
      await bridge.kill("SIGTERM");
      // Only time makes them older than the limit.
      await delay(10_500);
      bridge = await world.start([], { BRIDGE_LATE_AFTER_S: "10" });
      const card = await person.sees(/2 messages came late[^]*old order[^]*other\.txt/);
      assertEquals(world.modelRuns("old order"), 0);
      // Nobody has to answer before the next one runs.
      person.say("[[say new order]]");
      await person.sees(/^Done\n[^]*new order/);
      assertEquals(world.modelRuns("old order"), 0);
      const clicks = await Promise.all([1, 2].map(() => person.click(card, "Run")));
      assertEquals(
        clicks.map(({ toast }) => toast?.content).sort(),
        ["Run", "This question is over."],
      );
      await person.sees(/^Done\n[^]*old order/);
      await person.sees(/^Done[^]*other\.txt/);
      await person.settled();
      for (const text of ["old order", "other.txt old"]) assertEquals(world.modelRuns(text), 1);
      assertEquals(await Deno.readTextFile(join(world.project, "other.txt")), "old");
      assert(!person.shown().some((text) => /^(Queued|Working)/.test(text)));
    },
  );

  for (const choice of ["Run", "Skip"] as const) {
    await scene(
      `a crash right after "${choice}" on late messages neither loses nor repeats one`,
      async (person) => {
        const now = world.twin.clock.now();
        const texts = [1, 2, 3].map((i) => `[[say ${choice} late ${i}]]`);
        for (const [i, text] of texts.entries()) {
          person.say(text, { createdAt: now - 7_200_000 + i });
        }
        const card = await person.sees(/3 messages came late/);
        const acks = world.twin.acks.length;
        const clicked = person.click(card, choice);
        await world.twin.until(() =>
          world.twin.acks.slice(acks).some(({ eventType }) => /card/.test(eventType))
        );
        await bridge.kill("SIGKILL");
        await clicked;
        bridge = await world.start();
        // What was not begun may be asked about once more; that is not answered here.
        await person.settled();
        const shown = person.shown().join("\n");
        for (const text of texts) {
          assert(world.modelRuns(text) <= (choice === "Run" ? 1 : 0));
          const open = new RegExp(`came late[^]*${text.slice(6, -2)}[^]*Press a button`).test(
            shown,
          );
          if (choice === "Run") assert(world.modelRuns(text) === 1 || open, `${text} is lost`);
        }
      },
    );
  }

  await scene(
    "late messages of a group and of a topic are asked about and answered where they belong",
    async (person) => {
      const group = person.group();
      const topics = person.group({ mode: "topic" });
      const createdAt = world.twin.clock.now() - 3_600_000;
      const asked = group.say("[[say for the group]]", { createdAt });
      const topic = topics.say("[[say for the topic]]", { createdAt });
      const inGroup = await group.sees(/1 message came late[^]*for the group/);
      const inTopic = await topics.sees(/1 message came late[^]*for the topic/);
      assertEquals(inGroup.replyTo, asked);
      assertEquals(inTopic.threadId, world.twin.message(topic).threadId);
      await topics.click(inTopic, "Run");
      const answer = await topics.sees(/^Done\n[^]*for the topic/);
      assertEquals(answer.threadId, world.twin.message(topic).threadId);
      assertEquals(world.modelRuns("for the group"), 0);
      await group.click(inGroup, "Run");
      assertEquals((await group.sees(/^Done\n[^]*for the group/)).replyTo, asked);
      assertEquals(person.messages().length, 0);
    },
  );
});
