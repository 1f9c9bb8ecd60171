import { assert, assertEquals, assertRejects } from "@std/assert";
import { UsageError } from "../../../lib/base/errors.ts";
import { until } from "../../until.ts";
import { MachinesWorld, type TestMachine } from "./start_machines.ts";

/** How many of the bot's messages say that a prompt is done. */
function done({ twin }: MachinesWorld): number {
  return twin.botMessages().filter((one) => /That is done/.test(twin.plain(one))).length;
}

/** The machine on which something runs, and the other one. */
async function split(
  machines: readonly TestMachine[],
  text: string,
): Promise<[TestMachine, TestMachine]> {
  const runs = ({ prompts }: TestMachine) => prompts.some((one) => one.includes(text));
  await until("it runs", () => machines.some(runs));
  const owner = machines.find(runs);
  const other = machines.find((one) => one !== owner);
  assert(owner !== undefined && other !== undefined);
  return [owner, other];
}

Deno.test("machines that share a bot run each message once, in order, on the machine of its chat", async () => {
  await using world = await MachinesWorld.create();
  const { twin } = world;
  const machines = [await world.start("laptop"), await world.start("server")];
  // So many that hardly ever all of them come to the same one.
  const texts = Array.from({ length: 20 }, (_, i) => `task ${i}`);
  for (const text of texts) {
    twin.say({ text });
    await twin.until(() => twin.botMessages().length > texts.indexOf(text));
  }
  await twin.until(() => done(world) === texts.length, { timeoutMs: 20_000 });
  const [owner, other] = await split(machines, "task 0");
  assertEquals([owner.prompts, other.prompts], [texts, []]);
  // Both got some of them.
  for (const { log } of machines) assert(log.lines.some((line) => line.includes("recv from")));
});

Deno.test("a second bridge of a name refuses, unless it is the same one again", async () => {
  await using world = await MachinesWorld.create();
  const first = await world.start("laptop");
  await assertRejects(
    () => world.start("laptop", { home: "elsewhere" }),
    UsageError,
    "is named laptop",
  );
  await first.stop();
  // It said that it stops.
  await (await world.start("laptop", { home: "elsewhere" })).stop();
});

Deno.test("/on moves a chat in the middle of its queue, and back to where it was", async () => {
  await using world = await MachinesWorld.create();
  const { twin } = world;
  const machines = [await world.start("laptop"), await world.start("server")];
  twin.say({ text: "first stamps 100 60" });
  await world.sees(/Working/);
  const [owner, other] = await split(machines, "first");
  twin.say({ text: "second" });
  await twin.until(() => twin.botMessages().length === 2);
  const key = twin.upload("file", "notes.txt", new TextEncoder().encode("plum"), "text/plain");
  twin.sendRaw({ type: "file", content: { file_key: key, file_name: "notes.txt" } });
  await world.sees(/Got notes\.txt/);
  twin.say({ text: "third" });
  await twin.until(() => twin.botMessages().length === 4);
  twin.say({ text: `/on ${other.name}` });
  await world.sees(/as soon as the running turn has ended/);
  await twin.until(() => done(world) === 2, { timeoutMs: 30_000 });
  assertEquals([owner.prompts.length, other.prompts], [1, ["second", "third"]]);
  assertEquals(twin.botMessages().length, 5);
  // What was on the disk of the other one was loaded again.
  assertEquals(await world.files(other.name), ["plum"]);
  twin.say({ text: "/machines" });
  const card = await world.sees(new RegExp(`\\*{0,2}${other.name}\\*{0,2} · this chat · up`));
  assertEquals(twin.buttons(card).map(({ label }) => label), [`To ${owner.name}`]);
  await twin.click({ messageId: card, label: `To ${owner.name}` });
  await world.sees(new RegExp(`continues on \`?${owner.name}`));
  twin.say({ text: "fourth" });
  await twin.until(() => done(world) === 3, { timeoutMs: 10_000 });
  assertEquals(owner.prompts.at(-1), "fourth");
});

Deno.test("an old message that is to be recalled is none that the chat of a machine that is away waits for", async () => {
  await using world = await MachinesWorld.create();
  const { twin } = world;
  const machines = [await world.start("laptop"), await world.start("server")];
  twin.faults.fail({ match: /PATCH/, status: 400, code: 230031 });
  twin.faults.fail({ match: /DELETE/, hang: true, times: 99 });
  twin.say({ text: "first stamps 40 60" });
  const [owner] = await split(machines, "first");
  await twin.until(() => twin.requests.some(({ method }) => method === "DELETE"));
  owner.kv.faults.requests = "hang";
  await world.sees(new RegExp(`${owner.name}.* has been away for`));
  await twin.until(() => twin.connections() === 1);
  twin.say({ text: "/status" });
  await world.sees(/has been away for[^]*Queue: 1[^]*Undelivered: 0/);
  twin.faults.clear();
  owner.kv.faults.requests = "answer";
  await world.sees(/^Done/);
});

Deno.test("while a machine is away its chat is told once, its answers are sent, and its queue runs elsewhere", async () => {
  await using world = await MachinesWorld.create();
  const { twin } = world;
  const machines = [await world.start("laptop"), await world.start("server")];
  twin.say({ text: "first stamps 40 60" });
  const [owner, other] = await split(machines, "first");
  twin.say({ text: "second" });
  await twin.until(() => twin.botMessages().length === 2);
  owner.kv.faults.requests = "hang";
  await world.sees(new RegExp(`${owner.name}.* has been away for`));
  // It hears nothing while it can store nothing.
  await twin.until(() => twin.connections() === 1);
  twin.say({ text: "third" });
  const card = twin.botMessages().find((one) => /has been away/.test(twin.plain(one)));
  twin.say({ text: "/status" });
  const status = new RegExp(`${owner.name}.* has been away for[^]*Queue: 3[^]*Undelivered: `);
  await world.sees(status);
  assertEquals(twin.buttons(card?.id ?? "").map(({ label }) => label), [
    `Run on ${other.name} instead`,
  ]);
  await twin.click({ messageId: card?.id ?? "", label: `Run on ${other.name} instead` });
  await until("the queue runs elsewhere", () => other.prompts.length >= 2);
  owner.kv.faults.requests = "answer";
  await until("the machine is back", () => owner.log.lines.some((line) => /went to/.test(line)));
  await twin.until(() => done(world) === 2, { timeoutMs: 20_000 });
  assertEquals(owner.prompts.length, 1);
  assertEquals(other.prompts, ["first stamps 40 60", "second", "third"]);
  // The card became the answer to its button.
  assertEquals(twin.botMessages().length, 5);
});
