/** An error of the store, expected or not, ends no worker. */
import { assert, assertEquals } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import type { StorePlan } from "./faulty_main.ts";
import { World } from "./harness.ts";
import { scenes } from "./scenes.ts";

const MAIN = fromFileUrl(import.meta.resolve("./faulty_main.ts"));

Deno.test("a store that fails delays what is under way, and ends nothing", async (test) => {
  await using world = await World.create({ ladderMs: Array(20).fill(1_000) });
  const file = join(world.dir, "store-plan.json");
  const bridge = world.spawn([], { STORE_PLAN: file }, MAIN);
  await bridge.line(/bridge ready/);
  const scene = scenes(test, world);
  const fail = async (plan: StorePlan) => {
    await Deno.writeTextFile(`${file}.new`, JSON.stringify(plan));
    await Deno.rename(`${file}.new`, file);
  };

  await scene("a turn can be cancelled after the store could not be read", async (person) => {
    person.say("[[slow 400]]");
    await person.sees(/^Working…[^]*1 2/);
    await fail({ reads: "", error: "disk I/O error", times: 1e9 });
    const id = person.say("/cancel");
    // It is stored without a look at what is there; handling it looks.
    await world.twin.until(() => world.twin.acks.some(({ messageId }) => messageId === id));
    await Deno.remove(file);
    await person.sees(/^Cancelled\n/);
    await person.sees(/Stopping the running turn/);
    await person.settled();
  });

  for (
    const reads of ["^row/", "^prompt/", "^answer/", "^conversation/", "^sent/", "^in/", "^row"]
  ) {
    await scene(`errors that nobody expects at ${reads} lose no message`, async (person) => {
      await fail({ reads, error: "nobody expects this", times: 3 });
      person.say(`[[say hello ${reads.slice(1)}]]`);
      await person.sees(/^Done\n[^]*hello/);
      person.say("/help");
      await person.sees(/`\/cancel`/);
      await Deno.remove(file);
      await person.settled();
      assertEquals(world.modelRuns(`[[say hello ${reads.slice(1)}]]`), 1);
    });
  }

  for (
    const [what, commits] of [
      ["a prompt is queued", "^delete in/[^]*^set prompt/"],
      ["a turn begins", '^set prompt/.*"kind":"begun"'],
      ["an answer is written down", "^set row/[^]*^delete prompt/"],
      ["an answer is struck off", "^delete row/"],
    ] as const
  ) {
    await scene(`an error when ${what} is made up for`, async (person) => {
      await fail({ commits, error: "nobody expects this", times: 2 });
      person.say(`[[say ${what}]]`);
      const end = await person.sees(new RegExp(`^(Done\\n[^]*${what}|Failed[^]*nobody expects)`));
      await Deno.remove(file);
      await person.settled();
      const shown = world.twin.plain(end);
      // A turn that could not begin says so; everything else is repeated.
      if (!shown.startsWith("Failed")) assertEquals(world.modelRuns(`[[say ${what}]]`), 1);
      assertEquals(person.shown().filter((text) => /^(Done|Failed)/.test(text)).length, 1);
    });
  }

  await scene(
    "an answer that can never be saved is said, and the next one comes",
    async (person) => {
      await fail({ commits: "^set row/.*poison", error: "nobody expects this", times: 1e9 });
      person.say("[[say poison]]");
      person.say("[[say next]]");
      await person.sees(/^Failed[^]*could not be saved/);
      await person.sees(/^Done\n[^]*next/);
      await Deno.remove(file);
      await person.settled();
    },
  );

  await scene(
    "a message that cannot be handled for long is said, once, and handled",
    async (person) => {
      await fail({
        commits: "^delete in/[^]*^set prompt/",
        error: "nobody expects this",
        times: 6,
      });
      person.say("[[say patience]]");
      await person.sees(/cannot handle this message yet/);
      await person.sees(/^Done\n[^]*patience/, 90_000);
      await Deno.remove(file);
      await person.settled();
      assertEquals(world.modelRuns("[[say patience]]"), 1);
      const told = person.shown().filter((text) => /cannot handle/.test(text));
      assertEquals(told.length, 1);
      assert(person.shown().length < 12, person.shown().join("\n---\n"));
    },
  );
});
