/** The program as a process with a server of opencode 2 as its child: the chat is the same. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { opencodeBinary } from "../opencode_binary.ts";
import { World } from "./harness.ts";
import { Person, scenes } from "./scenes.ts";

const path = (name: string) => fromFileUrl(new URL(`../../${name}`, import.meta.url));

/** A command in opencode's place, which plays opencode 2. */
async function opencode2(dir: string): Promise<string> {
  const file = join(dir, "opencode2");
  const options = `--no-lock --no-check --config="${path("deno.json")}"`;
  const program = path("tests/opencode/v2_stand_in/command.ts");
  const run = `exec "${Deno.execPath()}" run -A ${options} "${program}" "$@"`;
  await Deno.writeTextFile(file, `#!/bin/sh\n${run}\n`, { mode: 0o755 });
  return file;
}

/** Writes to the newest session in opencode itself. */
async function writeElsewhere({ stateDir, project }: World, text: string): Promise<void> {
  const { url, password } = JSON.parse(await Deno.readTextFile(join(stateDir, "opencode.json")));
  const headers = { authorization: `Basic ${btoa(`opencode:${password}`)}` };
  const get = await fetch(`${url}/api/session?directory=${project}&limit=1`, { headers });
  const [{ id }] = (await get.json()).data;
  const init = { method: "POST", headers, body: JSON.stringify({ text }) };
  const post = await fetch(`${url}/api/session/${id}/prompt`, init);
  await post.body?.cancel();
  assert(post.ok);
}

Deno.test("with opencode 2 the agent does what people write in the chat", async (test) => {
  await using world = await World.create();
  const env = { OPENCODE_CMD: await opencode2(world.dir) };
  let bridge = await world.start([], env);
  await bridge.line(/opencode ready on .*\(2\.0\.26, V2\)/);
  const scene = scenes(test, world);

  await scene("a message is answered by one message that grows", async (person) => {
    person.say("[[bash echo from-the-tool]] [[slow 12 100]]");
    await person.sees(/Working…/);
    const answer = await person.sees(/^Done[^]*w0 w1 w2 [^]*w11/);
    assertEquals(person.messages().length, 1);
    assert(answer.edits.length >= 2, `grew in ${answer.edits.length} edits`);
    const text = world.twin.plain(answer);
    assertStringIncludes(text, "bash echo from-the-tool ✅");
    assertStringIncludes(text, "fake/m1");
  });

  await scene("what is said with ! goes into the turn, whose answer is to both", async (person) => {
    person.say("[[bash sleep 2]] [[say mine]]");
    await person.sees(/^Working…[^]*bash sleep 2 ▶️/);
    person.say("!please [[say steered]]");
    await person.sees(/^Done\nThis answers what was added meanwhile, too\.[^]*steered/);
    await person.sees(/^Done\nWent into the turn that was running/);
    assertEquals(person.shown().filter((shown) => /^steered$/m.test(shown)).length, 1);
  });

  await scene("what the agent changed is listed", async (person) => {
    person.say("[[write notes.txt hello]]");
    const answer = world.twin.plain(await person.sees(/^Done/));
    assertStringIncludes(answer, "✏️ write notes.txt ✅");
    assertStringIncludes(answer, "`notes.txt` +1 −0");
  });

  await scene("a permission is given by a button, or refused in words", async (person) => {
    person.say("[[ask touch asked.txt]]");
    const card = await person.sees(/^Permission: bash\n[^]*touch asked\.txt/);
    await person.click(card, "Once");
    await person.sees(/^Done[^]*bash touch asked\.txt ✅/);
    assertEquals(await Deno.readTextFile(join(world.project, "asked.txt")), "");
    person.say("[[ask touch refused.txt]]");
    await person.sees(/^Permission: bash\n[^]*refused\.txt/);
    person.say("n");
    await person.sees(/^Done[^]*bash touch refused\.txt ❌/);
  });

  await scene("a question is answered by its label", async (person) => {
    person.say("[[question]]");
    // The turn names the question before its card is there, and only a card is answered.
    await person.sees(/^Colour\nWhich colour\?/);
    person.say("red");
    await person.sees(/^Done/);
  });

  await scene(
    "what a server asks is asked field by field, or cancelled in a word",
    async (person) => {
      person.say("[[form]]");
      person.say("1", { replyTo: (await person.sees(/Sure\?[^]*1\. \*{0,2}true/)).id });
      person.say("3", { replyTo: (await person.sees(/How many\?\n\[Back\]/)).id });
      await person.click(await person.sees(/https:\/\/example\.com\/login/), "OK");
      await person.sees(/^Done/);
      person.say('[[call elicit {"more":"colour"}]]');
      await person.sees(/A form was asked for that a chat cannot show/);
      await person.sees(/^Done|^Cancelled|^Interrupted/);
      person.say("[[say alive]]");
      await person.sees(/^Done[^]*alive/);
    },
  );

  await scene(
    "prompts wait in the queue, and /cancel ends the turn with its tool",
    async (person) => {
      person.say("[[bash echo $$ > cancelled; exec sleep 300]]");
      await person.sees(/bash .* ▶️/);
      await world.written("cancelled");
      person.say("[[say the second one]]");
      await person.sees(/Queued[^]*1 before this one/);
      person.say("/cancel");
      await person.sees(/^Cancelled/);
      await person.sees(/^Done\n[^]*the second one/);
    },
  );

  await scene(
    "turns are undone and redone, a session is compacted, and opencode's commands run",
    async (person) => {
      person.say("[[say one]]");
      await person.sees(/^Done[^]*one/);
      person.say("/undo");
      await person.sees(/Undone: “\[\[say one\]\]”/);
      person.say("/redo");
      await person.sees(/Done again: “\[\[say one\]\]”/);
      person.say("/compact");
      await person.sees(/^Done\nThe conversation was summarised/);
      person.say("/init [[say ready]]");
      await person.sees(/^Done[^]*ready/);
    },
  );

  await scene("a model that fails is said to fail", async (person) => {
    person.say("[[error 401]]");
    await person.sees(/The model failed|401/);
  });

  await scene(
    "a turn that opencode dies in is interrupted, and the next one runs",
    async (person) => {
      person.say("[[slow 5 20]] [[bash kill -KILL $PPID; sleep 60]]");
      await person.sees(/^Interrupted/);
      person.say("[[say alive]]");
      await person.sees(/^Done[^]*alive/);
      await bridge.lineTimes(/opencode ready on/, 2);
    },
  );

  await scene(
    "what the agent does by itself afterwards is shown, with what it asks",
    async (person) => {
      // What the command in the background says is the next script.
      const late = String.raw`printf '\133\133ask touch woken.txt\135\135'`;
      person.say(`[[background sleep 1; ${late}]] [[say first]]`);
      const answer = await person.sees(/^Done[^]*first/);
      const card = await person.sees(/^Permission: bash\n[^]*touch woken\.txt/);
      person.say("[[say meanwhile]]");
      await person.sees(/^Queued/);
      await person.click(card, "Once");
      const woken = /^Done\n[^]*the agent goes on by itself[^]*touch woken\.txt ✅[^]*first/;
      // Nothing else was said since, so it goes on in the same card.
      assertEquals((await person.sees(woken)).id, answer.id);
      await person.sees(/^Done[^]*meanwhile/);
      assertEquals(person.shown().filter((text) => text.startsWith("Done")).length, 2);
    },
  );

  await scene("what somebody begins in opencode itself is shown as theirs", async (person) => {
    person.say("[[say mine]]");
    await person.sees(/^Done[^]*mine/);
    await writeElsewhere(world, "[[ask touch theirs.txt]]");
    await person.click(await person.sees(/^Permission: bash\n[^]*touch theirs\.txt/), "Once");
    const answer = await person.sees(/^Done\n[^]*theirs\.txt ✅/);
    assertStringIncludes(world.twin.plain(answer), "Somebody else wrote to this session");
    assertEquals(person.shown().filter((text) => text.startsWith("Done")).length, 2);
  });

  await scene("two chats in a session, and somebody in opencode itself, never mix", async (one) => {
    const two = Person.join(world, "somebody else");
    one.say("[[say begun]]");
    await one.sees(/^Done[^]*begun/);
    one.say("/status");
    const [, id] = /Session: (ses_\w+)/.exec(world.twin.plain(await one.sees(/Session: ses_/))) ??
      [];
    two.say(`/resume ${id}`);
    await two.sees(/Another chat is in this session too/);
    two.say("[[say of two]]");
    await two.sees(/^Done\nof two/);
    one.say("[[slow 10 60]] [[say of one]]");
    await one.sees(/w1/);
    two.say("[[say later of two]]");
    await writeElsewhere(world, "[[say of nobody]]");
    await one.sees(/^Done\nw0 [^]* w9 of one\n[^\n]*$/);
    await two.sees(/^Done\nSomebody else wrote to this session[^\n]*\nof nobody\n[^\n]*$/);
    await two.sees(/^Done\nlater of two\n[^\n]*$/);
    await Promise.all([one.settled(), two.settled()]);
    assertEquals(one.shown().filter((text) => text.startsWith("Done")).length, 2);
  });

  await test.step("after a crash of the bridge the turn goes on", async () => {
    const { openId } = world.twin.addUser("late");
    const chat = world.twin.directChat(openId).id;
    world.twin.say({ user: openId, chat, text: "[[slow 60 100]]" });
    await world.sees(/w3/, chat);
    await bridge.kill("SIGKILL");
    bridge = await world.start([], env);
    const answer = await world.sees(/^Done[^]*w0 w1[^]*w59/, chat);
    assertEquals(world.twin.botMessages(chat).map(({ id }) => id), [answer.id]);
    // What others do while no bridge runs is found afterwards, once.
    await bridge.kill("SIGKILL");
    await writeElsewhere(world, "[[say from elsewhere]]");
    bridge = await world.start([], env);
    await world.sees(/^Done[^]*Somebody else wrote[^]*from elsewhere/, chat);
    await bridge.kill("SIGKILL");
    bridge = await world.start([], env);
    world.twin.say({ user: openId, chat, text: "[[say again]]" });
    await world.sees(/^Done[^]*again/, chat);
    assertEquals(world.twin.botMessages(chat).length, 3);
  });
});

Deno.test("an opencode that is updated to 2 under the bridge is taken as what it is", async () => {
  await using world = await World.create();
  const [one, two] = [await opencodeBinary(), await opencode2(world.dir)];
  const file = join(world.dir, "opencode");
  const updated = join(world.dir, "updated");
  const lines = ["#!/bin/sh", `[ -e "${updated}" ] && exec "${two}" "$@"`, `exec "${one}" "$@"`];
  await Deno.writeTextFile(file, `${lines.join("\n")}\n`, { mode: 0o755 });
  const bridge = await world.start([], { OPENCODE_CMD: file });
  await bridge.line(/opencode ready on .*V1\)/);
  const { openId } = world.twin.addUser("person");
  const chat = world.twin.directChat(openId).id;
  world.twin.say({ user: openId, chat, text: "[[say one]]" });
  await world.sees(/^Done[^]*one/, chat, 60_000);
  await Deno.writeTextFile(updated, "");
  const { pid } = JSON.parse(await Deno.readTextFile(join(world.stateDir, "opencode.json")));
  Deno.kill(pid, "SIGTERM");
  await bridge.line(/opencode ready on .*V2\)/);
  world.twin.say({ user: openId, chat, text: "[[say two]]" });
  const answer = await world.sees(/^Done[^]*two/, chat);
  assertStringIncludes(world.twin.plain(answer), "opencode has lost this conversation's session");
});
