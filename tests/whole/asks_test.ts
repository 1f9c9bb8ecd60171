import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import type { TwinMessage } from "../../lib/twin/messages.ts";
import { World } from "./harness.ts";

/** A world whose agent asks before it runs a command. */
async function askingWorld(): Promise<World> {
  const world = await World.create();
  await Deno.writeTextFile(
    join(world.project, "opencode.json"),
    JSON.stringify({ permission: { bash: "ask" } }),
  );
  return world;
}

const PERMISSION = /^Permission: bash\n[^]*echo yes > ran/;

/** Asks for a command that leaves a trace. */
async function askForCommand(world: World): Promise<TwinMessage> {
  world.twin.say({ text: "[[bash echo yes > ran]]" });
  return await world.sees(PERMISSION);
}

async function ran(world: World): Promise<boolean> {
  return await Deno.stat(join(world.project, "ran")).then(() => true, () => false);
}

Deno.test("a permission is given by a button, and the card says so", async () => {
  await using world = await askingWorld();
  await world.start();
  const card = await askForCommand(world);
  await world.sees(/^Waiting for you\n/);
  assert(!await ran(world));
  const labels = world.twin.buttons(card.id).map(({ label }) => label);
  assertEquals(labels, ["Once", "Always", "Reject"]);
  const { toast } = await world.twin.click({ messageId: card.id, label: "Once" });
  assertEquals(toast?.content, "Once");
  await world.sees(/^Done\n/);
  await world.sees(/^Permission: bash\n[^]*Allowed once\./);
  assert(await ran(world));
  const again = await world.twin.click({
    messageId: card.id,
    value: { ask: "per_x", conversation: card.chatId, step: 0, choice: "once" },
  });
  assertEquals(again.toast?.content, "This question is over.");
});

for (
  const [typed, says, runs] of [["y", /Allowed once/, true], ["3", /Rejected/, false]] as const
) {
  Deno.test(`a permission is answered by typing ${typed}`, async () => {
    await using world = await askingWorld();
    await world.start();
    await askForCommand(world);
    world.twin.say({ text: typed });
    await world.sees(new RegExp(`^Permission: bash\\n[^]*${says.source}`));
    await world.sees(/^Done\n/);
    assertEquals(await ran(world), runs);
  });
}

Deno.test("a permission that was given elsewhere closes the card", async () => {
  await using world = await askingWorld();
  await world.start();
  const card = await askForCommand(world);
  const { url, password } = JSON.parse(
    await Deno.readTextFile(join(world.stateDir, "opencode.json")),
  );
  const headers = { authorization: `Basic ${btoa(`opencode:${password}`)}` };
  const query = `directory=${encodeURIComponent(world.project)}`;
  const [ask] = await (await fetch(`${url}/permission?${query}`, { headers })).json();
  const answer = await fetch(`${url}/permission/${ask.id}/reply?${query}`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify({ reply: "once" }),
  });
  await answer.body?.cancel();
  await world.sees(/^Permission: bash\n[^]*Answered elsewhere\./);
  await world.sees(/^Done\n/);
  assertEquals(world.twin.buttons(card.id), []);
});

Deno.test("a permission whose turn died with opencode is closed with the turn", async () => {
  await using world = await askingWorld();
  await world.start();
  await askForCommand(world);
  const { pid } = await world.server();
  Deno.kill(-pid, "SIGKILL");
  await world.sees(/^Permission: bash\n[^]*The turn is over\./);
  await world.sees(/^Interrupted\n/);
});

Deno.test("a permission that nobody answers is rejected in time, after a reminder", async () => {
  await using world = await askingWorld();
  await world.start([], { BRIDGE_ASK_TIMEOUT_S: "5" });
  await askForCommand(world);
  await world.sees(/Still waiting for your answer/);
  await world.sees(/^Permission: bash\n[^]*Nobody answered in time/);
  await world.sees(/^Done\n/);
  assert(!await ran(world));
});

Deno.test("an open permission survives the bridge: the same card is answered after a restart", async () => {
  await using world = await askingWorld();
  const first = await world.start();
  const card = await askForCommand(world);
  await first.kill("SIGKILL");
  await world.start();
  await world.twin.until(() => world.twin.connections() === 1);
  world.twin.say({ text: "1" });
  await world.sees(/^Done\n/);
  await world.twin.until(() => /Allowed once/.test(world.twin.plain(card)));
  assertEquals(world.shown().filter((text) => PERMISSION.test(text)).length, 1);
});

Deno.test("a click that comes before a restarted bridge knows what is asked is taken, and acts", async () => {
  await using world = await askingWorld();
  const first = await world.start();
  const card = await askForCommand(world);
  await first.kill("SIGKILL");
  const { pid } = await world.server();
  Deno.kill(-pid, "SIGSTOP");
  const second = world.spawn();
  await second.line(/Feishu connection is up/);
  const { toast } = await world.twin.click({ messageId: card.id, label: "Once" });
  assertEquals(toast?.content, "Taken.");
  Deno.kill(-pid, "SIGCONT");
  await world.sees(/^Done\n/);
  assertMatch(world.twin.plain(card), /Allowed once/);
  assert(await ran(world));
});

Deno.test("a message while a permission is open is a prompt when it is long, and waits", async () => {
  await using world = await askingWorld();
  await world.start();
  await askForCommand(world);
  world.twin.say({ text: "maybe" });
  await world.sees(/That is none of the answers\. Reply 1–3/);
  world.twin.say({ text: "[[say and then do this]]" });
  await world.sees(/^Queued/);
  world.twin.say({ text: "/cancel" });
  await world.sees(/^Permission: bash\n[^]*The turn is over/);
  await world.sees(/^Done\n[^]*and then do this/);
  assert(!await ran(world));
});

Deno.test("the agent's question is answered by label, number, or own words", async () => {
  await using world = await World.create();
  await world.start();
  world.twin.say({ text: "[[question]]" });
  const card = await world.sees(/Reply with|Press a button/);
  const [first] = world.twin.buttons(card.id);
  assert(first !== undefined);
  world.twin.say({ text: first.label.slice(0, 2).toUpperCase() });
  await world.sees(new RegExp(`Answered: ${first.label}`));
  await world.sees(new RegExp(`^Done\\n[^]*${first.label}`));
});

Deno.test("in a group only the person whose turn it is may answer", async () => {
  await using world = await askingWorld();
  const other = world.twin.addUser("Bob");
  await world.start([], { FEISHU_ALLOWED_USERS: undefined });
  const group = world.twin.addGroup({ members: [world.twin.user.openId, other.openId] });
  world.twin.say({ text: "[[bash echo yes > ran]]", chat: group.id, mentionBot: true });
  const card = await world.sees(PERMISSION, group.id);
  const click = { messageId: card.id, label: "Once" };
  const refused = await world.twin.click({ ...click, user: other.openId });
  assertEquals(refused.toast?.content, "This question is for somebody else.");
  await world.twin.click(click);
  await world.sees(/^Done\n/, group.id);
  assert(await ran(world));
});

const BLOCK = JSON.stringify({
  header: "Database",
  question: "Which one?",
  options: [{ label: "SQLite", description: "small" }, { label: "Postgres" }],
});

Deno.test("a fenced question at the end of an answer becomes a card, also after a restart", async () => {
  await using world = await World.create();
  const first = await world.start();
  world.twin.say({ text: `[[say I need to know.\n\n\`\`\`ask\n${BLOCK}\n\`\`\`]]` });
  const answer = await world.sees(/^Done\nI need to know\./);
  assert(!world.twin.plain(answer).includes("```"));
  await world.sees(/^Database\nWhich one\?[^]*1\. \*\*SQLite\*\* – small/);
  await first.kill("SIGKILL");
  await world.start();
  world.twin.say({ text: "postgres" });
  await world.sees(/^Database\n[^]*Answered: Postgres/);
  await world.twin.until(() => world.modelRuns("Which one?\n→ Postgres") === 1);
  await world.twin.until(() => world.shown().filter((text) => /^Done/.test(text)).length === 2);
});
