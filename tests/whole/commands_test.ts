import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { World } from "./harness.ts";
import { scenes } from "./scenes.ts";

async function git(directory: string, ...args: string[]): Promise<void> {
  const who = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
  const command = new Deno.Command("git", { args: ["-C", directory, ...who, ...args] });
  const { success, stderr } = await command.output();
  assert(success, new TextDecoder().decode(stderr));
}

Deno.test("the commands of the chat do what they say", async (test) => {
  await using world = await World.create();
  const { twin, project } = world;
  await Deno.writeTextFile(join(project, "a.txt"), "one\ntwo\n");
  await Deno.mkdir(join(project, ".opencode", "command"), { recursive: true });
  await Deno.writeTextFile(
    join(project, ".opencode", "command", "greet.md"),
    "---\ndescription: Greets somebody\n---\n[[say Hello $ARGUMENTS]]",
  );
  await git(project, "init", "--quiet");
  await git(project, "add", "a.txt");
  await git(project, "commit", "--quiet", "-m", "first");
  await world.start();
  const scene = scenes(test, world);

  await scene(
    "the commands of the chat work on the session, its files, its model and its agent",
    async (person) => {
      const read = (name: string) => Deno.readTextFile(join(project, name)).catch(() => undefined);
      /** Sends a text, and waits for the one answer to it. */
      const ask = async (text: string, pattern: RegExp) => {
        const before = person.messages().length;
        person.say(text);
        const plain = () => person.shown().slice(before).map((shown) => shown.replaceAll("`", ""));
        return await twin.until(() => plain().find((shown) => pattern.test(shown)));
      };

      await ask("/undo", /There is nothing to undo/);
      await ask("/compact", /There is nothing in this session yet/);
      // /help waits 3 s for opencode's commands, and a busy machine may take longer for the first answer.
      let help = "";
      for (let i = 0; i < 5 && !help.includes("opencode's own commands"); i++) {
        help = await ask("/help", /\/help <command> shows this list/);
      }
      assertMatch(help, /\/diff[^]*\/greet Greets somebody/);
      await ask("/greeet", /Did you mean \/greet\?/);
      await ask("[[write a.txt hello]]", /^Done\n/);
      await ask("[[write b.txt new]]", /^Done\n/);
      const shown = await ask("/diff", /changed 1 file:/);
      assertMatch(shown, /b\.txt[^]*\+1 −0[^]*\+new/);
      assert(!shown.includes("Index:"), shown);

      await ask("/undo", /Undone: “\[\[write b\.txt new\]\]”\nIts changes to files too: b\.txt/);
      assertEquals([await read("a.txt"), await read("b.txt")], ["hello", undefined]);
      await ask("/undo", /Undone: “\[\[write a\.txt hello\]\]”/);
      assertEquals(await read("a.txt"), "one\ntwo\n");
      await ask("/undo", /There is nothing to undo/);
      await ask("/redo", /Done again: “\[\[write a\.txt hello\]\]”/);
      assertEquals([await read("a.txt"), await read("b.txt")], ["hello", undefined]);
      await ask("/redo", /Done again: “\[\[write b\.txt new\]\]”/);
      assertEquals(await read("b.txt"), "new");
      await ask("/redo", /There is nothing to redo/);

      // opencode does not say the model of a fresh copy.
      await ask("/fork", /Going on in a copy/);
      await ask("/compact", /^Done\nThe conversation was summarised/);
      assertMatch(await ask("/greet the world", /^Done\n/), /Hello the world/);
      assertEquals(world.modelRuns("Hello the world"), 1);

      await ask("/model", /Now: scripted\/scripted-1/);
      await ask("/model nothing-like-it", /There is no nothing-like-it/);
      await ask("/model SCRIPTED-1", /From the next message on: scripted\/scripted-1/);
      await ask("/agent", /Now: build[^]*plan/);
      await ask("/agent pla", /From the next message on: plan/);
      assertMatch(await person.status(), /Model: scripted\/scripted-1\n.*Agent: plan/);
      await ask("[[say planned]]", /^Done\n[^]*planned/);
      const { url, password } = await world.server();
      const listed = await fetch(`${url}/session?directory=${encodeURIComponent(project)}`, {
        headers: { authorization: `Basic ${btoa(`opencode:${password}`)}` },
      });
      assertEquals((await listed.json())[0].agent, "plan");

      await ask("/new", /Fresh session/);
      await ask("[[say in the second]]", /^Done\n/);
      const list = await ask("/sessions", /goes on in one of them/);
      assertMatch(list, /1\. .* ✓\n2\. /);
      await ask("/resume 7", /“7” does not name exactly one session/);
      await ask("[[slow 200]]", /1 2 3/);
      await ask("/resume 2", /Going on in/);
      await person.sees(/^Cancelled\n[^]*1 2 3/);
      await ask("/undo", /Undone: “\[\[say planned\]\]”/);
    },
  );

  await scene(
    "outside git the files stay, and /diff tells what the agent wrote",
    async (person) => {
      const plain = join(world.dir, "plain");
      await Deno.mkdir(plain);
      person.say(`/cwd ${plain}`);
      await person.sees(/Now in .*plain/);
      person.say("[[write a.txt hello]]");
      await person.sees(/^Done\n/);
      person.say("/diff");
      await person.sees(/changed 1 file:[^]*a\.txt` \+1 −0[^]*\+hello/);
      person.say("/undo");
      await person.sees(/Undone: [^]*The files stay as they are/);
      assertEquals(await Deno.readTextFile(join(plain, "a.txt")), "hello");
    },
  );
});
