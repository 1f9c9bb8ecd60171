import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import type { ConnectionRefusal } from "../../lib/demo/feishu_twin/fault_rules.ts";
import { World } from "./harness.ts";
import { scenes } from "./scenes.ts";

Deno.test("all bad settings are reported at once, without secrets, with exit code 2", async () => {
  await using world = await World.create();
  const bridge = world.spawn(["--cwd", "nowhere"], {
    FEISHU_APP_ID: "my-app",
    FEISHU_APP_SECRET: "two words",
    BRIDGE_RENDER: "html",
    BRIDGE_EDIT_THROTTLE_S: "fast",
  });
  assertEquals((await bridge.status).code, 2);
  const output = bridge.lines.join("\n");
  for (const name of ["--cwd", "FEISHU_APP_ID", "BRIDGE_RENDER", "BRIDGE_EDIT_THROTTLE_S"]) {
    assertMatch(output, new RegExp(`${name} is "`));
  }
  assertMatch(output, /FEISHU_APP_SECRET is \(hidden\)/);
  assert(!output.includes("two words"));
});

const REFUSED: readonly {
  name: string;
  args?: string[];
  env?: Record<string, string | undefined>;
  refuses?: ConnectionRefusal;
  code: number;
  says: RegExp;
}[] = [
  { name: "an unknown option", args: ["--colour"], code: 2, says: /Unknown option --colour/ },
  { name: "an unknown command", args: ["demoo"], code: 2, says: /did you mean demo\?/ },
  {
    name: "an env file that is not there",
    args: ["--env-file", "nope.env"],
    code: 2,
    says: /Cannot read the env file .*nope\.env/,
  },
  {
    name: "a missing secret",
    env: { FEISHU_APP_SECRET: undefined },
    code: 2,
    says: /FEISHU_APP_SECRET is missing/,
  },
  {
    name: "a wrong secret",
    env: { FEISHU_APP_SECRET: "wrong-secret-value" },
    code: 1,
    says: /Feishu refuses FEISHU_APP_ID .*code 10014/,
  },
  {
    name: "an app of the other platform",
    refuses: "wrong-domain",
    code: 1,
    says: /FEISHU_APP_ID cli_\w+ cannot connect to .*1000040351.*set FEISHU_DOMAIN to/,
  },
  {
    name: "a missing opencode",
    env: { OPENCODE_CMD: "no-such-opencode" },
    code: 1,
    says: /Cannot find no-such-opencode: install opencode/,
  },
];

for (const { name, args, env, refuses, code, says } of REFUSED) {
  Deno.test(`${name} ends the program with one clear sentence`, async () => {
    await using world = await World.create();
    world.twin.faults.refuseConnections(refuses ?? false);
    const bridge = world.spawn(args, env);
    assertEquals((await bridge.status).code, code);
    const complaints = bridge.lines.filter((line) => line.startsWith("feishu-opencode-bridge:"));
    assertEquals(complaints.length, 1);
    assertMatch(complaints[0] ?? "", says);
    assert(!bridge.lines.some((line) => /^\s+at |wrong-secret-value/.test(line)));
  });
}

/** A command that stands in for opencode: a shell script. */
async function script(world: World, text: string): Promise<string> {
  const path = join(world.dir, "fake-opencode");
  await Deno.writeTextFile(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return path;
}

Deno.test("an opencode that dies at start is reported with its last words", async () => {
  await using world = await World.create();
  const OPENCODE_CMD = await script(world, "echo 'the database is on fire'; exit 3");
  const bridge = world.spawn([], { OPENCODE_CMD });
  assertEquals((await bridge.status).code, 1);
  assertMatch(
    bridge.lines.join("\n"),
    /opencode ended at start with code 3: the database is on fire/,
  );
});

Deno.test("a broken opencode.json is shown in the chat with its path", async () => {
  await using world = await World.create();
  await Deno.writeTextFile(join(world.project, "opencode.json"), '{ "model": ');
  await world.start();
  world.twin.say({ text: "hello" });
  const answer = world.twin.plain(await world.sees(/^Failed/));
  assertStringIncludes(answer, join(world.project, "opencode.json"));
});

Deno.test("a running bridge says what is odd, and goes on", async (test) => {
  await using world = await World.create();
  const file = join(world.project, "opencode.json");
  await Deno.writeTextFile(file, JSON.stringify({ permission: { bash: { "rm *": "ask" } } }));
  const bridge = await world.start(["--log-level", "debug"]);
  const scene = scenes(test, world);

  await scene("rules that ask are announced at start with the file that has them", async () => {
    const line = await bridge.line(/contains 'ask' permission rules/);
    assertStringIncludes(
      line,
      `opencode config ${file} contains 'ask' permission rules: bash "rm *"`,
    );
  });

  await scene("a second bridge on the same state directory refuses to start", async () => {
    const second = world.spawn();
    assertEquals((await second.status).code, 1);
    assertMatch(second.lines.join("\n"), /Another bridge already uses/);
  });

  await scene(
    "strange messages get an answer or none, and never stop the program",
    async (person) => {
      person.send("audio", { file_key: "file_x", duration: 1000 });
      await person.sees(/Voice messages are not read here yet[^]*BRIDGE_STT_URL/);
      person.say("", { mentionBot: true });
      await person.sees(/Write what the agent should do/);
      person.say("/hepl");
      await person.sees(/Did you mean \/help/);
      world.twin.deliverEvent("im.chat.unheard_of_v9", { anything: [1, 2, 3] });
      world.twin.deliverRaw(new Uint8Array([255, 0, 17, 4]));
      world.twin.deliverRaw({ schema: "2.0" });
      person.say(`[[say got it]] ${"很长".repeat(35_000)}`);
      await person.sees(/^Done\n[^]*got it/);
      await bridge.line(/unsupported message_type=audio/);
      await bridge.line(/recv from ou_\w+ in oc_\w+: /);
    },
  );

  await scene("no secret is in the log or in what people read", async (person) => {
    world.twin.faults.revokeToken();
    person.say("[[bash echo sk-abcdefghijklmnop1234; env]]");
    const answer = world.twin.plain(await person.sees(/^Done/));
    await bridge.kill("SIGTERM");
    const everything = [...bridge.lines, answer].join("\n");
    for (const secret of [world.twin.app.secret, "sk-abcdefghijklmnop1234"]) {
      assert(!everything.includes(secret));
    }
    assert(!/Bearer (?!\*)/.test(everything));
    assert(!/FEISHU_APP/.test(answer), "the agent's tools do not see the bridge's settings");
  });
});
