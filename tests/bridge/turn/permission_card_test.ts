/** What a person sees of a permission, and may answer, in a chat of the twin. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { delay } from "@std/async";
import { describePermission } from "../../../lib/bridge/turn/describe_permission.ts";
import { RequestAsks } from "../../../lib/bridge/turn/request_asks.ts";
import { WholeRequests } from "../../../lib/bridge/turn/whole_requests.ts";
import type { PermissionRequest } from "../../../lib/model/agent_request.ts";
import { parsePermission } from "../../../lib/opencode/v1/agent_request.ts";
import { en } from "../../../lib/texts/en.ts";
import { texts } from "../../../lib/texts/texts.ts";
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
    /\n--- a\n[^]*… \d+ more characters[^]*\+the end\\u202e\n[^]*comes as the file permission-per_1\.txt/,
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

Deno.test("what always allows is noted after a restart too, in another language and of an old card", async () => {
  await using world = await startTurnAsks("perm_once");
  world.ask(BASH);
  await world.sees(/^Permission: bash\n/);
  const row = await world.row("per_1");
  assert(row !== undefined);
  const { signal } = new AbortController();
  const fileSpace = { writeAnswer: () => Promise.resolve(undefined) };
  const later = new RequestAsks(
    { agent: world.agent, fileSpace, texts: texts("zh"), signal },
    () => "",
  );
  const answerer = { by: "ou_owner", messageId: "" };
  const noted = await later.fromCard(row, "/work")?.noted?.([["always"]], answerer);
  assertEquals(noted?.allowed?.map(({ since: _, ...rule }) => rule), [{
    ...{ id: "per_1", directory: "/work", permission: "bash", patterns: ["touch *"] },
    ...{ server: 7, by: "ou_owner" },
  }]);
  const { allows: _, ...old } = row;
  const ask = later.fromCard(old, "/work");
  assertEquals(await ask?.noted?.([["always"]], answerer), {}, "no rule is noted as empty");
  await ask?.submit([["always"]], answerer);
  assertEquals([...world.replies.values()], ["always"]);
});

const TOOL: PermissionRequest = {
  kind: "permission",
  id: "per_1",
  permission: "db_query",
  patterns: ["*"],
  always: ["*"],
};

Deno.test("a card comes when all is known that it asks about, and does not change then", async () => {
  await using world = await startTurnAsks("perm_once");
  world.ask({ ...TOOL, isPartial: true });
  await delay(100);
  assertEquals(world.cards(), []);
  world.ask({ ...TOOL, input: { sql: "DROP TABLE `users`;\n-- \u202e" } });
  const [card] = await world.sees(
    /^Permission: db_query\n[^]*"sql": "DROP TABLE `users`;\\n-- \\u202e"/,
  );
  assertEquals(labels(world, card?.id ?? ""), ["Once", "Always", "Reject"]);
  world.ask({ ...TOOL, input: { sql: "SELECT 1" } });
  await world.settled();
  assertEquals(world.cards().length, 1);
  assert(world.cards()[0]?.includes("DROP TABLE"));
});

Deno.test("requests whose arguments do not come are passed on after a while", async () => {
  const due = Promise.withResolvers<void>();
  const { signal } = new AbortController();
  const whole = new WholeRequests({ onDue: due.resolve, signal, partialMs: 50 });
  const partial = { ...TOOL, isPartial: true };
  assertEquals(whole.of([partial, BASH]), [BASH]);
  assertEquals(whole.of([partial]), []);
  await due.promise;
  assertEquals(whole.of([partial]), [partial]);
});

Deno.test("what is shown without its arguments, or cannot be shown, is only rejected", async () => {
  const nested: Record<string, unknown> = {};
  nested["itself"] = nested;
  for (const request of [{ ...TOOL, isPartial: true }, { ...TOOL, input: { nested } }]) {
    const { isUnreadable } = describePermission(request, en);
    assert(isUnreadable);
  }
  await using world = await startTurnAsks("perm_once");
  world.ask({ ...TOOL, input: { nested } });
  const [card] = await world.sees(/cannot be shown, so it cannot be allowed here/);
  assertEquals(labels(world, card?.id ?? ""), ["Reject"]);
  for (const typed of ["y", "a", "2", "once"]) {
    assertMatch(String(await world.reply(typed, "ou_owner")), /none of the answers/, typed);
  }
  assertEquals(world.replies.size, 0);
});

Deno.test("long arguments come as a file, and deep ones take little time and space", async () => {
  await using world = await startTurnAsks("perm_once");
  world.ask({
    ...TOOL,
    input: { sql: `${"x".repeat(3_000)}; DROP TABLE users; ${"y".repeat(3_000)}` },
  });
  const [card] = await world.sees(/comes as the file permission-per_1\.txt/);
  assertEquals(labels(world, card?.id ?? ""), ["Once", "Reject"]);
  assertEquals(world.twin.botMessages().map(({ type }) => type), ["file", "interactive"]);
  let nested: unknown = "leaf";
  for (let depth = 0; depth < 2_000; depth++) nested = { nested };
  const { whole = "" } = describePermission({ ...TOOL, input: { nested } }, en);
  assert(whole.includes("leaf") && whole.length < 100_000, `${whole.length} characters`);
});

Deno.test("with a command, only the arguments are shown that say more", () => {
  const input = { command: "touch a", description: "d", timeout: 1, workdir: "/elsewhere" };
  const { shown } = describePermission({ ...BASH, input }, en);
  assertEquals(shown.map(({ text }) => text), ["touch a", '{\n  "workdir": "/elsewhere"\n}']);
});

Deno.test("a patch that moves a file over another says so", () => {
  const parsed = parsePermission({
    id: "per_1",
    sessionID: "ses_1",
    permission: "edit",
    patterns: ["src.txt"],
    always: ["*"],
    metadata: {
      filepath: "src.txt",
      diff: "Index: src.txt\n+a",
      files: [
        { filePath: "/p/src.txt", type: "move", movePath: "/p/victim.txt" },
        { filePath: "/p/b.txt", type: "update" },
      ],
    },
  });
  assert(parsed?.request.kind === "permission");
  const { shown } = describePermission(parsed.request, en);
  assertEquals(shown.map(({ text }) => text), [
    "src.txt",
    "/p/src.txt → /p/victim.txt",
    "+a",
  ]);
});

Deno.test("a doom loop shows the call that goes on", () => {
  const parsed = parsePermission({
    id: "per_1",
    sessionID: "ses_1",
    permission: "doom_loop",
    patterns: ["bash"],
    always: ["bash"],
    metadata: { tool: "bash", input: { command: "rm -rf /important" } },
  });
  assert(parsed?.request.kind === "permission");
  const { shown } = describePermission(parsed.request, en);
  assert(shown.at(-1)?.text.includes("rm -rf /important"));
});

Deno.test("a card that Feishu refuses in every form can only be rejected, in words too", async () => {
  await using world = await startTurnAsks("perm_once");
  world.twin.faults.fail({ match: /POST.*messages/, status: 400, code: 230028, times: 12 });
  world.ask(BASH);
  for (let n = 0; n < 3; n++) {
    await world.sent(4 * (n + 1));
    world.retryNow();
  }
  const [card] = await world.sees(/does not accept what this message says/);
  assertEquals(labels(world, card?.id ?? ""), ["Reject"]);
  for (const typed of ["y", "a", "2", "always"]) {
    assertMatch(String(await world.reply(typed, "ou_owner")), /none of the answers/, typed);
  }
  assertEquals(await world.press("per_1", 0, "once", "ou_owner"), "This question is over.");
  assertEquals(world.replies.size, 0);
  assertEquals(await world.reply("n", "ou_owner"), true);
});

Deno.test("an answer that quotes a card that is over, or somebody else's, is told so", async () => {
  await using world = await startTurnAsks("perm_once");
  world.ask(BASH);
  const [card] = await world.sees(/^Permission: bash\n/);
  const parentId = card?.id ?? "";
  assertEquals(
    await world.reply("y", "ou_stranger", { parentId }),
    "This question is for somebody else.",
  );
  assertEquals(await world.reply("why does it want that?", "ou_stranger", { parentId }), false);
  assertEquals(await world.reply("y", "ou_owner", { parentId }), true);
  assertEquals(await world.reply("n", "ou_owner", { parentId }), "This question is over.");
  assertEquals(await world.reply("好的", "ou_owner", { parentId }), "This question is over.");
  assertEquals(await world.reply("and now write the tests", "ou_owner", { parentId }), false);
  assertEquals([...world.replies.values()], ["once"]);
});

Deno.test("an answer may quote the file of a card", async () => {
  await using world = await startTurnAsks("perm_once");
  world.ask({ ...BASH, command: `echo ${"a".repeat(5_000)}` });
  await world.sees(/^Permission: bash\n/);
  const [file] = world.twin.botMessages();
  assertEquals(file?.type, "file");
  assertEquals(await world.reply("n", "ou_owner", { parentId: file?.id ?? "" }), true);
  assertEquals([...world.replies.values()], ["reject"]);
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

Deno.test("a text that only begins like an answer is none", async () => {
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
