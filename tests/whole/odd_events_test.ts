/** Events that come twice, late, early, out of order, or under another's name; clocks that differ. */
import { assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { modelConfig } from "../../lib/demo/scripted_model/model_config.ts";
import { startOpencode } from "../real_opencode.ts";
import { World } from "./harness.ts";
import { type Person, scenes } from "./scenes.ts";

const MINUTE = 60_000;

/** An event about a message that the stand-in itself would not send. */
function deliver(
  { twin }: World,
  person: Person,
  messageId: string,
  type: string,
  content: unknown,
): void {
  twin.deliverEvent("im.message.receive_v1", {
    sender: { sender_id: { open_id: person.openId }, sender_type: "user" },
    message: {
      message_id: messageId,
      create_time: String(twin.clock.now()),
      chat_id: person.chat,
      chat_type: "p2p",
      message_type: type,
      content: JSON.stringify(content),
    },
  });
}

function recall({ twin }: World, person: Person, messageId: string): void {
  twin.deliverEvent("im.message.recalled_v1", { message_id: messageId, chat_id: person.chat });
}

Deno.test("odd events and odd clocks do no harm", async (test) => {
  await using world = await World.create({ ladderMs: [300, 300, 300, 300] });
  const { twin } = world;
  // Each bridge begins with nothing but the opencode that is there.
  await using opencode = await startOpencode(modelConfig(world.model));
  const start = (person: Person) =>
    world.start([], {
      BRIDGE_STATE_DIR: join(world.dir, person.openId),
      OPENCODE_URL: opencode.url,
      OPENCODE_SERVER_PASSWORD: opencode.password,
    });
  const scene = scenes(test, world);

  await scene(
    "an event that is odd acts once or not at all, and the bridge goes on",
    async (person) => {
      const bridge = await start(person);
      // Again and again, without acknowledgement, dated in the future, and older than the one before it.
      twin.faults.loseAck(3);
      const first = person.say("[[say future]]", { createdAt: twin.clock.now() + 60 * MINUTE });
      for (let i = 0; i < 3; i++) twin.redeliver(first);
      const second = person.say("[[say before]]", { createdAt: twin.clock.now() - MINUTE });
      twin.redeliver(second);
      await person.sees(/^Done\nfuture/);
      await person.sees(/^Done\nbefore/);
      // Its id once more, as another kind of message and as a click.
      deliver(world, person, first, "image", { image_key: "img_none" });
      deliver(world, person, first, "text", { text: 5 });
      const { openId: user } = person;
      const card = person.messages()[0]?.id ?? "";
      const value = { ask: first, conversation: person.chat, step: 0, choice: "run" };
      const clicks = await Promise.all(
        [1, 2].map(() => twin.click({ messageId: card, value, user })),
      );
      assertEquals(
        clicks.map(({ toast }) => toast?.content),
        Array(2).fill("This question is over."),
      );
      recall(world, person, first);
      recall(world, person, first);
      // Recalled before it came.
      recall(world, person, "om_early");
      await twin.until(() =>
        twin.acks.filter(({ eventType }) => eventType.includes("recalled")).length >= 3
      );
      deliver(world, person, "om_early", "text", { text: "[[say never]]" });
      const old = person.say("[[say stale]]", { createdAt: twin.clock.now() - 60 * MINUTE });
      twin.redeliver(old);
      const late = await person.sees(/1 message came late[^]*stale/);
      recall(world, person, old);
      await twin.until(() => twin.plain(late).includes("Skipped."));
      person.say("[[say all is well]]");
      await person.sees(/^Done\nall is well/);
      await person.settled();
      for (const text of ["future", "before", "all is well"]) {
        assertEquals(world.modelRuns(`[[say ${text}]]`), 1, text);
        assertEquals(person.shown().filter((shown) => shown.startsWith(`Done\n${text}`)).length, 1);
      }
      for (const text of ["never", "stale"]) assertEquals(world.modelRuns(text), 0, text);
      assertEquals(person.shown().filter((text) => /came late/.test(text)).length, 1);
      assertEquals(bridge.lines.filter((line) => /error/i.test(line)), []);
      await bridge.kill("SIGTERM");
    },
  );

  for (const [side, minutes] of [["ahead of", -15], ["behind", 15]] as const) {
    await scene(
      `with a clock far ${side} Feishu's only what is late counts as late, and what was missed is found`,
      async (person) => {
        twin.clock.advance(minutes * MINUTE);
        const first = await start(person);
        assertMatch(await first.line(/this machine's clock/), new RegExp(side));
        person.say(`[[say in time ${side}]]`);
        await person.sees(/^Done\nin time/);
        await first.kill("SIGTERM");
        // Nobody is connected, and it is never delivered again.
        person.say(`[[say missed ${side}]]`);
        twin.clock.advance(10 * 60 * MINUTE);
        twin.clock.advance(-10 * 60 * MINUTE);
        const second = await start(person);
        await person.sees(/^Done\nmissed/);
        // The two clocks are known of each other to a second.
        person.say("[[say stale]]", { createdAt: twin.clock.now() - 6.5 * MINUTE });
        await person.sees(/1 message came late[^]*6 min[^]*stale/);
        await person.settled();
        for (const text of ["in time", "missed"]) {
          assertEquals(world.modelRuns(`[[say ${text} ${side}]]`), 1);
        }
        for (const { lines } of [first, second]) {
          assertEquals(lines.filter((line) => /machine's clock/.test(line)).length, 1);
        }
        await second.kill("SIGTERM");
        twin.clock.advance(-minutes * MINUTE);
      },
    );
  }
});
