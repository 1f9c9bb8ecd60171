/** What Feishu offers besides messages, with the program and the real opencode. */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { COMMANDS } from "../../lib/bridge/commands/table.ts";
import { World } from "./harness.ts";

Deno.test("the chat has its commands, a greeting, a place on top while it is asked, and follow-ups", async () => {
  await using world = await World.create({ extras: true });
  const { twin } = world;
  const { openId } = twin.user;
  await Deno.writeTextFile(
    join(world.project, "opencode.json"),
    JSON.stringify({ permission: { bash: "ask" } }),
  );
  const bridge = await world.start();
  await twin.until(() => twin.extras.slashCommands.length === Object.keys(COMMANDS).length);

  twin.extras.openChat(openId);
  twin.extras.openChat(openId);
  await world.sees(/^Hello![^]*\/project/);

  const id = twin.say({ text: "[[bash echo from-the-tool]]" });
  await twin.until(() => twin.extras.isOnTop(twin.chat.id, openId), { timeoutMs: 30_000 });
  // A crash leaves it there, and the question too.
  await bridge.kill("SIGKILL");
  await world.start();
  const card = await twin.until(() =>
    twin.botMessages().find((one) => twin.buttons(one.id).some(({ label }) => label === "Once"))
  );
  assert(twin.extras.isOnTop(twin.chat.id, openId));
  await twin.click({ messageId: card.id, label: "Once" });
  await twin.until(() => !twin.extras.isOnTop(twin.chat.id, openId));
  await twin.until(() => twin.message(id).reactions.map(({ emoji }) => emoji).join() === "DONE");

  const next = twin.say({ text: "/new" });
  await world.sees(/^── New session ──$/);
  await world.sees(/^Fresh session/);
  // Long enough for follow-ups.
  const read = twin.say({ text: "[[read opencode.json]] [[slow 9 1000]]" });
  await twin.until(() => twin.extras.followUps(twin.chat.id).length > 0);
  assertEquals(twin.extras.followUps(twin.chat.id), ["continue"]);
  await twin.until(() => twin.message(read).reactions.map(({ emoji }) => emoji).join() === "DONE");
  assertEquals(twin.message(next).reactions, []);
  assertEquals(world.shown().filter((text) => text.startsWith("Hello!")).length, 1);
});
