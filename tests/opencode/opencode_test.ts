import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ApiError } from "../../lib/base/errors.ts";
import { fakeOpencode } from "./fake_opencode.ts";
import { until } from "../until.ts";

const RUN = {
  sessionId: "ses_1",
  directory: "/work",
  userMessageId: "msg_1",
  partId: "prt_000000000000",
  startedAt: 1,
};
const { signal } = new AbortController();

Deno.test("an answer to a request is passed on with what the model reads", async () => {
  await using world = fakeOpencode({
    "POST /permission/per_1/reply": () => true,
    "POST /question/que_1/reply": () => true,
    "POST /question/que_1/reject": () => true,
  });
  const { opencode, requests } = world;
  assertEquals(await opencode.decide("/work", "per_1", { reply: "always" }, signal), "answered");
  const rejection = { reply: "reject", reason: "Use id instead." } as const;
  assertEquals(await opencode.decide("/work", "per_1", rejection, signal), "answered");
  assertEquals(await opencode.answer("/work", "que_1", [["Red"], []], signal), "answered");
  assertEquals(await opencode.dismiss("/work", "que_1", signal), "answered");
  assertEquals(requests, [
    'POST /permission/per_1/reply {"reply":"always"}',
    'POST /permission/per_1/reply {"reply":"reject","message":"Use id instead."}',
    'POST /question/que_1/reply {"answers":[["Red"],[]]}',
    "POST /question/que_1/reject",
  ]);
});

Deno.test("a request that is answered elsewhere is gone", async () => {
  await using world = fakeOpencode({});
  const { opencode } = world;
  assertEquals(await opencode.decide("/work", "per_1", { reply: "once" }, signal), "gone");
  assertEquals(await opencode.answer("/work", "que_1", [["Red"]], signal), "gone");
  assertEquals(await opencode.dismiss("/work", "que_1", signal), "gone");
});

Deno.test("an answer that opencode refuses for another reason is an error", async () => {
  await using world = fakeOpencode({
    "POST /permission/per_1/reply": () => Response.json({ _tag: "BadRequest" }, { status: 400 }),
  });
  const decided = world.opencode.decide("/work", "per_1", { reply: "once" }, signal);
  assertEquals((await assertRejects(() => decided, ApiError)).code, 400);
});

Deno.test("models, agents and sessions are those that a person may choose", async () => {
  const session = (id: string, time = {}) => ({
    id,
    directory: "/work",
    time: { updated: 5, ...time },
  });
  const asked: (string | null)[] = [];
  await using world = fakeOpencode({
    "GET /config/providers": () => ({
      providers: [
        { id: "p", models: { a: { id: "a" }, b: { id: "maker/b" } } },
        { id: "q", models: { c: { id: "c" } } },
      ],
    }),
    "GET /agent": () => [
      { name: "build", mode: "primary" },
      { name: "both", mode: "all" },
      { name: "explore", mode: "subagent" },
      { name: "title", mode: "primary", hidden: true },
    ],
    "GET /session": ({ searchParams }) => {
      asked.push(searchParams.get("limit"), searchParams.get("roots"));
      return [session("ses_1"), session("ses_2", { archived: 7 }), session("ses_3")];
    },
  });
  const { opencode } = world;
  assertEquals(await opencode.models("/work", signal), ["p/a", "p/maker/b", "q/c"]);
  assertEquals(await opencode.agents("/work", signal), ["build", "both"]);
  const sessions = await opencode.sessions("/work", signal);
  assertEquals(sessions.map(({ id }) => id), ["ses_1", "ses_3"]);
  assertEquals(sessions[0], { id: "ses_1", directory: "/work", title: "", updated: 5 });
  assertEquals(asked, ["200", "true"]);
});

Deno.test("a turn begins with fresh ids, now, and with what was chosen", async () => {
  await using world = fakeOpencode({});
  const session = { id: "ses_1", directory: "/work" };
  const before = Date.now();
  const plain = world.opencode.begin(session, { model: undefined });
  assertEquals(Object.keys(plain).sort(), [
    "directory",
    "partId",
    "sessionId",
    "startedAt",
    "userMessageId",
  ]);
  assertMatch(plain.userMessageId, /^msg_/);
  assertMatch(plain.partId, /^prt_/);
  assert(plain.startedAt >= before && plain.startedAt <= Date.now());
  const chosen = world.opencode.begin(session, { model: "a/b", agent: "plan" });
  assertEquals([chosen.model, chosen.agent], ["a/b", "plan"]);
  assert(chosen.userMessageId > plain.userMessageId);
});

Deno.test("a prompt is known, and can be withdrawn", async () => {
  const info = { id: "msg_1", sessionID: "ses_1", role: "user", time: { created: 1 } };
  await using world = fakeOpencode({
    "GET /session/ses_1/message/msg_1": () => ({ info, parts: [] }),
    "DELETE /session/ses_1/message/msg_1": () => true,
  });
  const { opencode, requests } = world;
  const work = { text: "hello" };
  assertEquals(await opencode.posted(RUN, work, signal), { userMessageId: "msg_1" });
  assertEquals(await opencode.posted({ ...RUN, userMessageId: "msg_2" }, work, signal), undefined);
  await opencode.withdraw(RUN, signal);
  assertEquals(requests.at(-1), "DELETE /session/ses_1/message/msg_1");
});

Deno.test("the first prompt of a directory brings the context windows of its models", async () => {
  await using world = fakeOpencode({
    "POST /session/ses_1/prompt_async": () => new Response(null, { status: 204 }),
    "GET /config/providers": () => ({
      providers: [{ id: "p", models: { a: { id: "a", limit: { context: 8_000 } } } }],
    }),
  });
  const { opencode, requests } = world;
  assertEquals(opencode.contextLimit("p/a"), undefined);
  await opencode.post(RUN, { text: "hello" }, signal);
  await until("the limit is known", () => opencode.contextLimit("p/a") === 8_000);
  await opencode.post(RUN, { text: "hello" }, signal);
  assertEquals(requests.filter((request) => request === "GET /config/providers").length, 1);
});

Deno.test("rules that make the agent ask are named in one line", async () => {
  let permission: unknown = { edit: "ask", bash: { "*": "allow", "rm *": "ask" }, read: "allow" };
  await using world = fakeOpencode({ "GET /config": () => ({ permission }) });
  const line = await world.opencode.askRules("/nowhere", signal) ?? "";
  assertMatch(line, /^opencode config .* contains 'ask' permission rules: edit, bash "rm \*"; /);
  permission = undefined;
  assertEquals(await world.opencode.askRules("/nowhere", signal), undefined);
});
