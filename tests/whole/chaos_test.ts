/** What Feishu and the network do to the bridge, and what becomes of the messages. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { modelConfig } from "../../lib/demo/scripted_model/model_config.ts";
import type { Twin } from "../../lib/demo/feishu_twin/twin.ts";
import { startOpencode } from "../real_opencode.ts";
import { type Bridge, World } from "./harness.ts";
import { scenes } from "./scenes.ts";

/** Each way to refuse a connection, as a switch. */
const REFUSALS: readonly (readonly [string, (twin: Twin, on: boolean) => void])[] = [
  ...(["busy", "http", "no-data", "handshake"] as const).map((how) =>
    [how, (twin: Twin, on: boolean) => twin.faults.refuseConnections(on && how)] as const
  ),
  ["endpoint 502 in HTML", (twin, on) => {
    if (!on) return twin.faults.clear();
    twin.faults.fail({ match: /ws\/endpoint/, status: 502, html: true, times: 1_000 });
  }],
];

const UP = /Feishu connection is up/;
const LOST = /Feishu connection lost/;
const DONE = /turn \w+ done/;
const WAITS = /is not delivered yet/;

Deno.test("whatever refuses the connection, no message is lost or run twice", async (test) => {
  // Feishu's times for delivering again, shortened so that a test can wait for some of them.
  await using world = await World.create({ ladderMs: Array(20).fill(2_000) });
  // Each bridge begins with nothing but the opencode that is there.
  await using opencode = await startOpencode(modelConfig(world.model));
  const scene = scenes(test, world);
  for (const [name, refuse] of REFUSALS) {
    await scene(
      `a connection that is refused (${name}) at the start and after a drop comes up when it may`,
      async (person) => {
        refuse(world.twin, true);
        const bridge = world.spawn([], {
          BRIDGE_STATE_DIR: join(world.dir, person.openId),
          OPENCODE_URL: opencode.url,
          OPENCODE_SERVER_PASSWORD: opencode.password,
        });
        await bridge.lineTimes(LOST, 2);
        person.say(`[[say early bird of ${name}]]`);
        refuse(world.twin, false);
        await bridge.line(/bridge ready/);
        await person.sees(/^Done\n[^]*early bird/);
        refuse(world.twin, true);
        world.twin.faults.drop();
        const id = person.say(`[[say meanwhile of ${name}]]`);
        await bridge.lineTimes(LOST, 4);
        refuse(world.twin, false);
        await world.twin.until(() => world.twin.connections() === 1, { timeoutMs: 20_000 });
        await person.sees(/^Done\n[^]*meanwhile/);
        world.twin.redeliver(id);
        await person.settled();
        for (const text of ["early bird", "meanwhile"]) {
          assertEquals(world.modelRuns(`${text} of ${name}`), 1);
        }
        await bridge.lineTimes(UP, 2);
        await bridge.kill("SIGTERM");
      },
    );
  }
});

/** How many lines the bridge has logged that are like this. */
function count(bridge: Bridge, pattern: RegExp): number {
  return bridge.lines.filter((line) => pattern.test(line)).length;
}

Deno.test("whatever Feishu and the network do to a bridge, each message runs once and is answered once", async (test) => {
  await using world = await World.create({ ladderMs: Array(20).fill(1_000) });
  const { twin } = world;
  let bridge = await world.start();
  const scene = scenes(test, world);

  await scene("a half-open connection is noticed by its silence, and replaced", async (person) => {
    const ups = count(bridge, UP);
    twin.faults.halfOpen(true);
    const began = performance.now();
    await bridge.lineTimes(UP, ups + 1);
    assert(performance.now() - began < 40_000);
    // The stand-in goes on believing in the dead connection: messages may go there first.
    person.say("[[say alive again]]");
    await person.sees(/^Done\n[^]*alive again/);
    assertEquals(world.modelRuns("alive again"), 1);
    twin.faults.halfOpen(false);
    await twin.until(() => twin.connections() === 1);
  });

  await scene(
    "what ends while Feishu takes nothing arrives once and in order, and no chat waits for another",
    async (stuck) => {
      const free = stuck.group();
      const [done, waiting] = [count(bridge, DONE), count(bridge, WAITS)];
      stuck.say("[[slow 8]]");
      stuck.say("[[say second]]");
      stuck.say("[[say third]]");
      await stuck.sees(/^Working…[^]*1 2/);
      await twin.until(() => stuck.shown().filter((t) => /^Queued/.test(t)).length === 2);
      // What belongs to the direct chat is refused: edits of its messages, and new ones.
      const ids = stuck.messages().map(({ id }) => id);
      const theirs = new RegExp(`PATCH .*(${ids.join("|")})|POST .*messages$`);
      twin.faults.fail({ match: theirs, status: 500, times: 10_000 });
      stuck.say("/help");
      free.say("[[say not held up]]");
      await free.sees(/^Done\n[^]*not held up/);
      await bridge.lineTimes(WAITS, waiting + 1);
      await bridge.lineTimes(DONE, done + 4);
      assert(!stuck.shown().some((text) => text.startsWith("Done")));
      assertMatch(await free.status(), /Feishu: connected/);
      twin.faults.clear();
      // The connection is back, so nobody waits for the end of the backoff.
      twin.faults.drop();
      await stuck.sees(/^Done[^]*third/);
      await stuck.sees(/`\/cancel`/);
      await stuck.settled();
      const shown = stuck.shown();
      assertEquals(shown.slice(0, 3).map((text) => /^Done\n(1 2|second|third)/.exec(text)?.[1]), [
        "1 2",
        "second",
        "third",
      ]);
      assertEquals(shown.filter((text) => text.includes("`/cancel`")).length, 1);
    },
  );

  await scene(
    "events in pieces, again and again, without their acknowledgements, run once",
    async (person) => {
      const acks = twin.acks.length;
      twin.faults.splitFrames(64);
      twin.faults.loseAck(4);
      const texts = ["one piece", "two pieces"];
      for (const text of texts) person.say(`[[say ${text}]]`);
      for (const text of texts) await person.sees(new RegExp(`^Done\\n[^]*${text}`));
      await twin.until(() => twin.acks.length >= acks + 2, { timeoutMs: 30_000 });
      await person.settled();
      for (const text of texts) {
        assertEquals(world.modelRuns(text), 1);
        const answers = person.shown().filter((shown) => shown.startsWith(`Done\n${text}`));
        assertEquals(answers.length, 1);
      }
    },
  );

  await scene("a token revoked in the middle of a turn is renewed unseen", async (person) => {
    person.say("[[slow 30]]");
    await person.sees(/1 2/);
    twin.faults.revokeToken();
    await person.sees(/^Working…[^]*15/);
    twin.faults.revokeToken();
    await person.sees(/^Done[^]* 29 30\n/);
    await person.settled();
    assertEquals(world.modelRuns("[[slow 30]]"), 1);
  });

  await scene(
    "a connection that breaks with a message in the air, many times, loses none",
    async (person) => {
      // One that has not lost a connection yet, and waits the less before the next attempt.
      await bridge.kill("SIGKILL");
      bridge = await world.start();
      const ups = count(bridge, UP);
      const texts = Array.from({ length: 5 }, (_, i) => `[[say item ${i}]]`);
      for (const [i, text] of texts.entries()) {
        if (i % 2 === 0) twin.faults.reset();
        else twin.faults.drop();
        person.say(text);
        await bridge.lineTimes(UP, ups + i + 1);
      }
      for (let i = 0; i < texts.length; i++) await person.sees(new RegExp(`^Done\\nitem ${i}`));
      await person.settled();
      for (const text of texts) assertEquals(world.modelRuns(text), 1);
    },
  );
});
