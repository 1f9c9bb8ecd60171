/** What a person sees of a permission, and may answer, in a chat of the twin. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { PermissionRequest } from "../../../lib/model/agent_request.ts";
import { startTurnAsks } from "./start_turn_asks.ts";

const BASH: PermissionRequest = {
  kind: "permission",
  id: "per_1",
  permission: "bash",
  patterns: ["touch a"],
  always: ["touch *"],
  command: "touch a",
};

const labels = (world: Awaited<ReturnType<typeof startTurnAsks>>, id: string) =>
  world.twin.buttons(id).map(({ label }) => label);

Deno.test("a card shows all that it asks about, and each pattern that always would allow", async () => {
  await using world = await startTurnAsks("perm_once");
  const always = Array.from({ length: 30 }, (_, i) => `tool${i} *`);
  world.ask({ ...BASH, always: [...always.slice(1), "a\nrm *"] });
  const [card] = await world.sees(/^Permission: bash\n/);
  assert(card !== undefined);
  const shown = world.twin.plain(card);
  assertMatch(shown, /\ntouch a\n/);
  for (const pattern of always.slice(1)) assert(shown.includes(`\n${pattern}\n`), pattern);
  assert(shown.includes("\na\\u000arm *\n"), shown);
  assertEquals(labels(world, card.id), ["Once", "Always", "Reject"]);
});

for (
  const [why, request] of Object.entries<Partial<PermissionRequest>>({
    "too many patterns": { always: Array.from({ length: 31 }, (_, i) => `tool${i} *`) },
    "too long patterns": { always: ["touch *", `${" ".repeat(1_500)}rm *`] },
    "no pattern": { always: [] },
    "a long command": { command: `echo ${"a".repeat(5_000)}; rm -rf x` },
  })
) {
  Deno.test(`always is not offered for ${why}, and no text chooses it`, async () => {
    await using world = await startTurnAsks("perm_once");
    world.ask({ ...BASH, ...request });
    const [card] = await world.sees(/^Permission: bash\n/);
    assert(card !== undefined);
    assertEquals(labels(world, card.id), ["Once", "Reject"]);
    for (const typed of ["a", "always", "总是"]) {
      assertMatch(String(await world.reply(typed, "ou_owner")), /none of the answers/);
    }
    assertEquals(await world.press("per_1", 0, "always", "ou_owner"), "This question is over.");
    assertEquals(world.replies.size, 0);
    assertEquals(await world.reply("3", "ou_owner"), true, "who is used to it rejects");
    assertEquals([...world.replies.values()], ["reject"]);
  });
}

Deno.test("a line that is read by scrolling only is announced", async () => {
  await using world = await startTurnAsks("perm_once");
  world.ask({
    ...BASH,
    command: `ls${" ".repeat(500)}; touch pwned`,
    always: [`${"x".repeat(101)} *`],
  });
  await world.sees(/^Permission: bash\n⚠️ A line has 515 characters[^]*allow: ⚠️ A line has 103/);
});

Deno.test("what does not fit on a card comes as a file above it, with both ends on the card", async () => {
  await using world = await startTurnAsks("perm_once");
  const diff = `--- a\n+++ b\n${"+😀 line\n".repeat(4_000)}+the end\u202e`;
  const request = { ...BASH, permission: "edit", file: "/p/a.ts", diff };
  const { command: _, ...edit } = request;
  world.ask(edit);
  const [card] = await world.sees(/^Permission: edit\n/);
  assert(card !== undefined);
  const shown = world.twin.plain(card);
  assertMatch(shown, /\n\/p\/a\.ts\n/);
  assertMatch(
    shown,
    /\n--- a\n[^]*… \d+ more characters[^]*\+the end\\u202e\n[^]*read the file above/,
  );
  assert(shown.isWellFormed());
  const [file, ...others] = world.twin.botMessages();
  assertEquals([file?.type, others.length], ["file", 1], "the file is above the card");
  const key = String(Object(file?.content).file_key);
  const text = new TextDecoder().decode(world.twin.file(key)?.bytes);
  assert(text.includes(diff.replace("\u202e", "\\u202e")), "all of it is in the file");
  world.ask(edit);
  await world.settled();
  assertEquals(world.cards().length, 2, "it is sent once");
});

Deno.test("the arguments of a tool are shown when they come, and with a command what is left of them", async () => {
  await using world = await startTurnAsks("perm_once");
  const { command: _, ...tool } = { ...BASH, permission: "db_query", patterns: ["*"] };
  world.ask(tool);
  await world.sees(/^Permission: db_query\n/);
  world.ask({ ...tool, input: { sql: "DROP TABLE `users`;\n-- \u202e" } });
  const [card] = await world.sees(/"sql": "DROP TABLE `users`;\\n-- \\u202e"/);
  assertEquals(world.cards().length, 1, "on the same card");
  assertEquals(labels(world, card?.id ?? ""), ["Once", "Always", "Reject"]);
  const input = { command: "touch a", description: "d", timeout: 1, workdir: "/elsewhere" };
  world.ask({ ...BASH, id: "per_2", input });
  const [bash] = await world.sees(/"workdir": "\/elsewhere"/);
  assert(bash && !world.twin.plain(bash).includes("description"));
});

Deno.test("people answer in their own words, in either language", async () => {
  for (const language of ["en", "zh"] as const) {
    await using world = await startTurnAsks("perm_once", { language });
    const words = [["好的。", "once"], ["始终允许", "always"], ["Nope!", "reject"]] as const;
    for (const [n, [word, reply]] of words.entries()) {
      world.ask({ ...BASH, id: `per_${n}` });
      await world.twin.until(() => world.cards().length > n || undefined);
      assertEquals(await world.reply(word, "ou_owner"), true, word);
      assertEquals(world.replies.get(`per_${n}`), reply, word);
    }
  }
});

Deno.test("what only begins like an answer is none", async () => {
  await using world = await startTurnAsks("perm_once");
  world.ask(BASH);
  await world.sees(/^Permission: bash\n/);
  for (
    const text of [
      "不要删除测试，改完以后再继续吧",
      "yes but only the first file",
      "好像有问题，请先看看日志再说",
    ]
  ) {
    assertEquals(await world.reply(text, "ou_owner"), false, text);
  }
  for (const text of ["不好说", "okay?", "可以吗"]) {
    assertMatch(String(await world.reply(text, "ou_owner")), /none of the answers/, text);
  }
  assertEquals(world.replies.size, 0);
});
