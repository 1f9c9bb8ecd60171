/** The agent sends files and pictures itself. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { World } from "./harness.ts";
import { type Person, scenes } from "./scenes.ts";

/** A picture of one pixel. */
const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

Deno.test("the agent sends files and pictures to the chat", async (test) => {
  await using world = await World.create();
  const { twin, project } = world;
  const text = (person: Person) =>
    person.messages().filter(({ type }) => type === "file").map(({ content }) => {
      const file = twin.file(JSON.parse(JSON.stringify(content)).file_key);
      return `${file?.name}: ${new TextDecoder().decode(file?.bytes)}`;
    });
  const pictures = (person: Person) =>
    person.messages().filter(({ type }) => type === "image").length;
  const call = (path: string, caption: string) =>
    `[[call feishu_bridge_send_file ${JSON.stringify({ path, caption })}]]`;
  const scene = scenes(test, world);
  const temporary = join(world.dir, "tmp");
  await Deno.mkdir(temporary);
  await world.start([], { TMPDIR: temporary });
  await Deno.writeFile(join(project, "chart.png"), Uint8Array.fromBase64(PNG));
  await Deno.writeTextFile(join(world.dir, "secret.txt"), "hidden");
  await Deno.symlink(join(world.dir, "secret.txt"), join(project, "link.txt"));
  for (const name of ["a", "b"]) await Deno.writeTextFile(join(project, `${name}.md`), name);

  await scene(
    "with its tools: each once, in every place, and nothing from elsewhere",
    async (me) => {
      me.say(`[[send chart.png]] ${call("a.md", "Here it is.")} [[send a.md]] [[send link.txt]]`);
      const done = await me.sees(/^Done\n/);
      await twin.until(() => text(me).length === 1 && pictures(me) === 1);
      assertEquals(text(me), ["a.md: a"]);
      assert(me.shown().some((shown) => /^Here it is\.$/.test(shown)));
      assertMatch(twin.plain(done), /Sent to the user's chat: chart\.png, 70 bytes/);
      assertMatch(twin.plain(done), /a\.md was already sent in this turn/);
      assertMatch(twin.plain(done), /Not sent\. Only files in .*project, and your own in/);
      const names = [...await Array.fromAsync(Deno.readDir(join(world.stateDir, "answers")))];
      assertEquals(names, []);
    },
  );

  await scene("two chats in one directory get their own files", async (me) => {
    const group = me.group();
    me.say(`[[bash sleep 0.5]] [[send a.md]]`);
    group.say(`[[bash sleep 0.5]] [[send b.md]]`);
    await Promise.all([me, group].map((one) => one.sees(/^Done\n/)));
    await twin.until(() => text(me).length === 1 && text(group).length === 1);
    assertEquals([text(me), text(group)], [["a.md: a"], ["b.md: b"]]);
  });

  await scene("in a block at the end of its answer, which is not shown", async (me) => {
    me.say("[[say Two files.\n\n```send\nb.md\n../secret.txt\n```]]");
    const done = await me.sees(/^Done\n/);
    await twin.until(() => text(me).length === 1);
    assertEquals(text(me), ["b.md: b"]);
    assertMatch(twin.plain(done), /\.\.\/secret\.txt was not sent: Only files in[^]*Two files\./);
    assert(!twin.plain(done).includes("```"));
  });
});
