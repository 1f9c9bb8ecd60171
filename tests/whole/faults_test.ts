import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Bridge, World } from "./harness.ts";
import { type Scene, scenes } from "./scenes.ts";

Deno.test("answers arrive once and as they should, whatever fails on the way", async (test) => {
  await using world = await World.create();
  const scene = scenes(test, world);
  const bridge = await world.start();
  await othersFail(world, scene, bridge);
  await feishuFails(world, scene);
  await cardsAreRefused(world, scene);
  await theBridgeIsKilled(world, scene, bridge);
});

async function feishuFails({ twin }: World, scene: Scene): Promise<void> {
  await scene(
    "the final answer arrives once after Feishu was away at the end of the turn",
    async (person) => {
      person.say("[[slow 6]]");
      await person.sees(/^Working…[^]*1 2/);
      twin.faults.fail({ match: /messages/, status: 503, html: true, times: 10_000 });
      const refused = () =>
        twin.requests.filter(({ body, status }) =>
          status === 503 && JSON.stringify(body).includes("1 2 3 4 5 6") &&
          JSON.stringify(body).includes("Done")
        );
      await twin.until(() => refused().length >= 3);
      twin.faults.clear();
      await person.sees(/^Done[^]*1 2 3 4 5 6\n/);
      assertEquals(person.messages().length, 1);
    },
  );

  await scene("an answer whose request got through unheard is not sent twice", async (person) => {
    twin.faults.fail({ match: /POST .*messages/, loseAnswer: true, times: 2 });
    person.say("[[say hello]]");
    await person.sees(/^Done\n[^]*hello/);
    twin.faults.fail({ match: /POST .*messages/, loseAnswer: true });
    person.say("/help");
    person.say("/cwd");
    await person.sees(/The directory is/);
    await person.sees(/`\/cancel`/);
    await person.settled();
    assertEquals(person.shown().filter((text) => !text.includes("Undelivered: ")).length, 3);
  });

  for (const fault of ["drop", "reset"] as const) {
    await scene(`the long connection comes back after a ${fault}`, async (person) => {
      twin.faults[fault]();
      await twin.until(() => twin.connections() === 0);
      await twin.until(() => twin.connections() === 1);
      person.say("[[say still here]]");
      await person.sees(/^Done\n[^]*still here/);
    });
  }

  await scene("rate limits and slow answers delay an answer, and nothing else", async (person) => {
    twin.faults.delay(300);
    twin.faults.fail({ match: /messages/, status: 429, retryAfterS: 1, times: 3 });
    person.say("[[slow 4]]");
    await person.sees(/^Done[^]*1 2 3 4\n/);
    assertEquals(person.messages().length, 1);
  });
}

async function cardsAreRefused({ twin }: World, scene: Scene): Promise<void> {
  await scene("a card that Feishu refuses goes out as rich text", async (person) => {
    twin.faults.refuseCards({});
    person.say("[[say plain is fine]]");
    const answer = await person.sees(/Done[^]*plain is fine/);
    assertEquals(answer.type, "post");
    assertEquals(person.messages().length, 1);
  });

  await scene(
    "a card refused only at the end gives way to rich text, and says so",
    async (person) => {
      twin.faults.refuseCards({ match: /unacceptable/ });
      person.say("[[slow 3]] [[say unacceptable]]");
      const answer = await person.sees(/Done[^]*unacceptable/);
      assertEquals(answer.type, "post");
      await person.sees(/The answer is in the next message/);
    },
  );
}

async function othersFail(world: World, scene: Scene, bridge: Bridge): Promise<void> {
  await scene("errors of the model are shown as what they are", async (person) => {
    person.say("[[error 401]]");
    assertStringIncludes(
      world.twin.plain(await person.sees(/^Failed/)),
      "Incorrect API key provided (HTTP 401)",
    );
    person.say("[[empty]]");
    await person.sees(/^Done[^]*empty answer/);
  });

  await scene("opencode's death is said, and the next message starts it again", async (person) => {
    person.say("[[slow 400]]");
    await person.sees(/^Working…[^]*1 2/);
    const { pid } = await world.server();
    Deno.kill(-pid, "SIGKILL");
    const card = await person.sees(/^Interrupted[^]*Send “continue”[^]*\[Continue\]/);
    assertEquals((await person.click(card, "Continue")).toast?.content, "Going on…");
    await person.sees(/^Interrupted[^]*“Continue” was pressed by/);
    await person.settled();
    assertEquals(world.modelRuns("Continue."), 1);
    person.say("[[say back again]]");
    await person.sees(/^Done\n[^]*back again/);
    assertMatch(bridge.lines.join("\n"), /opencode ended with code/);
  });
}

/** opencode stays. */
async function theBridgeIsKilled(world: World, scene: Scene, bridge: Bridge): Promise<void> {
  await scene(
    "a killed bridge leaves the turn running, and the next one completes the same message",
    async (person) => {
      person.say("[[slow 30]]");
      await person.sees(/^Working…[^]*1 2/);
      await bridge.kill("SIGKILL");
      bridge = await world.start();
      const answer = await person.sees(/^Done[^]* 29 30\n/);
      assertEquals(person.messages().length, 1);
      assertEquals(world.modelRuns("[[slow 30]]"), 1);
      // What was shown stayed until there was more: no version has less of the text than the one before.
      const versions = [answer.original, ...answer.edits.map(({ content }) => content)]
        .map((content) => /\b1 2[\d ]*/.exec(JSON.stringify(content))?.[0].trim().length ?? 0);
      assertEquals(versions, versions.toSorted((a, b) => a - b));
      assert(versions.filter((length) => length > 0).length > 2, `${versions}`);
    },
  );

  for (const mode of ["post", "text"]) {
    await scene(
      `BRIDGE_RENDER=${mode} shows a long turn within the 20 edits of a message`,
      async (person) => {
        await bridge.kill("SIGKILL");
        bridge = await world.start([], { BRIDGE_RENDER: mode });
        person.say("[[slow 60 60]]");
        const answer = await person.sees(/Done[^]* 59 60\n/);
        assertEquals(answer.type, mode);
        assertEquals(person.messages().length, 1);
        assert(answer.edits.length > 2 && answer.edits.length <= 20);
      },
    );
  }
}
