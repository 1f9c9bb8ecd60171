/** The bridge is killed while others work for it, and started again. */
import { assertEquals } from "@std/assert";
import { World } from "./harness.ts";
import { type Person, scenes } from "./scenes.ts";

interface Moment {
  /** When the bridge is killed; the scene's name ends with it. */
  readonly name: string;
  /** What is said in this scene alone: the model knows it by that. */
  readonly prompts: readonly string[];
  /** Resolves at that moment. */
  readonly reached: (person: Person, world: World) => Promise<unknown>;
  /** What goes wrong with Feishu before the prompts are sent. */
  readonly trouble?: (world: World) => void;
}

const SLOW = "[[slow 12 150]]";

const MOMENTS: readonly Moment[] = [
  {
    name: "the placeholder got through and its answer did not",
    prompts: [`${SLOW} after the placeholder`],
    trouble: ({ twin }) => twin.faults.fail({ match: /POST .*messages$/, loseAnswer: true }),
    reached: (person, { twin }) => twin.until(() => person.messages().length === 1),
  },
  {
    name: "the text grows",
    prompts: [`${SLOW} while it grows`],
    reached: (person) => person.sees(/^Working…[^]*1 2/),
  },
  {
    name: "a tool runs",
    prompts: ["[[bash echo run >> runs; sleep 4]] [[say after the tool]]"],
    reached: (person, world) => Promise.all([person.sees(/bash .* ▶️/), world.written("runs")]),
  },
  {
    name: "another prompt waits in the queue",
    prompts: [`${SLOW} before the second`, "[[say the second]]"],
    reached: (person) => person.sees(/^Queued/),
  },
  {
    name: "the final answer is in the ledger and Feishu does not take it",
    prompts: ["[[slow 6 200]]"],
    trouble: ({ twin }) =>
      twin.faults.fail({ match: /PATCH .*messages/, status: 503, times: 10_000 }),
    // The edit of the final answer, which is refused like those before it.
    reached: (_, { twin }) =>
      twin.until(
        () =>
          twin.requests.some(({ body, status }) =>
            status === 503 && JSON.stringify(body).includes("1 2 3 4 5 6") &&
            JSON.stringify(body).includes("Done")
          ),
        { timeoutMs: 60_000 },
      ),
  },
];

Deno.test("a kill of the bridge neither loses nor repeats what others do for it", async (test) => {
  await using world = await World.create();
  let bridge = await world.start();
  const scene = scenes(test, world);
  for (const { name, prompts, reached, trouble } of MOMENTS) {
    await scene(
      `each prompt runs once and is answered once when the bridge is killed as ${name}`,
      async (person) => {
        trouble?.(world);
        for (const text of prompts) person.say(text);
        await reached(person, world);
        await bridge.kill("SIGKILL");
        world.twin.faults.clear();
        bridge = await world.start();
        await world.twin.until(
          () =>
            person.shown().length >= prompts.length &&
            person.shown().every((text) => /^Done\n/.test(text)),
          { timeoutMs: 60_000 },
        );
        // The last answer shows a moment before it is struck off the ledger.
        await person.settled();
        const answers = person.shown().filter((text) => !text.includes("Undelivered: "));
        assertEquals(answers.length, prompts.length);
        for (const prompt of prompts) assertEquals(world.modelRuns(prompt), 1, prompt);
      },
    );
  }
});
