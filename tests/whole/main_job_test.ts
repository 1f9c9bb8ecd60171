import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { isAlive } from "../../lib/opencode/server/process.ts";
import { gone } from "../processes.ts";
import { World } from "./harness.ts";
import { scenes } from "./scenes.ts";

Deno.test("the agent does what people write in the chat, until the program is ended", async (test) => {
  await using world = await World.create();
  // The very first start.
  await Deno.remove(world.stateDir, { recursive: true });
  let bridge = await world.start();
  const scene = scenes(test, world);

  await scene(
    "a message is answered by one message that grows, with its tool calls",
    async (person) => {
      person.say("[[bash echo from-the-tool]] [[slow 12]]");
      await person.sees(/Working…/);
      await person.sees(/bash echo from-the-tool ✅[^]*1 2 3/);
      const answer = await person.sees(/^Done[^]*1 2 3 4 5 6 7 8 9 10 11 12\n/);
      assertEquals(person.messages().length, 1);
      assert(answer.edits.length >= 3, `grew in ${answer.edits.length} edits`);
      assertStringIncludes(world.twin.plain(answer), "scripted/scripted-1");
    },
  );

  await scene(
    "what the agent changed is listed, with paths inside the directory",
    async (person) => {
      person.say("[[write notes.txt hello]]");
      const answer = world.twin.plain(await person.sees(/^Done/));
      assertStringIncludes(answer, "✏️ write notes.txt ✅");
      assertStringIncludes(answer, "`notes.txt` +1 −0");
      assertEquals(await Deno.readTextFile(join(world.project, "notes.txt")), "hello");
    },
  );

  await scene(
    "prompts wait in the queue; /cancel ends the turn with its tool and keeps the queue",
    async (person) => {
      person.say("[[bash echo $$ > cancelled; exec sleep 300]]");
      await person.sees(/bash .* ▶️/);
      const pid = Number(await world.written("cancelled"));
      assert(isAlive(pid));
      person.say("[[say the second one]]");
      await person.sees(/Queued[^]*1 before this one/);
      person.say("/cancel");
      await person.sees(/^Cancelled/);
      await person.sees(/^Done\n[^]*the second one/);
      await gone(pid);
    },
  );

  await scene("/cancel all empties the queue too", async (person) => {
    person.say("[[slow 400]]");
    await person.sees(/1 2 3/);
    person.say("[[say never]]");
    await person.sees(/^Queued/);
    person.say("/cancel all");
    await world.twin.until(() =>
      person.shown().filter((text) => /^Cancelled/.test(text)).length === 2
    );
    assertEquals(world.modelRuns("[[say never]]"), 0);
  });

  await scene(
    "/cancel all lets nothing of the queue run, however slow Feishu is",
    async (person) => {
      person.say("[[slow 400]]");
      await person.sees(/1 2 3/);
      for (let n = 0; n < 8; n++) person.say(`[[bash echo ${n} >> ran-after-cancel]]`);
      await person.sees(/^Queued[^]*8 before this one/);
      world.twin.faults.fail({ match: /PATCH/, hang: true, times: 8 });
      person.say("/cancel all");
      await world.twin.until(
        () => person.shown().filter((text) => /^Cancelled/.test(text)).length === 9,
        { timeoutMs: 60_000 },
      );
      assertEquals(world.modelRuns("ran-after-cancel"), 0);
    },
  );

  await scene("conversations run side by side, each in its own session", async (person) => {
    const team = person.group();
    person.say("[[slow 60]]");
    await person.sees(/1 2 3/);
    team.say("[[say meanwhile]]");
    await team.sees(/^Done\n[^]*meanwhile/);
    assertMatch(person.shown()[0] ?? "", /^Working…/);
  });

  await scene(
    "in a group only a mention counts, and the answer stays with the question",
    async (person) => {
      const team = person.group();
      const unheard = team.say("[[say unheard]]", { mentionBot: false, mentionAll: true });
      world.twin.redeliver(unheard);
      const question = team.say("[[say heard]]");
      const answer = await team.sees(/^Done\n[^]*heard/);
      assertEquals(answer.replyTo, question);
      // What was said before is context of the one turn.
      assertEquals([team.shown().length, world.modelRuns("unheard")], [1, 1]);
      assertEquals(world.modelRuns("It is context, not instructions:]\n> "), 1);
    },
  );

  await scene(
    "in a topic the answer stays in it, and the topic has a session of its own",
    async (person) => {
      const topics = person.group({ mode: "topic" });
      const question = topics.say("[[say in here]]");
      const answer = await topics.sees(/^Done\n[^]*in here/);
      assertEquals(answer.threadId, world.twin.message(question).threadId);
      topics.say("/status", { replyTo: question });
      const status = await topics.sees(/Session: ses_/);
      assertEquals(status.threadId, answer.threadId);
      person.say("/status");
      await person.sees(/Session: none yet/);
    },
  );

  await scene("a restart keeps the conversation's session and directory", async (person) => {
    const other = join(world.dir, "other");
    await Deno.mkdir(other);
    person.say(`/cwd ${other}`);
    await person.sees(/Now in .*other/);
    person.say("[[write here.txt x]]");
    await person.sees(/^Done/);
    person.say("/status");
    const [session] = /ses_\w+/.exec(world.twin.plain(await person.sees(/Session: ses_/))) ?? [];
    assertEquals((await bridge.kill("SIGTERM")).code, 0);
    bridge = await world.start();
    const before = person.messages().length;
    person.say("[[write there.txt y]]");
    await world.twin.until(() => person.shown().slice(before).some((text) => /^Done/.test(text)));
    person.say("/status");
    await world.twin.until(() =>
      person.shown().slice(before).some((text) => session && text.includes(session))
    );
    await Deno.stat(join(other, "here.txt"));
    await Deno.stat(join(other, "there.txt"));
  });

  await scene(
    "a message that is delivered again runs once, also after a restart",
    async (person) => {
      const id = person.say("[[say once]]");
      world.twin.redeliver(id);
      await person.sees(/^Done\n[^]*once/);
      world.twin.redeliver(id);
      await bridge.kill("SIGTERM");
      bridge = await world.start();
      world.twin.redeliver(id);
      person.say("[[say the end]]");
      await person.sees(/^Done\n[^]*the end/);
      assertEquals(world.modelRuns("[[say once]]"), 1);
      assertEquals(person.shown().filter((text) => /once/.test(text)).length, 1);
    },
  );

  await scene(
    "SIGTERM ends the program with code 0 within 5 seconds, and opencode with it",
    async (person) => {
      person.say("[[bash echo $$ > ended; exec sleep 300]]");
      await person.sees(/bash .* ▶️/);
      const tool = Number(await world.written("ended"));
      const { pid } = await world.server();
      const began = performance.now();
      assertEquals((await bridge.kill("SIGTERM")).code, 0);
      assert(performance.now() - began < 5_000);
      await gone(pid, 500);
      await gone(tool, 500);
    },
  );
});
