import { assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { World } from "./harness.ts";
import { type Person, scenes } from "./scenes.ts";

Deno.test("/auto and /rules with the real opencode", async (test) => {
  await using world = await World.create();
  const permission = { edit: "ask", bash: "ask" };
  await Deno.writeTextFile(join(world.project, "opencode.json"), JSON.stringify({ permission }));
  const scene = scenes(test, world);
  await world.start();

  await scene(
    "edits and reads of the directory go through, the rest is asked",
    async (person: Person) => {
      const say = async (text: string, pattern: RegExp) => {
        person.say(text);
        return world.twin.plain(await person.sees(pattern));
      };
      await say("/auto 5m", /without asking, in your turns/);
      assertMatch(await say("[[write a.txt one]]", /^Done/), /Allowed by \/auto: edit a\.txt/);
      assertEquals((await Deno.readTextFile(join(world.project, "a.txt"))).trim(), "one");
      await say("[[write .env X=1]]", /^Permission: edit\n[^]*\.env/);
      person.say("once");
      await person.sees(/Allowed once/);
    },
  );

  await scene(
    "what was allowed for ever is listed, and asked again once it is taken back",
    async (person: Person) => {
      person.say("[[bash touch b]]");
      await person.sees(/^Permission: bash/);
      person.say("always");
      await person.sees(/Allowed, now and later/);
      await person.sees(/^Done/);
      person.say("/rules");
      await person.sees(/1\. `bash: touch \*`, for \d+ s, by you/);
      person.say("/rules remove 1");
      await person.sees(/Taken back/);
      person.say("[[bash touch c]]");
      await person.sees(/^Permission: bash\n[^]*touch c/);
    },
  );
});
