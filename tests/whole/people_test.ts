import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Bridge, World } from "./harness.ts";
import { Person, scenes } from "./scenes.ts";

/** The first or the last pairing code that the log shows. */
async function code(bridge: Bridge, which: "first" | "last"): Promise<string> {
  await bridge.line(/pairing code: /);
  const codes = bridge.lines.flatMap((line) => /pairing code: (\d{4} \d{4})/.exec(line)?.[1] ?? []);
  return codes.at(which === "first" ? 0 : -1) ?? "";
}

Deno.test("the bot serves only people who may use it", async (test) => {
  await using world = await World.create();
  const env = { FEISHU_ALLOWED_USERS: "pair" };
  let bridge = await world.start([], env);
  const scene = scenes(test, world);
  let first: Person | undefined;

  await scene("people are let in by the code on the terminal, once and for all", async (person) => {
    person.say("[[say too early]]");
    await person.sees(/Send the pairing code/);
    first = person;
    const right = await code(bridge, "first");
    const wrong = right.startsWith("0000") ? "1111 1111" : "0000 0000";
    person.say(wrong);
    await person.sees(/That is not the code\. 4 more tries\./);
    person.say(right);
    await person.sees(/You may use the bot now/);
    person.say("[[say let in]]");
    await person.sees(/^Done\n[^]*let in/);
    const stranger = Person.join(world, "Mallory");
    stranger.say(right);
    await stranger.sees(/That is not the code/);
    await bridge.kill("SIGKILL");
    bridge = await world.start([], env);
    person.say("[[say still in]]");
    await person.sees(/^Done\n[^]*still in/);
    assertEquals(world.modelRuns("too early"), 0);
  });

  await scene(
    "five wrong codes lock the door for one person, and for nobody else",
    async (person) => {
      for (let i = 0; i < 9; i++) person.say("00000000");
      await person.sees(/Too many wrong codes/);
      const owner = Person.join(world, "Olive");
      owner.say(await code(bridge, "last"));
      await owner.sees(/You may use the bot now/);
      person.say(await code(bridge, "last"));
      person.say("11111111");
      await owner.status();
      // Four say how many tries are left, and one that they are used up, and one more within an hour.
      await world.twin.until(() => person.messages().length === 6);
      assertMatch(await bridge.line(/pairing is locked for ou_/), /5 wrong codes/);
      owner.say("/users");
      await owner.sees(/Only the first user/);
    },
  );

  await scene(
    "the first user sees who is in, and takes somebody out with all they had asked for",
    async () => {
      const owner = first;
      assert(owner);
      const guest = Person.join(world, "Gus");
      guest.say(await code(bridge, "last"));
      await guest.sees(/You may use the bot now/);
      guest.say("[[slow 400]]");
      await guest.sees(/^Working…[^]*1 2/);
      guest.say("[[say after the guest]]");
      await guest.sees(/^Queued/);
      owner.say("/users");
      await owner.sees(new RegExp(`1\\. .${owner.openId}[^]*3\\. .${guest.openId}`));
      owner.say("/users remove 1");
      await owner.sees(/cannot take yourself out/);
      owner.say(`/users remove ${guest.openId}`);
      await owner.sees(new RegExp(`${guest.openId} may no longer`));
      await guest.sees(/^Cancelled\n[^]*1 2/);
      await guest.sees(/What they had asked for here is stopped/);
      guest.say("[[say the guest again]]");
      await guest.sees(/Send the pairing code/);
      assertEquals(world.modelRuns("the guest"), 0);
    },
  );

  await scene(
    "of somebody who is taken out, no question, download or waiting file is left in any chat",
    async () => {
      const owner = first;
      assert(owner);
      const guest = Person.join(world, "Gwen");
      guest.say(await code(bridge, "last"));
      await guest.sees(/You may use the bot now/);
      const file = (name: string) => {
        const key = world.twin.upload("file", name, new TextEncoder().encode(name), "text/plain");
        return { file_key: key, file_name: name };
      };
      const topic = guest.group({ mode: "topic", with: owner });
      topic.say('[[say Well.\n\n```ask\n{"question":"Which?","options":["A","B"]}\n```]]');
      const card = await topic.sees(/^Question[^]*Which\?/);
      assertEquals(world.twin.buttons(card.id).length, 2);
      guest.send("file", file("waiting.txt"));
      await guest.sees(/Got waiting\.txt/);
      world.twin.faults.fail({ match: /\/resources\//, hang: true, times: 9 });
      const loading = [guest.send("file", file("hanging.txt")), guest.say("/cwd ..")];
      const marks = (id: string) => world.twin.message(id).reactions.map(({ emoji }) => emoji);
      await world.twin.until(() => marks(loading[0] ?? "").includes("OnIt"));
      owner.say(`/users remove ${guest.openId}`);
      await owner.sees(new RegExp(`${guest.openId} may no longer`));
      await topic.sees(new RegExp(`^Question[^]*Which\\?[^]*${guest.openId} may no longer`));
      assertEquals(world.twin.buttons(card.id), []);
      await world.twin.until(() => loading.every((id) => marks(id).includes("CrossMark")));
      // Let in again, the guest finds nothing that was waiting.
      world.twin.faults.clear();
      guest.say(await code(bridge, "last"));
      await world.twin.until(() =>
        guest.shown().filter((text) => /You may use the bot now/.test(text)).length === 2
      );
      assertMatch(await guest.status(), new RegExp(`Directory: .*${world.project}`));
      guest.say("[[say back]]");
      await guest.sees(/^Done\n[^]*back/);
      assert(!world.model.calls.some((call) => /waiting\.txt|hanging\.txt/.test(call.user)));
      owner.say(`/users remove ${guest.openId}`);
      await world.twin.until(() =>
        owner.shown().filter((text) => text.includes(`${guest.openId} may no longer`)).length === 2
      );
    },
  );

  await scene("pair list and remove work while the bridge runs and while it does not", async () => {
    assert(first);
    const gone = Person.join(world, "Gail");
    gone.say(await code(bridge, "last"));
    await gone.sees(/You may use the bot now/);
    const pair = async (...args: string[]) => {
      const { status, lines } = world.spawn(["pair", ...args], env);
      return [(await status).code, lines.join("\n")] as const;
    };
    const isListed = async () => (await pair("list"))[1].includes(gone.openId);
    const deadline = performance.now() + 30_000;
    while (!await isListed()) assert(performance.now() < deadline);
    assertEquals(await pair("remove", gone.openId), [
      0,
      `${gone.openId} may no longer use the bot`,
    ]);
    assert(!await isListed());
    for (const nobody of ["ou_never_paired", gone.openId]) {
      assertEquals(await pair("remove", nobody), [
        1,
        `feishu-opencode-bridge: ${nobody} is not paired: see pair list`,
      ]);
    }
    assert(!bridge.lines.some((line) => line.includes("ou_never_paired")));
    gone.say("[[say removed]]");
    await gone.sees(/Send the pairing code/);
    await bridge.kill("SIGKILL");
    const [, list] = await pair("list");
    assertMatch(list, new RegExp(`^${first.openId}  .*\\(first\\)\nou_`));
    assert(!list.includes(gone.openId));
    assertEquals((await pair("remove", gone.openId))[0], 1);
    const [second = ""] = list.split("\n")[1]?.split(" ") ?? [];
    assertEquals((await pair("remove", second))[0], 0);
    assertEquals((await pair("remove", "../lock"))[0], 2);
    assert(!(await pair("list"))[1].includes(second));
    // A pairing that counts for nothing at the moment is there all the same.
    bridge = await world.start([], { FEISHU_ALLOWED_USERS: "ou_somebody" });
    assertMatch((await pair("list"))[1], new RegExp(first.openId));
    assertEquals((await pair("remove", first.openId))[0], 0);
    assertEquals((await pair("remove", first.openId))[0], 1);
    await bridge.kill("SIGKILL");
    assert(!(await pair("list"))[1].includes(first.openId));
    bridge = await world.start([], env);
    first.say("[[say removed too]]");
    await bridge.line(new RegExp(`${first.openId} in .* was turned away`));
    assertEquals(world.modelRuns("removed"), 0);
  });

  await scene(
    "a group has its own language, for both people in it, in the middle of a turn and after a crash",
    async (person) => {
      const friend = Person.join(world, "Fang");
      for (const one of [person, friend]) {
        one.say(await code(bridge, "last"));
        await one.sees(/You may use the bot now/);
      }
      const group = person.group({ with: friend });
      const friendSays = (text: string) =>
        world.twin.say({ text, user: friend.openId, chat: group.chat, mentionBot: true });
      group.say("[[slow 60]]");
      await group.sees(/^Working…/);
      friendSays("/lang zh");
      await group.sees(/^这里使用中文。$/);
      await group.sees(/^(处理中…|已完成)\n[^]*60/);
      await bridge.kill("SIGKILL");
      bridge = await world.start([], env);
      group.say("[[say again]]");
      await group.sees(/^已完成\n[^]*again/);
      friendSays("/status");
      await group.sees(/^- 语言：中文$/m);
      friend.say("[[say direct]]");
      await friend.sees(/^Done\n[^]*direct/);
    },
  );

  await scene("a stranger gets one polite line, and nothing runs", async (person) => {
    await bridge.kill("SIGKILL");
    bridge = await world.start([], { FEISHU_ALLOWED_USERS: person.openId });
    const stranger = Person.join(world, "Mallory");
    for (const text of ["[[say hacked]]", "/status", "[[say again]]"]) stranger.say(text);
    await stranger.sees(new RegExp(stranger.openId));
    person.say("[[say mine]]");
    await person.sees(/^Done\n[^]*mine/);
    assertEquals(stranger.messages().length, 1);
    assertEquals(world.modelRuns("hacked"), 0);
    assert(
      bridge.lines.some((line) => line.includes(stranger.openId) && line.includes("turned away")),
    );
  });
});

Deno.test("a bot that is open by default says so: at the start, and to whoever comes second", async () => {
  await using world = await World.create();
  const bridge = await world.start(["--cwd", world.dir], {
    FEISHU_ALLOWED_USERS: undefined,
    HOME: world.project,
  });
  assertEquals(bridge.lines.filter((line) => line.includes("!!!")).length, 2);
  await bridge.line(/holds much more than one project/);
  await bridge.line(/settings = the environment only/);
  const [first, second] = ["Ann", "Bob"].map((name) => Person.join(world, name));
  assert(first && second);
  first.say("[[say one]]");
  await first.sees(/^Done\n[^]*one/);
  second.say("[[say two]]");
  await second.sees(/^Everyone who can reach this bot can run programs.*FEISHU_ALLOWED_USERS/);
  await second.sees(/^Done\n[^]*two/);
  await bridge.kill("SIGKILL");
  await world.start([], { FEISHU_ALLOWED_USERS: undefined });
  for (const person of [first, second]) {
    person.say("[[say three]]");
    await person.sees(/^Done\n[^]*three/);
  }
  const told = [first, second].map((person) =>
    person.shown().filter((text) => text.startsWith("Everyone who can reach")).length
  );
  assertEquals(told, [0, 1]);
});

Deno.test("* says everyone on purpose, and nobody is warned", async () => {
  await using world = await World.create();
  const bridge = await world.start([], { FEISHU_ALLOWED_USERS: "*" });
  for (const name of ["Ann", "Bob"]) {
    const person = Person.join(world, name);
    person.say(`[[say ${name}]]`);
    await person.sees(new RegExp(`^Done\\n[^]*${name}`));
    assertEquals(person.messages().length, 1);
  }
  assert(!bridge.lines.some((line) => /FEISHU_ALLOWED_USERS|!!!/.test(line)));
});

Deno.test("a removed user has nothing left after the restart: no turn, no queue, no inbox, no late card", async () => {
  await using world = await World.create();
  const [owner, guest] = ["Ann", "Gus"].map((name) => Person.join(world, name));
  assert(owner && guest);
  const both = { FEISHU_ALLOWED_USERS: `${owner.openId},${guest.openId}` };
  const bridge = await world.start([], both);
  guest.say("[[say late words]]", { createdAt: world.twin.clock.now() - 3_600_000 });
  await guest.sees(/1 message came late[^]*late words/);
  const group = guest.group({ with: owner });
  group.say("[[bash sleep 3; touch ran.txt; sleep 60]]");
  await group.sees(/bash sleep 3/);
  group.say("[[say queued words]]");
  await group.sees(/^Queued/);
  await bridge.kill("SIGKILL");
  const next = await world.start([], { FEISHU_ALLOWED_USERS: owner.openId });
  await group.sees(/^Cancelled\n[^]*bash/);
  await guest.sees(/1 message came late[^]*This question is over/);
  for (const place of [guest, group]) await place.sees(new RegExp(`${guest.openId} may no longer`));
  await world.twin.until(() =>
    group.shown().filter((text) => text.startsWith("Cancelled")).length === 2
  );
  assertEquals(guest.shown().filter((text) => text.includes("came late")).length, 1);
  owner.say("[[say mine]]");
  await owner.sees(/^Done\n[^]*mine/);
  await next.kill("SIGKILL");
  // Let in again, the guest finds nothing that was waiting.
  await world.start([], both);
  guest.say("[[say back]]");
  await guest.sees(/^Done\n[^]*back/);
  assertEquals(world.modelRuns("late words") + world.modelRuns("queued words"), 0);
});

Deno.test("/cwd and /get keep out of the bridge's state, and /cwd below the roots", async () => {
  await using world = await World.create();
  const env = { BRIDGE_ROOTS: `${world.project},${world.stateDir}` };
  await world.start([], env);
  const { twin } = world;
  await Deno.symlink(world.stateDir, `${world.project}/innocent`);
  const asks: [string, RegExp][] = [
    [`/cwd ${world.stateDir}`, /keeps its own state/],
    ["/cwd innocent/files/..", /no directory|keeps its own state/],
    ["/cwd ..", /must lie below one of these/],
    ["/get innocent/opencode.json", /Only files in|keeps its own state/],
  ];
  for (const [text, answer] of asks) {
    const before = twin.botMessages().length;
    twin.say({ text });
    const shown = await twin.until(() => world.shown()[before]);
    assertMatch(shown, answer, text);
  }
  assertMatch(await world.status(), new RegExp(`Directory: ${world.project}\n`));
});
