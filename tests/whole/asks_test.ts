import { assert, assertEquals, assertMatch } from "@std/assert";
import { delay } from "@std/async";
import { join } from "@std/path";
import type { TwinMessage } from "../../lib/demo/feishu_twin/twin_message.ts";
import { type Bridge, World } from "./harness.ts";
import { Person, type Scene, scenes } from "./scenes.ts";

const PERMISSION = /^Permission: bash\n/;

/** An MCP server with one tool, `query`. */
const MCP_SERVER = `
import { createInterface } from "node:readline";
const RESULTS = {
  initialize: {
    protocolVersion: "2025-03-26",
    capabilities: { tools: {} },
    serverInfo: { name: "db", version: "1" },
  },
  "tools/list": {
    tools: [{
      name: "query",
      description: "Runs SQL",
      inputSchema: { type: "object", properties: { sql: { type: "string" } } },
    }],
  },
  "tools/call": { content: [{ type: "text", text: "3 rows" }] },
};
for await (const line of createInterface({ input: process.stdin })) {
  const { id, method } = JSON.parse(line);
  const result = RESULTS[method] ?? {};
  if (id !== undefined) console.log(JSON.stringify({ jsonrpc: "2.0", id, result }));
}
`;

/** A command that needs a permission and leaves a trace. */
class Command {
  readonly #file: string;
  readonly #name: string;

  /** @param name Of the file that the command makes; no other scene has it. */
  constructor(world: World, name: string) {
    this.#file = join(world.project, name);
    this.#name = name;
  }

  /** Asks the agent to run it; resolves with the card that asks for the permission. */
  async ask(person: Person): Promise<TwinMessage> {
    person.say(`[[bash echo yes > ${this.#name}]]`);
    return await person.sees(new RegExp(`${PERMISSION.source}[^]*echo yes > ${this.#name}`));
  }

  async ran(): Promise<boolean> {
    return await Deno.stat(this.#file).then(() => true, () => false);
  }
}

Deno.test("what the agent asks is asked in the chat, and answered there", async (test) => {
  await using world = await World.create();
  await Deno.writeTextFile(join(world.dir, "mcp.mjs"), MCP_SERVER);
  await Deno.writeTextFile(
    join(world.project, "opencode.json"),
    JSON.stringify({
      permission: { bash: { "*": "ask", ls: "allow" }, db_query: "ask", webfetch: "ask" },
      mcp: { db: { type: "local", command: ["node", join(world.dir, "mcp.mjs")] } },
    }),
  );
  const scene = scenes(test, world);
  const bridge = await world.start();
  await permissions(world, scene);
  await questions(world, scene);
  await restarts(world, scene, await unlisted(world, scene, bridge));
});

async function permissions(world: World, scene: Scene): Promise<void> {
  await scene("a permission is given by a button, and the card says so", async (person) => {
    const command = new Command(world, "button");
    const card = await command.ask(person);
    await person.sees(/^Waiting for you\n/);
    assert(!await command.ran());
    const labels = world.twin.buttons(card.id).map(({ label }) => label);
    assertEquals(labels, ["Once", "Always", "Reject"]);
    const { toast } = await person.click(card, "Once");
    assertEquals(toast?.content, "Once");
    await person.sees(/^Done\n/);
    await person.sees(/^Permission: bash\n[^]*Allowed once\./);
    assert(await command.ran());
    const again = await world.twin.click({
      messageId: card.id,
      user: person.openId,
      value: { ask: "per_x", conversation: card.chatId, step: 0, choice: "once" },
    });
    assertEquals(again.toast?.content, "This question is over.");
  });

  await scene("a card shows the arguments of an MCP server's tool", async (person) => {
    person.say('[[call db_query {"sql":"DROP TABLE users"}]]');
    const card = await person.sees(
      /^Permission: db_query\n[^]*"sql": "DROP TABLE users"[^]*Always would allow:[^]*[*]/,
    );
    await person.click(card, "Once");
    await person.sees(/^Done\n[^]*3 rows/);
  });

  await scene("a card shows what a command hides", async (person) => {
    const hidden = "ls ?key=;touch${IFS}pwned # \x1b]0;\u202e\n~~~~~~~~\n\`\`\`\n[b](http://c)";
    person.say(`[[bash ${hidden}]]`);
    const shown = hidden.replace("\x1b", "\\u001b").replace("\u202e", "\\u202e");
    const card = await person.sees(/^Permission: bash\n[^]*pwned/);
    assert(world.twin.plain(card).includes(shown), world.twin.plain(card));
    await person.click(card, "Reject");
    await person.sees(/^Done\n/);
  });

  for (
    const [typed, says, runs] of [["y", /Allowed once/, true], ["3", /Rejected/, false]] as const
  ) {
    await scene(`a permission is answered by typing ${typed}`, async (person) => {
      const command = new Command(world, `typed-${typed}`);
      await command.ask(person);
      person.say(typed);
      await person.sees(new RegExp(`^Permission: bash\\n[^]*${says.source}`));
      await person.sees(/^Done\n/);
      assertEquals(await command.ran(), runs);
    });
  }

  await scene("an answer may quote the message of the turn that waits", async (person) => {
    const command = new Command(world, "quotes-turn");
    await command.ask(person);
    const turn = await person.sees(/^Waiting for you\n/);
    person.say("y", { replyTo: turn.id });
    await person.sees(/^Done\n/);
    assert(await command.ran());
  });

  await scene("a permission that was given elsewhere closes the card", async (person) => {
    const card = await new Command(world, "elsewhere").ask(person);
    const { url, password } = await world.server();
    const headers = { authorization: `Basic ${btoa(`opencode:${password}`)}` };
    const query = `directory=${encodeURIComponent(world.project)}`;
    const [ask] = await (await fetch(`${url}/permission?${query}`, { headers })).json();
    const answer = await fetch(`${url}/permission/${ask.id}/reply?${query}`, {
      method: "POST",
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify({ reply: "once" }),
    });
    await answer.body?.cancel();
    await person.sees(/^Permission: bash\n[^]*Approved by somebody else, not in this chat\./);
    await person.sees(/^Done\n/);
    assertEquals(world.twin.buttons(card.id), []);
  });

  await scene(
    "a message while a permission is open is a prompt when it is long, and waits",
    async (person) => {
      const command = new Command(world, "waits");
      await command.ask(person);
      person.say("maybe");
      await person.sees(/That is none of the answers to “Permission: bash”[^]*Reply 1–3/);
      person.say("[[say and then do this]]");
      await person.sees(/^Queued[^]*“Permission: bash” still waits/);
      person.say("/cancel");
      await person.sees(/^Permission: bash\n[^]*The turn is over/);
      await person.sees(/^Done\n[^]*and then do this/);
      assert(!await command.ran());
    },
  );

  await scene(
    "what was written before a permission was asked does not answer it, and waits",
    async (person) => {
      const command = new Command(world, "before");
      const createdAt = world.twin.clock.now() - 1_000;
      const card = await command.ask(person);
      person.say("y", { createdAt });
      await person.sees(/^Queued/);
      assert(!await command.ran());
      person.say("/status");
      await person.sees(/Open question: Permission: bash, asked \d+ s ago/);
      person.say("y", { replyTo: card.id });
      await person.sees(/^Permission: bash\n[^]*Allowed once\./);
      await person.settled();
      assert(await command.ran());
      const done = person.shown().filter((text) => /^Done\n/.test(text));
      assertEquals(done.length, 2, "it ran as a prompt of its own");
    },
  );

  await scene("of two open cards the one that is quoted is answered", async (person) => {
    const command = new Command(world, "quoted");
    const permission = await command.ask(person);
    person.say("[[say of old]]", { createdAt: world.twin.clock.now() - 3_600_000 });
    const late = await person.sees(/^1 message came late/);
    person.say("y");
    await person.sees(/Several questions are open[^]*1\. Permission: bash: [^]*\n2\. 1 message/);
    person.say("2", { replyTo: late.id });
    await person.sees(/came late[^]*Skipped\./);
    assertEquals(world.twin.buttons(permission.id).length, 3);
    assert(!await command.ran());
    person.say("y", { replyTo: permission.id });
    await person.sees(/^Permission: bash\n[^]*Allowed once\./);
    await person.settled();
    assert(await command.ran());
  });

  await scene(
    "what a cancelled turn has asked does not come back in the next turn",
    async (person) => {
      const command = new Command(world, "ghost");
      await command.ask(person);
      person.say("/cancel");
      await person.sees(/^Permission: bash\n[^]*The turn is over/);
      const next = new Command(world, "next");
      await next.ask(person);
      const cards = person.shown().filter((text) => PERMISSION.test(text));
      assertEquals(cards.filter((text) => text.includes("Press a button")).length, 1);
      person.say("y");
      await person.settled();
      assert(await next.ran() && !await command.ran());
      assertEquals(person.shown().filter((text) => PERMISSION.test(text)).length, 2);
    },
  );

  await scene("in a group only the person whose turn it is may answer", async (person) => {
    const command = new Command(world, "group");
    const other = Person.join(world, "Bob");
    const team = person.group({ with: other });
    const card = await command.ask(team);
    const refused = await other.click(card, "Once");
    assertEquals(refused.toast?.content, "This question is for somebody else.");
    await team.click(card, "Once");
    await team.sees(/^Done\n/);
    assert(await command.ran());
  });
}

/** opencode cannot list its requests while one of them lacks an optional argument. */
const UNLISTED = '[[call webfetch {"url":"http://127.0.0.1:9/","format":"text"}]]';

async function unlisted(world: World, scene: Scene, bridge: Bridge): Promise<Bridge> {
  await scene(
    "a request that opencode cannot list stops nobody, and can be cancelled",
    async (person) => {
      person.say(UNLISTED);
      await person.sees(/^Permission: webfetch\n/);
      const other = Person.join(world, "Other");
      const command = new Command(world, "beside-unlisted");
      await other.click(await command.ask(other), "Once");
      await other.sees(/^Done\n/);
      person.say("/cancel");
      await person.sees(/^Cancelled\n/);
      person.say("[[say still here]]");
      await person.sees(/^Done\n[^]*still here/);
    },
  );

  let next = bridge;
  await scene("a request that opencode cannot list is answered after a crash", async (person) => {
    person.say(UNLISTED);
    const card = await person.sees(/^Permission: webfetch\n/);
    await bridge.kill("SIGKILL");
    next = await world.start();
    await person.click(card, "Reject");
    await person.sees(/^Permission: webfetch\n[^]*Rejected/);
    await person.sees(/^Done\n/);
  });
  return next;
}

async function questions(world: World, scene: Scene): Promise<void> {
  await scene("the agent's question is answered by label, number, or own words", async (person) => {
    person.say("[[question]]");
    const card = await person.sees(/Reply with|Press a button/);
    const [first] = world.twin.buttons(card.id);
    assert(first !== undefined);
    person.say(first.label.slice(0, 2).toUpperCase());
    await person.sees(new RegExp(`Answered: ${first.label}`));
    await person.sees(new RegExp(`^Done\\n[^]*${first.label}`));
  });
}

const BLOCK = JSON.stringify({
  header: "Database",
  question: "Which one?",
  options: [{ label: "SQLite", description: "small" }, { label: "Postgres" }],
});

/** What becomes of open asks when something is killed; opencode, which comes last, stays until then. */
async function restarts(world: World, scene: Scene, bridge: Bridge): Promise<void> {
  await scene(
    "an open permission survives the bridge: the same card is answered after a restart",
    async (person) => {
      const card = await new Command(world, "survives").ask(person);
      await bridge.kill("SIGKILL");
      bridge = await world.start();
      await world.twin.until(() => world.twin.connections() === 1);
      person.say("1");
      await person.sees(/^Done\n/);
      await world.twin.until(() => /Allowed once/.test(world.twin.plain(card)));
      assertEquals(person.shown().filter((text) => PERMISSION.test(text)).length, 1);
    },
  );

  await scene(
    "a click that comes before a restarted bridge knows what is asked is taken, and acts",
    async (person) => {
      const command = new Command(world, "early-click");
      const card = await command.ask(person);
      await bridge.kill("SIGKILL");
      const { pid } = await world.server();
      Deno.kill(-pid, "SIGSTOP");
      bridge = world.spawn();
      await bridge.line(/Feishu connection is up/);
      const { toast } = await person.click(card, "Once");
      assertEquals(toast?.content, "Got it.");
      Deno.kill(-pid, "SIGCONT");
      await person.sees(/^Done\n/);
      assertMatch(world.twin.plain(card), /Allowed once/);
      assert(await command.ran());
    },
  );

  await scene(
    "an answer and /cancel act at once, although the bridge was away when they were given",
    async (person) => {
      const command = new Command(world, "late-answer");
      const card = await command.ask(person);
      const other = Person.join(world, "Bob");
      other.say("[[slow 400]]");
      await other.sees(/^Working…[^]*1 2/);
      await bridge.kill("SIGKILL");
      person.say("y");
      other.say("/cancel");
      // Only time makes them older than what a quick restart forgives.
      await delay(11_000);
      bridge = await world.start([], { BRIDGE_LATE_AFTER_S: "10" });
      await world.twin.until(() => /Allowed once\./.test(world.twin.plain(card)));
      await person.sees(/^Done\n/);
      assert(await command.ran());
      await other.sees(/^Cancelled\n/);
      const shown = [...person.shown(), ...other.shown()];
      assertEquals(shown.filter((text) => text.includes("came late")), []);
    },
  );

  await scene(
    "a permission that nobody answers is rejected in time, after a reminder",
    async (person) => {
      await bridge.kill("SIGKILL");
      bridge = await world.start([], { BRIDGE_ASK_TIMEOUT_S: "5" });
      const command = new Command(world, "nobody");
      await command.ask(person);
      await person.sees(/Still waiting for your answer/);
      await person.sees(/^Permission: bash\n[^]*Nobody answered in time/);
      await person.sees(/^Done\n/);
      assert(!await command.ran());
      await bridge.kill("SIGKILL");
      bridge = await world.start();
    },
  );

  await scene(
    "a fenced question at the end of an answer becomes a card, also after a restart",
    async (person) => {
      person.say(`[[say I need to know.\n\n\`\`\`ask\n${BLOCK}\n\`\`\`]]`);
      const answer = await person.sees(/^Done\nI need to know\./);
      assert(!world.twin.plain(answer).includes("```"));
      await person.sees(/^Database\nWhich one\?[^]*1\. \*\*SQLite\*\* – small/);
      await bridge.kill("SIGKILL");
      bridge = await world.start();
      person.say("postgres");
      await person.sees(/^Database\n[^]*Answered: Postgres/);
      await world.twin.until(() => world.modelRuns("Which one?\n→ Postgres") === 1);
      await world.twin.until(() =>
        person.shown().filter((text) => /^Done/.test(text)).length === 2
      );
    },
  );

  await scene(
    "a permission whose turn died with opencode is closed with the turn",
    async (person) => {
      await new Command(world, "died").ask(person);
      const { pid } = await world.server();
      Deno.kill(-pid, "SIGKILL");
      await person.sees(/^Permission: bash\n[^]*The turn is over\./);
      await person.sees(/^Interrupted\n/);
    },
  );
}
