/** What is said with `!` goes into the running turn, or runs by itself; once in any case. */
import { assert, assertEquals } from "@std/assert";
import { World } from "./harness.ts";
import { scenes } from "./scenes.ts";

Deno.test("what is said with ! is answered once, in the running turn or by itself", async (test) => {
  await using world = await World.create();
  await world.start();
  const scene = scenes(test, world);

  await scene("at once after the first prompt of an opencode that is slow", async (person) => {
    // It answers the post before the prompt is in the session.
    person.say("[[slow 8 150]] [[bash true]] [[say mine]]");
    person.say("!please [[say at once]]");
    await person.sees(/^Done\nThis answers what was added meanwhile, too\.[^]*at once/);
    await person.sees(/^Done\nWent into the turn that was running/);
  });

  await scene(
    "between two steps it goes into the turn, whose answer is to both",
    async (person) => {
      person.say("[[bash echo yes > began; sleep 2]] [[say mine]]");
      await world.written("began");
      person.say("[[say behind]]");
      person.say("!please [[say steered]]");
      await person.sees(/^Done\nThis answers what was added meanwhile, too\.[^]*steered/);
      await person.sees(/^Done\nWent into the turn that was running/);
      await person.sees(/^Done\nbehind/);
      await person.settled();
      assertEquals(world.modelRuns("[[say steered]]"), 1);
      assertEquals(person.shown().filter((shown) => /^steered$/m.test(shown)).length, 1);
    },
  );

  await scene("recalled before the agent has read it, it does not run", async (person) => {
    person.say("[[bash echo yes > started; sleep 3]] [[say mine]]");
    await world.written("started");
    const id = person.say("!please [[bash echo yes > recalled]] [[say steered]]");
    await person.sees(/^Queued\nGoes into/);
    // By then opencode has it.
    await person.status();
    world.twin.recall(id);
    await person.sees(/^Cancelled/);
    await person.sees(/^Done\n💻 [^]*mine/);
    await person.settled();
    assertEquals(await Deno.stat(`${world.project}/recalled`).catch(() => "none"), "none");
  });

  await scene("at the end of the turn it runs by itself, before the queue", async (person) => {
    person.say("[[slow 30 100]]");
    await person.sees(/^Working…[^]*1 2/);
    person.say("[[say behind]]");
    const queued = await person.sees(/^Queued[^]*\[Now\]/);
    person.say("[[say later]]");
    assertEquals((await person.click(queued, "Now")).toast?.content.slice(0, 9), "Goes into");
    await person.sees(/^Done[^]* 29 30\n/);
    await person.sees(/^Done\nbehind/);
    await person.sees(/^Done\nlater/);
    await person.settled();
    const cards = person.shown();
    assertEquals(cards.filter((shown) => /^behind$/m.test(shown)).length, 1);
    assert(!cards.some((shown) => /29 30[^]*behind/.test(shown)), cards.join("\n---\n"));
    assertEquals(world.modelRuns("[[say behind]]"), 2);
  });
});
