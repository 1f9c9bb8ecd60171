/** `/cancel` and `/status` act at once, and only on what was there. */
import { assert, assertEquals } from "@std/assert";
import type { Ask } from "../../../lib/bridge/asks/ask.ts";
import { until } from "../../until.ts";
import { startTurns } from "./start_turns.ts";

for (const command of ["/cancel", "/cancel all", "/new"]) {
  Deno.test(`${command} that is handled again after a crash ends nothing that came later`, async () => {
    await using world = await startTurns();
    const { store } = world;
    await world.say("first");
    await until("it is posted", () => world.posted.length === 1);
    if (command === "/cancel") await world.say("second");
    // Its end is not stored, as the bridge dies before.
    const message = await world.put(command);
    await world.conversation.receive(message);
    await world.sees(/^Cancelled/);
    if (command !== "/cancel") await world.say("second");
    await until("the next is posted", () => world.posted.length === 2);
    await store.commit({ received: [message] });
    await world.restart();
    const left = async () => (await store.inbox()).length;
    await until("nothing is left", async () => await left() === 0);
    const [second] = (await store.turns()).filter(({ text }) => text === "second");
    assertEquals([second?.state.kind, second?.cancelled], ["posted", undefined]);
    world.busy.clear();
  });
}

Deno.test("/cancel all acts at once after a restart, also on what waits for the asks of the turn", async () => {
  await using world = await startTurns();
  const { store } = world;
  await world.say("first");
  await until("it is posted", () => world.hasPosted(1));
  // So what the turn asks is not known.
  world.silence(true);
  for (const text of ["before", "/cancel all", "after"]) await world.put(text);
  const restarted = world.restart();
  const began = performance.now();
  await world.sees(/Stopping the running turn[^]*1/);
  await world.sees(/^Cancelled/);
  assert(performance.now() - began < 15_000, "it waited for the asks");
  world.silence(false);
  await until("the last is posted", () => world.posted.length === 2, 40_000);
  await restarted;
  assertEquals(world.posted, ["ses_1 first", "ses_2 after"]);
  assertEquals(await store.inbox(), []);
});

Deno.test("/cancel acts at once after a restart, before the chat says what was recalled", async () => {
  await using world = await startTurns();
  await world.say("first");
  await until("it is posted", () => world.hasPosted(1));
  await world.put("/cancel");
  const said = Promise.withResolvers<ReadonlySet<string>>();
  const restarted = world.restart(undefined, said.promise);
  await world.sees(/^Cancelled/);
  said.resolve(new Set());
  await restarted;
});

for (const [stop, by] of [["/cancel", "text"], ["stop", "click"], ["停下吧", "text"]] as const) {
  Deno.test(`${stop} and /status act at once while an answer by ${by} is on its way to an agent that hangs`, async () => {
    await using world = await startTurns();
    const { conversation } = world;
    await world.say("first");
    await until("it is posted", () => world.posted.length === 1);
    const submitted = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<{ line: string }>();
    const ask: Ask = {
      id: "per_1",
      title: "May it?",
      choices: [{ question: "", options: [{ value: "once", label: "Once" }], mayBePrompt: true }],
      target: { chatId: world.twin.chat.id },
      mayAnswer: () => true,
      submit: () => {
        submitted.resolve();
        return answered.promise;
      },
    };
    await conversation.commit(await conversation.asks.open(ask));
    await world.sees(/^May it\?/);
    const click = { conversation: conversation.record.key, ask: "per_1", step: 0, choice: "once" };
    const answering = by === "text" ? world.say("1") : world.click({ ...click, by: "ou_o" });
    await submitted.promise;
    const next = world.say("another thing");
    await world.say("/status");
    await world.sees(/Turn: [^n][^]*Queue: 0/);
    await world.say(stop);
    await world.sees(/^Cancelled/);
    answered.resolve({ line: "Allowed." });
    await Promise.all([answering, next]);
    await world.sees(/^May it\?[^]*Allowed\./);
    await until("the next is posted", () => world.posted.length === 2);
  });
}
