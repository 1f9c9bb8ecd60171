/** SPEC 4.1, 4.2, 4.7: events that come twice, late, early, out of order, or under another's name; clocks that differ. */
import { assertEquals, assertMatch } from "@std/assert";
import { World } from "./harness.ts";

const MINUTE = 60_000;

/** An event about a message that the stand-in itself would not send. */
function deliver(world: World, messageId: string, type: string, content: unknown): void {
  world.twin.deliverEvent("im.message.receive_v1", {
    sender: { sender_id: { open_id: world.twin.user.openId }, sender_type: "user" },
    message: {
      message_id: messageId,
      create_time: String(world.twin.clock.now()),
      chat_id: world.twin.chat.id,
      chat_type: "p2p",
      message_type: type,
      content: JSON.stringify(content),
    },
  });
}

function recall(world: World, messageId: string): void {
  const event = { message_id: messageId, chat_id: world.twin.chat.id };
  world.twin.deliverEvent("im.message.recalled_v1", event);
}

Deno.test("an event that is odd acts once or not at all, and the bridge goes on", async () => {
  await using world = await World.create({ ladderMs: [300, 300, 300, 300] });
  const { twin } = world;
  const bridge = await world.start();
  // Again and again, without acknowledgement, dated in the future, and older than the one before it.
  twin.faults.loseAck(3);
  const first = twin.say({ text: "[[say future]]", createdAt: twin.clock.now() + 60 * MINUTE });
  for (let i = 0; i < 3; i++) twin.redeliver(first);
  const second = twin.say({ text: "[[say before]]", createdAt: twin.clock.now() - MINUTE });
  twin.redeliver(second);
  await world.sees(/^Done\nfuture/);
  await world.sees(/^Done\nbefore/);
  // Its id once more, as another kind of message and as a click.
  deliver(world, first, "image", { image_key: "img_none" });
  deliver(world, first, "text", { text: 5 });
  const card = twin.botMessages()[0]?.id ?? "";
  const value = { ask: first, conversation: twin.chat.id, step: 0, choice: "run" };
  const clicks = await Promise.all([1, 2].map(() => twin.click({ messageId: card, value })));
  assertEquals(clicks.map(({ toast }) => toast?.content), Array(2).fill("This question is over."));
  recall(world, first);
  recall(world, first);
  // Recalled before it came.
  recall(world, "om_early");
  await twin.until(() => twin.acks.some(({ eventType }) => eventType.includes("recalled")));
  deliver(world, "om_early", "text", { text: "[[say never]]" });
  const old = twin.say({ text: "[[say stale]]", createdAt: twin.clock.now() - 60 * MINUTE });
  twin.redeliver(old);
  const late = await world.sees(/1 message came late[^]*stale/);
  recall(world, old);
  await twin.until(() => twin.plain(late).includes("Skipped."));
  twin.say({ text: "[[say all is well]]" });
  await world.sees(/^Done\nall is well/);
  await world.settled();
  for (const text of ["future", "before", "all is well"]) {
    assertEquals(world.modelRuns(`[[say ${text}]]`), 1, text);
    assertEquals(world.shown().filter((shown) => shown.startsWith(`Done\n${text}`)).length, 1);
  }
  for (const text of ["never", "stale"]) assertEquals(world.modelRuns(text), 0, text);
  assertEquals(world.shown().filter((text) => /came late/.test(text)).length, 1);
  assertEquals(bridge.lines.filter((line) => /error/i.test(line)), []);
});

for (const [side, minutes] of [["ahead of", -15], ["behind", 15]] as const) {
  Deno.test(`with a clock far ${side} Feishu's only what is late counts as late, and what was missed is found`, async () => {
    await using world = await World.create();
    const { twin } = world;
    twin.clock.advance(minutes * MINUTE);
    const first = await world.start();
    assertMatch(await first.line(/this machine's clock/), new RegExp(side));
    twin.say({ text: "[[say in time]]" });
    await world.sees(/^Done\nin time/);
    await first.kill("SIGTERM");
    // Nobody is connected, and it is never delivered again.
    twin.say({ text: "[[say missed]]" });
    twin.clock.advance(10 * 60 * MINUTE);
    twin.clock.advance(-10 * 60 * MINUTE);
    const second = await world.start();
    await world.sees(/^Done\nmissed/);
    twin.say({ text: "[[say stale]]", createdAt: twin.clock.now() - 6 * MINUTE });
    await world.sees(/1 message came late[^]*6 min[^]*stale/);
    await world.settled();
    for (const text of ["in time", "missed"]) assertEquals(world.modelRuns(`[[say ${text}]]`), 1);
    for (const { lines } of [first, second]) {
      assertEquals(lines.filter((line) => /machine's clock/.test(line)).length, 1);
    }
  });
}
