import { assert, assertEquals } from "@std/assert";
import { until } from "../../until.ts";
import { MachinesWorld } from "./start_machines.ts";

Deno.test("a chat moves with a queue that is larger than one commit may be", async () => {
  await using world = await MachinesWorld.create();
  const { twin } = world;
  const machines = [await world.start("laptop"), await world.start("server")];
  twin.say({ text: "first stamps 40 60" });
  const runs = ({ prompts }: { prompts: readonly string[] }) => prompts.length > 0;
  await until("it runs", () => machines.some(runs));
  const owner = machines.find(runs);
  const other = machines.find((one) => one !== owner);
  assert(owner !== undefined && other !== undefined);
  const texts = Array.from({ length: 6 }, (_, i) => `long ${i} ${"x".repeat(140_000)}`);
  for (const [i, text] of texts.entries()) {
    twin.say({ text });
    await twin.until(() => twin.botMessages().length === 2 + i);
  }
  twin.say({ text: `/on ${other.name}` });
  await until("the queue runs there", () => other.prompts.length === texts.length);
  assertEquals(owner.prompts.length, 1);
  assert(other.prompts.every((text, i) => text === texts[i]));
});
