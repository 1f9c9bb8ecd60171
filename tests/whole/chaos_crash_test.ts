/** SPEC 4.2, 4.4, 4.6: the bridge is killed while others work for it, and started again. */
import { assertEquals } from "@std/assert";
import { World } from "./harness.ts";

interface Moment {
  /** When the bridge is killed; the test's name ends with it. */
  readonly name: string;
  readonly prompts: readonly string[];
  /** Resolves at that moment; `ids` are those of the prompts' messages. */
  readonly reached: (world: World, ids: readonly string[]) => Promise<unknown>;
  /** What goes wrong with Feishu before the prompts are sent. */
  readonly trouble?: (world: World) => void;
}

const SLOW = "[[slow 12 150]]";

const MOMENTS: readonly Moment[] = [
  {
    name: "the placeholder got through and its answer did not",
    prompts: [SLOW],
    trouble: ({ twin }) => twin.faults.fail({ match: /POST .*messages$/, loseAnswer: true }),
    reached: ({ twin }) => twin.until(() => twin.botMessages().length === 1),
  },
  {
    name: "the text grows",
    prompts: [SLOW],
    reached: (world) => world.sees(/^Working…[^]*1 2/),
  },
  {
    name: "a tool runs",
    prompts: ["[[bash echo run >> runs; sleep 4]] [[say after the tool]]"],
    reached: (world) => Promise.all([world.sees(/bash .* ▶️/), world.written("runs")]),
  },
  {
    name: "another prompt waits in the queue",
    prompts: [SLOW, "[[say the second]]"],
    reached: (world) => world.sees(/^Queued/),
  },
  {
    name: "the final answer is in the ledger and Feishu does not take it",
    prompts: ["[[slow 6 200]]"],
    trouble: ({ twin }) =>
      twin.faults.fail({ match: /PATCH .*messages/, status: 503, times: 10_000 }),
    // The edit of the final answer, which is refused like those before it.
    reached: ({ twin }) =>
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

for (const { name, prompts, reached, trouble } of MOMENTS) {
  Deno.test(`each prompt runs once and is answered once when the bridge is killed as ${name}`, async () => {
    await using world = await World.create();
    const first = await world.start();
    trouble?.(world);
    const ids = prompts.map((text) => world.twin.say({ text }));
    await reached(world, ids);
    await first.kill("SIGKILL");
    world.twin.faults.clear();
    await world.start();
    await world.twin.until(
      () =>
        world.shown().length >= prompts.length &&
        world.shown().every((text) => /^Done\n/.test(text)),
      { timeoutMs: 60_000 },
    );
    // The last answer shows a moment before it is struck off the ledger.
    await world.settled();
    const answers = world.shown().filter((text) => !text.includes("Undelivered: "));
    assertEquals(answers.length, prompts.length);
    for (const prompt of prompts) assertEquals(world.modelRuns(prompt), 1, prompt);
  });
}
