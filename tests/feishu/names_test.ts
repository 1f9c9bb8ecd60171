/** People are called by their names where the app may know them. */
import { assertEquals } from "@std/assert";
import { startTwin, type Twin } from "../../lib/demo/feishu_twin/twin.ts";
import type { PastMessage } from "../../lib/model/past_message.ts";
import { laterBy } from "../later_by.ts";
import { startMessenger } from "./start_messenger.ts";

const SCOPE = "contact:user.basic_profile:readonly";

/** How often names were asked for. */
function asked(twin: Twin): number {
  return twin.requests.filter(({ path }) => path.endsWith("/basic_batch")).length;
}

function names(messages: readonly PastMessage[]): (string | undefined)[] {
  return messages.flatMap(({ author, forwards }) => [author.name, ...names(forwards)]);
}

/** Reads the message of a user in which many people's words are forwarded. */
async function startForward(people: number) {
  const twin = await startTwin();
  const group = twin.addGroup();
  const said = Array.from(
    { length: people },
    (_, i) =>
      twin.say({
        text: `${i}`,
        user: twin.addUser(`P${i}`).openId,
        chat: group.id,
      }),
  );
  const id = twin.forward(said);
  const world = startMessenger(twin);
  const read = async () => names([await world.messenger.readMessage(id, world.signal)]);
  return { twin, read, [Symbol.asyncDispose]: () => twin.close() };
}

Deno.test("names are asked for in one go, ten at a time, and again after a day", async () => {
  await using world = await startForward(12);
  world.twin.faults.grant(SCOPE, true);
  const all = ["Alice", ...Array.from({ length: 12 }, (_, i) => `P${i}`)];
  assertEquals(await world.read(), all);
  assertEquals(asked(world.twin), 2);
  assertEquals(await world.read(), all);
  assertEquals(asked(world.twin), 2);
  using _later = laterBy(25 * 3_600_000);
  assertEquals(await world.read(), all);
  assertEquals(asked(world.twin), 4);
});

Deno.test("without the scope nobody has a name, and that is asked once an hour", async () => {
  await using world = await startForward(3);
  const none = [undefined, undefined, undefined, undefined];
  assertEquals(await world.read(), none);
  assertEquals(await world.read(), none);
  assertEquals(asked(world.twin), 1);
  world.twin.faults.grant(SCOPE, true);
  assertEquals(await world.read(), none);
  using _later = laterBy(3_700_000);
  assertEquals((await world.read())[1], "P0");
});

Deno.test("a name that cannot be read now is asked for again after a minute, and holds up no message", async () => {
  await using world = await startForward(2);
  world.twin.faults.grant(SCOPE, true);
  world.twin.faults.fail({ match: /basic_batch/, status: 503 });
  assertEquals(await world.read(), [undefined, undefined, undefined]);
  assertEquals(await world.read(), [undefined, undefined, undefined]);
  using _later = laterBy(61_000);
  assertEquals(await world.read(), ["Alice", "P0", "P1"]);
  assertEquals(asked(world.twin), 2);
});
