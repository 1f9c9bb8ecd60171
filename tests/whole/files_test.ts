import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { until } from "../until.ts";
import { World } from "./harness.ts";
import { type Scene, scenes } from "./scenes.ts";

/** A picture of one pixel. */
const PNG = Uint8Array.from(
  atob(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  ),
  (c) => c.charCodeAt(0),
);
const bytes = (text: string) => new TextEncoder().encode(text);

Deno.test("files, pictures and long texts go both ways", async (test) => {
  await using world = await World.create();
  const scene = scenes(test, world);
  await overARestart(world, scene);
  await toTheAgent(world, scene);
  await toThePerson(world, scene);
  await withinBounds(world, scene);
});

async function overARestart(world: World, scene: Scene): Promise<void> {
  await scene(
    "a file waits for the text that says what to do with it, also over a restart",
    async (person) => {
      const first = await world.start();
      const secret = bytes("the secret word is plum");
      const key = world.twin.upload("file", "notes.txt", secret, "text/plain");
      person.send("file", { file_key: key, file_name: "../../notes.txt" });
      await person.sees(/Got notes\.txt\. Now write what to do with it\./);
      assertEquals(world.model.calls.length, 0);
      await first.kill("SIGKILL");
      await world.start([], { BRIDGE_MAX_MESSAGE_LEN: "500" });
      person.say("[[say read it]]");
      await person.sees(/^Done\n[^]*read it/);
      const call = world.model.calls.find(({ tools }) => tools.length > 0);
      assertMatch(
        JSON.stringify(call),
        /Attached file: notes\.txt, 23 bytes, saved as [^"]*\/state\/files\//,
      );
      assertStringIncludes(JSON.stringify(call), "the secret word is plum");
    },
  );
}

async function toTheAgent(world: World, scene: Scene): Promise<void> {
  await scene("a picture inside a rich text goes to the agent with the text", async (person) => {
    const key = world.twin.upload("image", "shot.png", PNG, "image/png");
    person.send("post", {
      title: "Look",
      content: [[{ tag: "text", text: "[[say I see]]" }], [{ tag: "img", image_key: key }]],
    });
    await person.sees(/^Done\n[^]*I see/);
    assert(world.model.calls.some(({ user }) => /Attached file: image-1, \d+ bytes/.test(user)));
  });

  await scene(
    "a picture that cannot be decoded is left out, and both sides are told",
    async (person) => {
      const broken = world.twin.upload("image", "shot.png", PNG.slice(0, 45), "image/png");
      person.send("post", {
        content: [[{ tag: "text", text: "[[say I try]]" }], [{ tag: "img", image_key: broken }]],
      });
      await person.sees(/^Done\nA picture could not be read[^]*I try/);
      assertEquals(world.modelRuns("[The attached picture cannot be decoded"), 1);
    },
  );

  await scene(
    "an empty file and one that cannot be loaded are said, and the text runs all the same",
    async (person) => {
      const empty = world.twin.upload("file", "empty.txt", new Uint8Array(), "text/plain");
      person.send("file", { file_key: empty, file_name: "empty.txt" });
      await person.sees(/empty\.txt is empty\./);
      person.send("file", { file_key: "file_v3_gone", file_name: "gone.zip" });
      await person.sees(/gone\.zip could not be loaded/);
      person.say("[[say and on]]");
      await person.sees(/^Done\n[^]*and on/);
    },
  );

  await scene("a quoted message is context for the agent", async (person) => {
    const team = person.group();
    const quoted = team.say("the build fails on line 7", { mentionBot: false });
    team.say("[[say fixed]]", { replyTo: quoted });
    await team.sees(/^Done\n[^]*fixed/);
    assert(world.model.calls.some(({ user }) => user.includes("> the build fails on line 7")));
  });
}

async function toThePerson(world: World, scene: Scene): Promise<void> {
  const { twin } = world;

  await scene(
    "a very long answer is its beginning and a file with all of it, which is not kept",
    async (person) => {
      person.say("[[long 100]]");
      await person.sees(/^Done\n[^]*beginning of a long answer[^]*Line \*\*2\*\*/);
      const file = await twin.until(() => person.messages().find(({ type }) => type === "file"));
      const { file_key } = JSON.parse(JSON.stringify(file.content));
      const answer = new TextDecoder().decode(twin.file(file_key)?.bytes);
      assertMatch(answer, /Part 1\n[^]*Line \*\*50\*\*[^]*Line \*\*100\*\*/);
      assertEquals(person.messages().length, 2);
      const answers = () => Array.from(Deno.readDirSync(join(world.stateDir, "answers")));
      await until("the answer's file is gone", () => answers().length === 0);
    },
  );

  await scene(
    "/get sends a file of the directory, and nothing from outside of it",
    async (person) => {
      await Deno.writeFile(join(world.project, "picture.png"), PNG);
      await Deno.writeTextFile(join(world.project, "report.md"), "# Report");
      await Deno.writeTextFile(join(world.dir, "secret.txt"), "hidden");
      await Deno.symlink(join(world.dir, "secret.txt"), join(world.project, "link.txt"));
      person.say("/get report.md");
      const file = await twin.until(() => person.messages().find(({ type }) => type === "file"));
      const { file_key } = JSON.parse(JSON.stringify(file.content));
      assertEquals(new TextDecoder().decode(twin.file(file_key)?.bytes), "# Report");
      person.say("/get picture.png");
      await twin.until(() => person.messages().find(({ type }) => type === "image"));
      for (const path of ["../secret.txt", "link.txt", join(world.dir, "secret.txt")]) {
        const before = person.messages().length;
        person.say(`/get ${path}`);
        await twin.until(() => /Only files in .* can be sent/.test(person.shown()[before] ?? ""));
      }
      person.say("/get nothing.txt");
      await person.sees(/There is no file nothing\.txt/);
    },
  );

  await scene("reactions on a person's message tell what becomes of it", async (person) => {
    const reactions = (id: string) => twin.message(id).reactions.map(({ emoji }) => emoji);
    const done = person.say("[[say fine]]");
    await twin.until(() => reactions(done).join() === "DONE");
    const failed = person.say("[[error 401]]");
    await twin.until(() => reactions(failed).join() === "ERROR");
    const cancelled = person.say("[[slow 400]]");
    await person.sees(/1 2 3/);
    person.say("/cancel");
    await twin.until(() => reactions(cancelled).join() === "CrossMark");
  });
}

async function withinBounds(world: World, scene: Scene): Promise<void> {
  await scene(
    "files take no more room than they may: the oldest go, and one for which there is none is said",
    async (person) => {
      await world.stop();
      await world.start([], { BRIDGE_KEEP_FILES_MB: "1" });
      const send = (name: string) => {
        const key = world.twin.upload("file", name, new Uint8Array(400 * 1024), "application/zip");
        return person.send("file", { file_key: key, file_name: name });
      };
      const kept = (id: string, name: string) =>
        Deno.stat(join(world.stateDir, "files", id, name)).then(() => true, () => false);
      const a = send("a.zip");
      await person.sees(/Got a\.zip/);
      person.say("[[say took a]]");
      await person.sees(/^Done\n[^]*took a/);
      await person.settled();
      assert(await kept(a, "a.zip"));
      const b = send("b.zip");
      await person.sees(/Got b\.zip/);
      assertEquals([await kept(a, "a.zip"), await kept(b, "b.zip")], [false, true]);
      // It waits for a text, so it stays.
      const c = send("c.zip");
      await person.sees(/c\.zip is not taken: .*BRIDGE_KEEP_FILES_MB\. Send it again later/);
      assertEquals([await kept(b, "b.zip"), await kept(c, "c.zip")], [true, false]);
      assertMatch(await person.status(), /files 0\.[34] MB of at most 1\.0 MB/);
      person.say("[[say took b]]");
      await person.sees(/^Done\n[^]*took b/);
      assert(world.model.calls.some(({ user }) => /b\.zip, 409600 bytes/.test(user)));
    },
  );
}
