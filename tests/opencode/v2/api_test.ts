/** What opencode 2.0.4 and later is asked, byte for byte, and what its answers mean. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ApiError, NetworkError } from "../../../lib/base/errors.ts";
import type { Task } from "../../../lib/model/turn.ts";
import { WireV2 } from "../../../lib/opencode/v2/wire_v2.ts";
import { fakeOpencode } from "../fake_opencode.ts";

const RUN = {
  sessionId: "ses_1",
  directory: "/work",
  userMessageId: "msg_1",
  partId: "prt_000000000000",
  startedAt: 1,
};
const REF = { id: "ses_1", directory: "/work" };
const SESSION = { id: "ses_1", location: { directory: "/work" }, time: { updated: 5 } };
const V2 = { generation: 2 } as const;
const { signal } = new AbortController();
const user = (id: string, created = 1) => ({ type: "user", id, text: id, time: { created } });

/** A refusal as opencode 2 words it. */
function refusal(status: number, _tag: string): Response {
  return Response.json({ _tag, message: `${_tag}.` }, { status });
}

Deno.test("a session is made in its directory, under an id that makes it once", async () => {
  let failures = 1;
  await using world = fakeOpencode({
    "POST /api/session": () =>
      failures-- > 0 ? new Response(null, { status: 503 }) : { data: SESSION },
  }, V2);
  assertEquals(await world.opencode.createSession("/work", signal), "ses_1");
  const [first, second] = world.requests;
  assertEquals(first, second);
  assertMatch(
    first ?? "",
    /^POST \/api\/session \{"id":"ses_[0-9a-f]{12}\w{14}","location":\{"directory":"\/work"\}\}$/,
  );
});

Deno.test("a prompt is stored behind what runs, with its own id", async () => {
  await using world = fakeOpencode({ "POST /api/session/ses_1/prompt": () => ({ data: {} }) }, V2);
  const posted = await world.opencode.post(RUN, { text: "hi" }, signal);
  assertEquals(posted, { userMessageId: "msg_1" });
  assertEquals(world.requests.filter((one) => one.startsWith("POST")), [
    'POST /api/session/ses_1/prompt {"id":"msg_1","text":"hi","delivery":"queue"}',
  ]);
});

Deno.test("a prompt whose files opencode cannot take is stored without them", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/x.txt`;
  for (const status of [400, 500]) {
    let posts = 0;
    await using world = fakeOpencode({
      "POST /api/session/ses_1/prompt": () =>
        ++posts === 1 ? new Response(null, { status }) : { data: {} },
    }, V2);
    await Deno.writeFile(path, new TextEncoder().encode("text enough"));
    const files = [{ path, name: "x.txt", bytes: 11, mime: "" }];
    const posted = await world.opencode.post(RUN, { text: "hi", files }, signal);
    assertEquals(posted, { userMessageId: "msg_1", unreadable: true });
    const bodies = world.requests.filter((one) => one.includes("/prompt"))
      .map((one) => JSON.parse(one.slice(one.indexOf("{"))));
    assertEquals(bodies.map(({ files }) => files?.length), [1, undefined]);
    assertEquals(bodies.map(({ id }) => id), ["msg_1", "msg_1"]);
    // Without files it is no fault of theirs.
    posts = 0;
    const refused = world.opencode.post(RUN, { text: "hi" }, signal);
    assertEquals((await assertRejects(() => refused, ApiError)).code, status);
  }
  await Deno.remove(directory, { recursive: true });
});

Deno.test("a directory that is gone is not taken for a lost session", async () => {
  let isLost = false;
  await using world = fakeOpencode({
    "GET /api/session/ses_1": () =>
      isLost ? refusal(404, "SessionNotFoundError") : { data: SESSION },
    "POST /api/session/ses_1/prompt": () => refusal(404, "LocationNotFoundError"),
  }, V2);
  const post = () => assertRejects(() => world.opencode.post(RUN, { text: "" }, signal), ApiError);
  assertEquals((await post()).code, "no-directory");
  isLost = true;
  assertEquals((await post()).code, 404);
});

Deno.test("a command's prompt is the one that was not there before", async () => {
  const all = [user("msg_old", 3)];
  const inbox: unknown[] = [];
  let looks = 0;
  await using world = fakeOpencode({
    "GET /api/session/ses_1/inbox": () => {
      if (looks++ === 2) inbox.push({ id: "msg_new", type: "user", time: { created: 9 } });
      return { data: inbox };
    },
    "GET /api/session/ses_1/message": () => ({ data: all.toReversed(), cursor: {} }),
    "POST /api/session/ses_1/command": () => null,
  }, V2);
  const task = { kind: "command", name: "init", arguments: "all of it" } as const;
  const work = { text: "/init all of it", task };
  const posted = await world.opencode.post(RUN, work, signal);
  assertEquals(posted, { userMessageId: "msg_new" });
  assertEquals(world.requests.filter((one) => one.startsWith("POST")), [
    'POST /api/session/ses_1/command {"name":"init","text":"all of it","delivery":"queue"}',
  ]);
  const later = { ...RUN, startedAt: 4 };
  assertEquals(await world.opencode.posted(later, work, signal), { userMessageId: "msg_new" });
  const never = { ...RUN, startedAt: 10 };
  assertEquals(await world.opencode.posted(never, work, signal), undefined);
});

Deno.test("an aborted session gets nothing from its inbox, and what opencode put there stays", async () => {
  await using world = fakeOpencode({
    "GET /api/session/ses_1/inbox": () => ({
      data: [
        { id: "msg_a", type: "user" },
        { id: "msg_b", type: "synthetic" },
        { id: "msg_c", type: "compaction" },
      ],
    }),
    "DELETE /api/session/ses_1/inbox/msg_a": () => null,
    "DELETE /api/session/ses_1/inbox/msg_c": () => refusal(409, "ConflictError"),
    "POST /api/session/ses_1/interrupt": () => ({ interrupted: true }),
  }, V2);
  await world.opencode.abort(RUN, signal);
  assertEquals(world.requests, [
    "GET /api/session/ses_1/inbox",
    "DELETE /api/session/ses_1/inbox/msg_a",
    "DELETE /api/session/ses_1/inbox/msg_c",
    "POST /api/session/ses_1/interrupt",
  ]);
});

Deno.test("a prompt is taken back from the inbox or from the session, wherever it is", async () => {
  let isWaiting = true;
  const message = { data: user("msg_1") };
  await using world = fakeOpencode({
    "DELETE /api/session/ses_1/inbox/msg_1": () => isWaiting ? null : refusal(409, "ConflictError"),
    "GET /api/session/ses_1/message/msg_1": () => message,
    "POST /api/session/ses_1/revert/stage": () => ({ data: {} }),
    "POST /api/session/ses_1/revert/commit": () => null,
  }, V2);
  await world.opencode.withdraw(RUN, signal);
  assert(await world.opencode.takeBack(RUN, signal));
  assertEquals(world.requests.splice(0).length, 2);
  isWaiting = false;
  // What was read stays where it is while the session is busy.
  assertEquals(await world.opencode.takeBack(RUN, signal), false);
  assertEquals(world.requests.splice(0).length, 1);
  await world.opencode.withdraw(RUN, signal);
  assertEquals(world.requests.slice(1), [
    "GET /api/session/ses_1/message/msg_1",
    'POST /api/session/ses_1/revert/stage {"messageID":"msg_1","files":false}',
    "POST /api/session/ses_1/revert/commit",
  ]);
});

Deno.test("all of a long session is read, page by page", async () => {
  const all = Array.from(
    { length: 1_000 },
    (_, n) =>
      n % 5 === 0
        ? user(`msg_${n}`, n)
        : { type: n % 5 === 1 ? "assistant" : "idle", id: `msg_${n}`, time: { created: n } },
  );
  const newest = all.toReversed();
  const queries: string[] = [];
  await using world = fakeOpencode({
    "GET /api/session/ses_1": () => ({
      data: { ...SESSION, model: { providerID: "fake", id: "m1" } },
    }),
    "GET /api/session/ses_1/message": ({ searchParams }) => {
      queries.push(String(searchParams));
      const from = Number(searchParams.get("cursor") ?? 0);
      const to = from + Number(searchParams.get("limit"));
      return { data: newest.slice(from, to), cursor: { next: to < 1_000 ? String(to) : null } };
    },
  }, V2);
  // Most of these messages are not shown, and those that are make two turns in the first hundred.
  const history = await world.opencode.history(REF, signal);
  assertEquals(history?.turns.at(-1)?.id, "msg_995");
  assertEquals(queries, ["order=desc&limit=100", "cursor=100&limit=100", "cursor=200&limit=100"]);
});

Deno.test("answers go to the session that asks, in the names of opencode 2", async () => {
  const ask = { id: "per_1", sessionID: "ses_child", action: "shell", resources: ["ls"] };
  const field = (key: string, type: string) => ({ key, type, title: key, options: [] });
  const form = {
    ...{ id: "frm_1", sessionID: "ses_1", metadata: { kind: "question" } },
    fields: [field("q0", "string"), field("q1", "multiselect")],
  };
  const directories: (string | null)[] = [];
  const here = (data: unknown) => (url: URL) => {
    directories.push(url.searchParams.get("location[directory]"));
    return { location: {}, data };
  };
  let isSettled = false;
  await using world = fakeOpencode({
    "GET /api/permission/request": here([ask]),
    "GET /api/form": here([form]),
    "POST /api/session/ses_child/permission/per_1/reply": () => null,
    "POST /api/session/ses_1/form/frm_1/reply": () =>
      isSettled ? refusal(409, "FormAlreadySettledError") : null,
    "DELETE /api/session/ses_1/form/frm_1": () =>
      isSettled ? refusal(409, "FormAlreadySettledError") : null,
  }, V2);
  const { opencode, requests } = world;
  assertEquals(await opencode.decide("/a b", "per_1", { reply: "always" }, signal), "answered");
  const rejection = { reply: "reject", reason: "Use id." } as const;
  assertEquals(await opencode.decide("/a b", "per_1", rejection, signal), "answered");
  assertEquals(await opencode.answer("/a b", "frm_1", [["Red"], []], signal), "answered");
  assertEquals(await opencode.answer("/a b", "frm_1", [[], ["S", "own"]], signal), "answered");
  assertEquals(await opencode.dismiss("/a b", "frm_1", signal), "answered");
  assertEquals(requests.splice(0).filter((one) => !one.startsWith("GET")), [
    'POST /api/session/ses_child/permission/per_1/reply {"decision":"always"}',
    'POST /api/session/ses_child/permission/per_1/reply {"decision":"reject","message":"Use id."}',
    'POST /api/session/ses_1/form/frm_1/reply {"answer":{"q0":"Red"}}',
    'POST /api/session/ses_1/form/frm_1/reply {"answer":{"q1":["S","own"]}}',
    "DELETE /api/session/ses_1/form/frm_1",
  ]);
  assertEquals(new Set(directories), new Set(["/a b"]));
  isSettled = true;
  assertEquals(await opencode.answer("/a b", "frm_1", [["Red"], []], signal), "gone");
  assertEquals(await opencode.dismiss("/a b", "frm_1", signal), "gone");
  assertEquals(await opencode.decide("/a b", "per_2", { reply: "once" }, signal), "gone");
  assertEquals(await opencode.answer("/a b", "frm_2", [], signal), "gone");
});

Deno.test("a directory whose plugins load still takes a turn later: nothing was sent", async () => {
  for (
    const route of ["GET /api/agent", "GET /api/session/ses_1", "GET /api/session/ses_1/inbox"]
  ) {
    await using world = fakeOpencode({
      "GET /api/session/ses_1": () => ({ data: { ...SESSION, agent: "build" } }),
      "GET /api/agent": () => ({ data: [{ id: "build" }] }),
      [route]: () => refusal(503, "ServiceUnavailableError"),
    }, V2);
    const task = { kind: "command", name: "init", arguments: "" } as const;
    const post = world.opencode.post(RUN, { text: "", task }, signal);
    const error = await assertRejects(() => post, NetworkError, "still loads what /work needs");
    assertEquals(error.isUnsent, true);
  }
});

Deno.test("what there is to choose is read without the keys beside it", async () => {
  const settings = { apiKey: "sk-secret" };
  const model = (id: string, more: object = {}) => ({
    ...{
      id,
      providerID: "fake",
      settings,
      limit: { context: 8_000 },
      variants: [{ id: "low" }],
      ...more,
    },
  });
  const here = (data: unknown) => () => ({ location: {}, data });
  await using world = fakeOpencode({
    "GET /api/model": here([model("m/1"), model("m2", { enabled: false }), null]),
    "GET /api/agent": here([
      { id: "build", name: "Build", mode: "primary" },
      { id: "general", mode: "subagent" },
      { id: "title", mode: "primary", hidden: true },
    ]),
    "GET /api/command": here([{ name: "init" }]),
    "GET /api/config": () => [
      { type: "directory", path: "/work/.opencode" },
      {
        type: "document",
        info: {
          provider: { fake: settings },
          permissions: [
            { action: "shell", resource: "rm *", effect: "ask" },
            { action: "edit", resource: "*", effect: "ask" },
            { action: "read", resource: "*", effect: "allow" },
          ],
        },
      },
    ],
  }, V2);
  const { opencode } = world;
  const providers = await opencode.providers("/work", signal);
  assertEquals(providers, [
    { id: "fake", name: "fake", models: [{ id: "m/1", context: 8_000, efforts: ["low"] }] },
  ]);
  assertEquals(await opencode.models("/work", signal), ["fake/m/1"]);
  assertEquals(await opencode.agents("/work", signal), ["build"]);
  assertEquals(await opencode.commands("/work", signal), [{ name: "init", description: "" }]);
  assertMatch(await opencode.askRules("/work", signal) ?? "", /rules: bash "rm \*", edit;/);
});

Deno.test("what a turn changed is what git says, else what its tools say", async () => {
  let diff: unknown[] = [{ file: "a", patch: "@@", additions: 1, deletions: 2 }];
  const tool = (id: string, name: string, input: unknown, state: object) => ({
    ...{ type: "tool", id, name, state: { status: "completed", input, ...state } },
  });
  const files = ["b", "c"].map((file) => ({ file, patch: "@@", additions: 1, deletions: 0 }));
  const content = [
    tool("1", "patch", {}, { metadata: { files } }),
    tool("2", "write", { path: "/work/d", content: "x\ny\n" }, {}),
    tool("3", "write", { path: "e", content: "x" }, { metadata: { existed: true } }),
    tool("4", "read", { path: "f" }, {}),
  ];
  await using world = fakeOpencode({
    "GET /api/session/ses_1/diff": () => ({ data: diff }),
    "GET /api/session/ses_1/message": () => ({
      data: [{ type: "assistant", id: "msg_2", content, time: { created: 2 } }, user("msg_1")],
      cursor: {},
    }),
  }, V2);
  const turn = { id: "msg_1", text: "", promptIds: ["msg_1"], hasEdits: true };
  const changes = async () =>
    (await world.opencode.changes(REF, turn, signal))
      .map(({ file, additions, deletions }) => `${file} +${additions} -${deletions}`);
  assertEquals(await changes(), ["a +1 -2"]);
  diff = [];
  assertEquals(await changes(), ["b +1 -0", "c +1 -0", "/work/d +2 -0", "e +0 -0"]);
});

Deno.test("a command in doubt may run still, unless its server has ended; all else may be posted again", async () => {
  const command = { kind: "command", name: "init", arguments: "" } as const;
  for (const isNew of [false, true]) {
    await using world = fakeOpencode({}, { ...V2, isNew });
    const { opencode } = world;
    const about = (task?: Task) =>
      opencode.unstored(RUN, { text: "", ...task && { task } }, signal);
    assertEquals(await about(command), isNew ? "stopped" : "running");
    assertEquals([await about(), await about({ kind: "compact" })], ["nothing", "nothing"]);
  }
});

Deno.test("a command in doubt is the first prompt behind those that were known, whatever the clocks say", async () => {
  let newest = [user("msg_known", 9_000)];
  await using world = fakeOpencode({
    "GET /api/session/ses_1/message": () => ({ data: newest, cursor: {} }),
    "GET /api/session/ses_1/inbox": () => ({ data: [] }),
  }, V2);
  const work = { text: "/init", task: { kind: "command", name: "init", arguments: "" } } as const;
  const find = async (after: string) =>
    (await world.opencode.posted({ ...RUN, startedAt: 5_000, after }, work, signal))?.userMessageId;
  assertEquals(await find("msg_known"), undefined);
  newest = [user("msg_ours", 1_000), ...newest];
  assertEquals([await find("msg_known"), await find("")], ["msg_ours", "msg_known"]);
});

Deno.test("the lists of a directory that is gone do not say that its session is", async () => {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) =>
      new URL(request.url).pathname === "/api/form"
        ? Response.json({ data: [] })
        : refusal(404, "LocationNotFoundError"),
  );
  try {
    const url = `http://127.0.0.1:${server.addr.port}`;
    const wire = new WireV2({ endpoint: () => Promise.resolve({ url }) });
    assertEquals(await wire.requests("/gone", signal), undefined);
  } finally {
    await server.shutdown();
  }
});
