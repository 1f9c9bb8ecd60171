/** Whatever happens at whatever moment, nothing is lost, and nothing runs or arrives twice. */
import { assertEquals } from "@std/assert";
import { chaos } from "./chaos.ts";
import { schedule } from "./schedule.ts";
import { summary } from "./summary.ts";

Deno.test("chaos of seed 1 loses nothing and repeats nothing", async () => {
  const report = await chaos(1);
  assertEquals(report.problems, [], `${summary([report])}\n${report.story}`);
});

Deno.test("the same seed makes the same chaos", () => {
  const options = { ms: 1_000, chats: 3, prompts: 20, faults: 20 };
  assertEquals(schedule(7, options), schedule(7, options));
  assertEquals(schedule(7, options).filter(({ kind }) => kind === "say").length, 20);
});
