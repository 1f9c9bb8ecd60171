/** `/update` asks, and its answer comes once, after the restart if there is one. */
import { assertEquals, assertMatch } from "@std/assert";
import { UsageError } from "../../../lib/base/errors.ts";
import { newAdmission } from "../../../lib/bridge/people/admission.ts";
import type { Services } from "../../../lib/bridge/services.ts";
import { until } from "../../until.ts";
import { startTurns } from "../turn/start_turns.ts";

/** An updater in whose place something else installs, and what it was asked for. */
function fakeUpdater() {
  const installed: string[] = [];
  let id: string | undefined;
  return {
    ...{ version: "0.1.0", installed, isSlow: false },
    install(version: string): Promise<"restarts" | "by hand"> {
      installed.push(version);
      return Promise.resolve("restarts");
    },
    newest: () => Promise.resolve({ version: "0.2.0", notes: "Much is new." }),
    begin: (next: string) => Promise.resolve(void (id = next)),
    lastId: () => Promise.resolve(id),
  };
}

const admission = (first: string) =>
  newAdmission({ kind: "list", openIds: [first, "ou_owner"] }, {} as never);

async function start(first = "ou_owner") {
  const updater = fakeUpdater();
  const more: Partial<Services> = { updater, admission: admission(first) };
  const world = await startTurns({}, more);
  const count = (text: RegExp) =>
    world.twin.botMessages().filter((one) => text.test(world.twin.plain(one))).length;
  return { world, updater, count };
}

for (
  const [version, what] of [["0.2.0", /Updated: this is version 0\.2\.0/], [
    "0.1.0",
    /did not come into use: 0\.1\.0 runs/,
  ]] as const
) {
  Deno.test(`/update is asked about, and told of once after the restart: ${version}`, async () => {
    const { world, updater, count } = await start();
    await using _world = world;
    await world.say("first");
    await until("it is posted", () => world.posted.length === 1);
    await world.say("/update");
    const card = await world.sees(/Version 0\.2\.0 of the bridge is available; this is 0\.1\.0/);
    assertMatch(world.twin.plain(card), /1 turn would be interrupted[^]*Much is new/);
    await world.press(card, "Update");
    await world.sees(/Installing version 0\.2\.0/);
    await until("it is installed", () => updater.installed.length === 1);
    await world.restart();
    updater.version = version;
    for (let i = 0; i < 2; i++) await world.report();
    await world.sees(what);
    await world.restart();
    await world.report();
    assertEquals([count(what), world.conversation.record.updating], [1, undefined]);
  });
}

Deno.test("what cannot be installed is said at once, and another machine tells nothing of it", async () => {
  const { world, updater, count } = await start();
  await using _world = world;
  updater.install = () => Promise.reject(new UsageError("the disk is full"));
  await world.say("/update");
  const card = await world.sees(/Version 0\.2\.0/);
  await world.press(card, "Update");
  await world.sees(/Version 0\.2\.0 was not installed: the disk is full/);
  await world.report();
  updater.install = () => Promise.resolve("by hand");
  await until("its card is closed", () => world.twin.buttons(card.id).length === 0);
  await world.say("/升级");
  const other = await world.twin.until(() => {
    const cards = world.twin.botMessages().filter((one) => world.twin.buttons(one.id).length === 2);
    return cards.at(-1);
  });
  await world.press(other, "Update");
  await world.sees(/Start the bridge again on its computer/);
  // Another one shares the state.
  const updating = { id: "x", to: "0.2.0", from: "0.1.0", target: { chatId: world.twin.chat.id } };
  await world.conversation.commit({ update: (record) => ({ ...record, updating }) });
  await world.report();
  assertEquals([count(/did not come into use/), world.conversation.record.updating?.id], [0, "x"]);
});

Deno.test("only the first user updates; where nothing can be installed, that is said", async () => {
  const { world } = await start("ou_other");
  await using _world = world;
  await world.say("/update");
  await world.sees(/Only the first user/);
  const { world: own, updater } = await start();
  await using _own = own;
  updater.newest = () => Promise.reject(new UsageError("This runs from source: run git pull"));
  await own.say("/update");
  await own.sees(/Nothing can be installed from here\. This runs from source/);
});
