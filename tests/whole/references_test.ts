import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { delay } from "@std/async";
import { join } from "@std/path";
import { type Bridge, World } from "./harness.ts";
import { type Person, type Scene, scenes } from "./scenes.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** All that the model was asked with a text in it, tool steps not counted. */
function asked(world: World, text: string): string {
  const calls = world.model.calls.filter(({ tools, user }) =>
    tools.length > 0 && user.includes(text)
  );
  assert(calls.length > 0, `the model was never asked with ${text}`);
  return calls.at(-1)?.user ?? "";
}

/** A file that the person sends, without anybody being mentioned. */
function sendFile({ twin }: World, person: Person, name: string, text: string): string {
  const key = twin.upload("file", name, bytes(text), "text/plain");
  return person.send("file", { file_key: key, file_name: name });
}

Deno.test("what a message refers to goes with it", async (test) => {
  await using world = await World.create();
  const bridge = await world.start();
  const scene = scenes(test, world);
  await quotes(world, scene);
  await signsOfLife(world, scene);
  await notices(world, scene);
  await forwards(world, scene);
  await topics(world, scene);
  await recalls(world, scene);
  await overACrash(world, scene, bridge);
});

async function quotes(world: World, scene: Scene): Promise<void> {
  await scene("a quoted file is loaded and given", async (person) => {
    const team = person.group();
    const quoted = sendFile(world, team, "notes.txt", "the word is plum");
    team.say("[[say quoted file]]", { replyTo: quoted });
    await team.sees(/^Done\n[^]*quoted file/);
    const prompt = asked(world, "quoted file");
    assertMatch(prompt, /> \[file: notes\.txt\]/);
    assertMatch(JSON.stringify(world.model.calls), /the word is plum/);
  });

  await scene("an own answer, which is a card, is read when it is quoted", async (person) => {
    person.say("[[say the answer is 42]]");
    const answer = await person.sees(/^Done\n[^]*the answer is 42/);
    person.say("[[say read own]]", { replyTo: answer.id });
    await person.sees(/^Done\n[^]*read own/);
    assertMatch(asked(world, "read own"), /\[Quoted message of you, [^]*> the answer is 42/);
  });

  await scene("a bare mention that quotes takes the quote as its prompt", async (person) => {
    const team = person.group();
    const quoted = team.say("[[say bare quote]]", { mentionBot: false });
    team.say("", { replyTo: quoted });
    await team.sees(/^Done\n[^]*bare quote/);
    assertMatch(asked(world, "bare quote"), /was quoted without a word/);
  });

  await scene("a name that the client made a link of is the name", async (person) => {
    await Deno.writeTextFile(join(world.project, "README.md"), "# Read me");
    person.say("/get [README.md](http://README.md)");
    await world.twin.until(() => person.messages().some(({ type }) => type === "file"));
  });

  await scene("without the scope both are told its name, and the prompt runs", async (person) => {
    const team = person.group();
    const quoted = team.say("hidden words", { mentionBot: false });
    world.twin.faults.grant("im:message.group_msg", false);
    try {
      team.say("[[say no scope]]", { replyTo: quoted });
      await team.sees(/^Done\n[^]*no scope/);
      await team.sees(/The quoted message could not be read: .*im:message\.group_msg/);
    } finally {
      world.twin.faults.grant("im:message.group_msg", true);
    }
    const prompt = asked(world, "no scope");
    assertStringIncludes(
      prompt,
      "could not be read: the bot lacks the permission im:message.group_msg",
    );
    assert(!prompt.includes("hidden words"));
  });
}

async function notices(world: World, scene: Scene): Promise<void> {
  const runs = () => world.modelRuns("was quoted without a word");

  await scene(
    "a bare quote of a notice is asked what is meant, and runs nothing",
    async (person) => {
      const before = runs();
      const key = world.twin.upload("file", "a.txt", bytes("a"), "text/plain");
      person.send("file", { file_key: key, file_name: "a.txt" });
      const got = await person.sees(/^Got a\.txt/);
      person.say("[[slow 12]]");
      const running = await person.sees(/1 2/);
      person.say("[[say queued one]]");
      const queued = await person.sees(/^Queued/);
      for (const [i, { id }] of [got, running, queued].entries()) {
        person.say("", { replyTo: id });
        await world.twin.until(() =>
          person.shown().filter((text) => text.startsWith("That is a notice")).length === i + 1
        );
      }
      await person.sees(/^Done\n[^]*queued one/);
      await person.settled();
      assertEquals(runs(), before);
      // What the agent said is none, once it is said.
      person.say("", { replyTo: queued.id });
      await world.twin.until(() => runs() === before + 1);
    },
  );

  await scene("a bare quote of an open question is told what can be answered", async (person) => {
    const before = runs();
    person.say("[[question]]");
    await world.twin.until(() => person.messages().some(({ id }) => isAsk(world, id)));
    const card = person.messages().find(({ id }) => isAsk(world, id));
    person.say("", { replyTo: card?.id ?? "" });
    await person.sees(/^That is none of the answers to “[^]*Reply/);
    person.say("/cancel all");
    await person.sees(/^Cancelled/);
    assertEquals(runs(), before);
  });
}

/** Whether a message is the card of a question that is open. */
function isAsk({ twin }: World, id: string): boolean {
  return twin.buttons(id).some(({ value }) => "ask" in Object(value));
}

async function signsOfLife(world: World, scene: Scene): Promise<void> {
  await scene("what takes long to read is marked as taken at once", async (person) => {
    const { twin } = world;
    const quoted = person.say("[[say the quoted one]]");
    await person.sees(/^Done\n[^]*the quoted one/);
    twin.faults.fail({ match: /^GET .*im\/v1\/messages\/om_/, hang: true, times: 10 });
    const quoting = person.say("[[say hangs]]", { replyTo: quoted });
    await twin.until(() => twin.message(quoting).reactions.length > 0, { timeoutMs: 3_000 });
    assertEquals(person.shown().length, 1);
    twin.recall(quoting);
  });
}

async function forwards(world: World, scene: Scene): Promise<void> {
  const { twin } = world;

  /** A chat of a group, forwarded to the bot. */
  function forwardChat(person: Person): string {
    const team = person.group();
    const first = team.say("the build is red", { mentionBot: false });
    const file = sendFile(world, team, "build.log", "exit code 3");
    const sticker = team.send("sticker", { file_key: "file_v3_none" });
    return twin.forward([first, file, sticker], { user: person.openId, chat: person.chat });
  }

  await scene(
    "a forwarded chat and its comment are one turn, without a question",
    async (person) => {
      const forward = forwardChat(person);
      await delay(300);
      person.say("[[say forwarded]]", { replyTo: forward });
      await person.sees(/^Done\n[^]*forwarded/);
      await person.settled();
      const prompt = asked(world, "[[say forwarded]]");
      assertMatch(prompt, /Attached file: forwarded-chat\.md/);
      assertMatch(prompt, /Attached file: build\.log/);
      const all = JSON.stringify(world.model.calls);
      for (const words of ["the build is red", "[file: build.log]", "[sticker]", "exit code 3"]) {
        assertStringIncludes(all, words);
      }
      assert(!person.shown().some((text) => text.startsWith("Got ")), person.shown().join("\n"));
      assertEquals(world.modelRuns("[[say forwarded]]"), 1);
    },
  );

  await scene("a forward that comes after its comment is no second one", async (person) => {
    const team = person.group();
    const forward = twin.forward(
      [team.say("x", { mentionBot: false }), team.say("y", { mentionBot: false })],
      { user: person.openId, chat: person.chat, isSilent: true },
    );
    person.say("[[say late forward]]", { replyTo: forward });
    await person.sees(/^Done\n[^]*late forward/);
    assertMatch(asked(world, "late forward"), /Attached file: forwarded-chat\.md/);
    twin.redeliver(forward);
    await person.settled();
    assert(!person.shown().some((text) => text.startsWith("Got ")), person.shown().join("\n"));
  });

  await scene("a forward whose event is close behind its comment is given once", async (person) => {
    const team = person.group();
    for (const ms of [5, 50]) {
      const forward = twin.forward(
        [team.say("x", { mentionBot: false }), team.say("y", { mentionBot: false })],
        { user: person.openId, chat: person.chat, isSilent: true },
      );
      person.say(`[[say close ${ms}]]`, { replyTo: forward });
      await delay(ms);
      twin.redeliver(forward);
      await person.sees(new RegExp(`^Done\n[^]*close ${ms}`));
      await person.settled();
      person.say(`[[say behind ${ms}]]`);
      await person.sees(new RegExp(`^Done\n[^]*behind ${ms}`));
      assert(!asked(world, `[[say behind ${ms}]]`).includes("forwarded-chat.md"));
    }
    assert(!person.shown().some((text) => text.startsWith("Got ")), person.shown().join("\n"));
  });

  await scene(
    "a late forward that a fresh comment quotes is asked about no more",
    async (person) => {
      const team = person.group();
      const forward = twin.forward(
        [team.say("x", { mentionBot: false }), team.say("y", { mentionBot: false })],
        { user: person.openId, chat: person.chat, createdAt: twin.clock.now() - 400_000 },
      );
      const card = await person.sees(/came late/);
      person.say("[[say fresh]]", { replyTo: forward });
      await person.sees(/^Done\n[^]*fresh/);
      assertEquals(twin.buttons(card.id), []);
    },
  );

  await scene("a forward and its comment that came late are one turn, too", async (person) => {
    const team = person.group();
    const createdAt = twin.clock.now() - 400_000;
    const forward = twin.forward(
      [team.say("p", { mentionBot: false }), team.say("q", { mentionBot: false })],
      { user: person.openId, chat: person.chat, createdAt },
    );
    person.say("[[say late pair]]", { replyTo: forward, createdAt: createdAt + 300 });
    const card = await person.sees(/2 messages came late/);
    await person.click(card, "Run");
    await person.sees(/^Done\n[^]*late pair/);
    await person.settled();
    assertMatch(asked(world, "late pair"), /Attached file: forwarded-chat\.md/);
    assertEquals(world.modelRuns("late pair"), 1);
    assert(!person.shown().some((text) => text.startsWith("Got ")), person.shown().join("\n"));
  });

  await scene("a forwarded card waits for its comment, too", async (person) => {
    const card = {
      header: { title: { tag: "plain_text", content: "Alarm 17" } },
      elements: [{ tag: "div", text: { tag: "lark_md", content: "disk full" } }],
    };
    person.send("interactive", card);
    await person.sees(/^Got the forwarded card\. Now write what to do with it\./);
    person.say("[[say card read]]");
    await person.sees(/^Done\n[^]*card read/);
    assertMatch(JSON.stringify(world.model.calls), /Alarm 17\\+ndisk full/);
  });
}

async function topics(world: World, scene: Scene): Promise<void> {
  await scene("the first mention in a topic brings what was said there, once", async (person) => {
    const team = person.group();
    const root = team.say("the root of it", { mentionBot: false });
    team.say("some talk", { mentionBot: false, replyTo: root, thread: "new" });
    team.say("[[say first]]", { replyTo: root });
    await team.sees(/^Done\n[^]*first/);
    const prompt = asked(world, "[[say first]]");
    assertMatch(
      prompt,
      /What was said before in this topic[^]*: the root of it\n[^]*: some talk\n/,
    );
    team.say("[[say second]]", { replyTo: root });
    await team.sees(/^Done\n[^]*second/);
    assert(!asked(world, "[[say second]]").includes("the root of it"));
  });

  await scene("a topic that could not be read is read with the next mention", async (person) => {
    const team = person.group();
    const root = team.say("the root that failed", { mentionBot: false });
    team.say("some talk", { mentionBot: false, replyTo: root, thread: "new" });
    world.twin.faults.fail({
      ...{ match: /^GET .*im\/v1\/messages(\?|$)/, status: 500, times: 4 },
    });
    team.say("[[say unread]]", { replyTo: root });
    await team.sees(/^Done\n[^]*unread/);
    team.say("[[say now read]]", { replyTo: root });
    await team.sees(/^Done\n[^]*now read/);
    assertMatch(asked(world, "[[say now read]]"), /: the root that failed\n/);
  });

  await scene("a forwarded chat in a topic is read, with its files", async (person) => {
    const [team, other] = [person.group(), person.group()];
    const said = other.say("said elsewhere", { mentionBot: false });
    const file = sendFile(world, other, "elsewhere.txt", "the word is quince");
    const root = world.twin.forward([said, file], { user: person.openId, chat: team.chat });
    team.say("[[say forwarded root]]", { replyTo: root, thread: "new" });
    await team.sees(/^Done\n[^]*forwarded root/);
    const prompt = asked(world, "[[say forwarded root]]");
    for (const words of ["said elsewhere", "[file: elsewhere.txt]", "the word is quince"]) {
      assertStringIncludes(prompt, words);
    }
    assertEquals(team.shown().length, 1, team.shown().join("\n"));
  });

  await scene("a file that opens the talk in a topic is given once", async (person) => {
    const team = person.group();
    const root = sendFile(world, team, "root.txt", "the word is date");
    const key = world.twin.upload("file", "own.txt", bytes("the word is sloe"), "text/plain");
    const { openId, name } = world.twin.app;
    world.twin.sendRaw({
      ...{ type: "post", user: person.openId, chat: team.chat, replyTo: root, thread: "new" },
      content: {
        title: "",
        content: [[{ tag: "at", user_id: "@_user_1" }], [{
          tag: "file",
          file_key: key,
          file_name: "own.txt",
        }]],
      },
      mentions: [{ key: "@_user_1", openId, name }],
    });
    await team.sees(/^Got own\.txt/);
    team.say("[[say both files]]", { replyTo: root });
    await team.sees(/^Done\n[^]*both files/);
    const prompt = asked(world, "[[say both files]]");
    for (const file of ["root.txt", "own.txt"]) {
      assertEquals(prompt.split(`Attached file: ${file}`).length, 2, prompt);
    }
    assert(!prompt.includes("Got own.txt"), prompt);
  });
}

/** What is recalled or stopped takes only itself with it, and all of itself. */
async function recalls(world: World, scene: Scene): Promise<void> {
  const { twin } = world;

  await scene("a comment that is recalled before it ran leaves its file", async (person) => {
    person.say("[[slow 12]]");
    await person.sees(/1 2/);
    sendFile(world, person, "kept.txt", "the word is fig");
    await delay(300);
    const comment = person.say("[[say tpyo]]");
    await person.sees(/^Queued/);
    twin.recall(comment);
    await person.sees(/Taken out of the queue\. Kept for your next message: kept\.txt\./);
    person.say("[[say typo]]");
    await person.sees(/^Done\n[^]*typo/);
    assertMatch(asked(world, "[[say typo]]"), /Attached file: kept\.txt/);
  });

  await scene("a forward that a recalled comment quoted is kept", async (person) => {
    const team = person.group();
    person.say("[[slow 12]]");
    await person.sees(/1 2/);
    const forward = twin.forward(
      [team.say("x of it", { mentionBot: false }), team.say("y", { mentionBot: false })],
      { user: person.openId, chat: person.chat, isSilent: true },
    );
    const comment = person.say("[[say quoting tpyo]]", { replyTo: forward });
    await person.sees(/^Queued/);
    twin.redeliver(forward);
    twin.recall(comment);
    await person.sees(/Kept for your next message: the forwarded chat \(2 messages\)\./);
    person.say("[[say no quote]]");
    await person.sees(/^Done\n[^]*no quote/);
    assertStringIncludes(asked(world, "[[say no quote]]"), ": x of it");
  });

  await scene("what /cancel all drops gives its file to the next text, once", async (person) => {
    person.say("[[slow 20]]");
    await person.sees(/1 2/);
    sendFile(world, person, "all.txt", "the word is kiwi");
    await delay(300);
    person.say("[[say one of two]]");
    person.say("[[say two of two]]");
    await person.sees(/^Queued[^]*2/);
    person.say("/cancel all");
    await person.sees(/Kept for your next message: all\.txt\./);
    person.say("[[say the third]]");
    await person.sees(/^Done\n[^]*the third/);
    assertEquals(asked(world, "[[say the third]]").match(/Attached file: all/g)?.length, 1);
    const kept = person.shown().filter((text) => text.includes("Kept for your next message"));
    assertEquals(kept.length, 1, person.shown().join("\n"));
  });

  await scene("a file that is recalled while it waits is not given", async (person) => {
    const waiting = sendFile(world, person, "salaries.txt", "the word is lime");
    await person.sees(/^Got salaries\.txt/);
    twin.recall(waiting);
    await person.sees(/^Taken out, as its message was recalled: salaries\.txt\./);
    person.say("[[slow 12]]");
    await person.sees(/1/);
    const queued = sendFile(world, person, "queued.txt", "the word is pear");
    await delay(300);
    person.say("[[say without it]]");
    await person.sees(/^Queued/);
    twin.recall(queued);
    await person.sees(/^Taken out, as its message was recalled: queued\.txt\./);
    await person.sees(/^Done\n[^]*without it/);
    assert(!/the word is (lime|pear)/.test(JSON.stringify(world.model.calls)));
  });

  await scene("a topic is told with the first prompt that the agent gets", async (person) => {
    const team = person.group();
    const { pid } = await world.server();
    const root = team.say("the root of a typo", { mentionBot: false });
    team.say("some talk", { mentionBot: false, replyTo: root, thread: "new" });
    Deno.kill(-pid, "SIGSTOP");
    try {
      const mention = team.say("[[say a tpyo]]", { replyTo: root });
      await delay(500);
      twin.recall(mention);
      await delay(300);
    } finally {
      Deno.kill(-pid, "SIGCONT");
    }
    await team.sees(/^Cancelled/);
    team.say("[[say a typo]]", { replyTo: root });
    await team.sees(/^Done\n[^]*a typo/);
    assertMatch(asked(world, "[[say a typo]]"), /: the root of a typo\n/);
  });
}

async function overACrash(world: World, scene: Scene, bridge: Bridge): Promise<void> {
  await scene("a forward and a topic outlive a crash, and nothing comes twice", async (person) => {
    const { twin } = world;
    const team = person.group();
    const root = team.say("root before the crash", { mentionBot: false });
    team.say("[[say one]]", { replyTo: root, thread: "new" });
    await team.sees(/^Done\n[^]*one/);
    const gone = sendFile(world, person, "gone.txt", "the word is medlar");
    await person.sees(/^Got gone\.txt/);
    const forward = twin.forward(
      [team.say("a", { mentionBot: false }), team.say("b", { mentionBot: false })],
      { user: person.openId, chat: person.chat },
    );
    await person.sees(/^Got gone\.txt, the forwarded chat \(2 messages\)/);
    await bridge.kill("SIGKILL");
    // What waits may also be recalled while nobody hears it.
    twin.recall(gone);
    await world.start();
    twin.redeliver(forward);
    await person.sees(/^Taken out, as its message was recalled: gone\.txt/);
    person.say("[[say after crash]]");
    await person.sees(/^Done\n[^]*after crash/);
    assertMatch(asked(world, "[[say after crash]]"), /Attached file: forwarded-chat\.md/);
    assert(!asked(world, "[[say after crash]]").includes("gone.txt"));
    assertEquals(person.shown().filter((text) => text.startsWith("Got ")).length, 2);
    team.say("[[say two]]", { replyTo: root });
    await team.sees(/^Done\n[^]*two/);
    assert(!asked(world, "[[say two]]").includes("root before the crash"));
  });
}
