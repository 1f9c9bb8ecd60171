/** What Feishu refuses, and what a person sees of that. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { IMAGES } from "../demo/feishu_twin/images.ts";
import { World } from "./harness.ts";
import { type Scene, scenes } from "./scenes.ts";

Deno.test("what Feishu refuses is understood, and no person is left without an answer", async (test) => {
  await using world = await World.create();
  const rules = { permission: { bash: { "*": "ask" } } };
  await Deno.writeTextFile(join(world.project, "opencode.json"), JSON.stringify(rules));
  const scene = scenes(test, world);
  await world.start();
  await clicks(world, scene);
  await recalls(world, scene);
  await uploads(world, scene);
});

async function clicks(world: World, scene: Scene): Promise<void> {
  await scene(
    "a clicked card that stays locked shows what was decided, and is not sent again",
    async (person) => {
      world.twin.faults.holdLocks(5_000);
      person.say("[[bash echo yes > locked]]");
      const card = await person.sees(/^Permission: bash\n/);
      const { toast } = await person.click(card, "Once");
      assertEquals(toast?.content, "Once");
      assertEquals((await world.written("locked")).trim(), "yes");
      await person.sees(/^Permission: bash\n[^]*Allowed once\./);
      await person.sees(/^Done\n/);
      const cards = person.messages().filter((one) => /^Permission/.test(world.twin.plain(one)));
      assertEquals(cards.map(({ id, type }) => [id, type]), [[card.id, "interactive"]]);
      assert(world.twin.requests.some(({ code }) => code === 230099));
    },
  );
}

async function recalls(world: World, scene: Scene): Promise<void> {
  await scene(
    "a message that was recalled before its event runs nothing and is not answered",
    async (person) => {
      world.twin.deliverEvent("im.message.receive_v1", {
        sender: { sender_id: { open_id: person.openId }, sender_type: "user" },
        message: {
          ...{ message_id: "om_recalled", chat_id: person.chat, chat_type: "p2p" },
          ...{ message_type: "text", content: "", create_time: `${world.twin.clock.now()}` },
        },
      });
      person.say("[[say the next one]]");
      await person.sees(/the next one/);
      await person.settled();
      const others = person.shown().filter((text) => !/the next one|Undelivered: /.test(text));
      assertEquals(others, []);
    },
  );
}

async function uploads(world: World, scene: Scene): Promise<void> {
  await scene("a picture with too many pixels comes as a file", async (person) => {
    const bytes = IMAGES.png?.(12_001, 9) ?? new Uint8Array();
    await Deno.writeFile(join(world.project, "wide.png"), bytes);
    person.say("/get wide.png");
    const sent = await world.twin.until(() =>
      person.messages().find(({ type }) => type === "file")
    );
    assertMatch(JSON.stringify(sent.content), /wide\.png|file_key/);
    await person.settled();
  });

  await scene("a file that Feishu does not take is said once", async (person) => {
    await Deno.writeTextFile(join(world.project, "refused.txt"), "text");
    const fault = { match: /files$/, status: 400, code: 234006, times: 99 };
    world.twin.faults.fail({ ...fault, msg: "The file size exceed the max value." });
    person.say("/get refused.txt");
    await person.sees(/refused\.txt[^]*too large/);
    await person.settled();
    assertEquals(person.shown().filter((text) => /too large/.test(text)).length, 1);
    assertEquals(world.twin.requests.filter(({ code }) => code === 234006).length, 1);
  });
}
