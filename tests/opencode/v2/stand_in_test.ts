/** Turns on a server that keeps to the contract of opencode 2, from the prompt to the reading. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { ApiError } from "../../../lib/base/errors.ts";
import { array, object } from "../../../lib/base/json.ts";
import type { PermissionReply } from "../../../lib/model/agent_request.ts";
import { until } from "../../until.ts";
import { startV2StandIn } from "../v2_stand_in/v2_stand_in.ts";
import { asked, DIRECTORY, World } from "./stand_in_world.ts";

/** A script that has a subagent run another one. */
function subagent(prompt: string): string {
  const input = { description: "Sub job", prompt, agent: "general" };
  const json = JSON.stringify(input).replaceAll("[", "\\u005b").replaceAll("]", "\\u005d");
  return `[[call subagent ${json}]]`;
}

Deno.test("a turn grows, and is read again as it was", async () => {
  await using world = new World();
  const session = await world.session();
  const text = `[[reason]] [[bash date]] [[write a.txt one]] ${subagent("[[bash id]]")}`;
  const { run, followed } = await world.turn(session, { text });
  const end = await world.end(followed);
  assertEquals([end.flags, end.finish], ["idle started complete", "stop"]);
  const again = world.opencode.follow(run, () => {});
  await again.refresh(world.signal);
  assertEquals(again.read(), followed.read());
  assertEquals(world.opencode.unknownEvents, "");
  const { title, model } = await world.opencode.session(session, world.signal) ?? {};
  assertEquals([title, model], ["Fake title", "fake/m1"]);
});

Deno.test("a stream that breaks off in a turn costs nothing of it", async () => {
  await using world = new World();
  const session = await world.session();
  const { followed } = await world.turn(session, { text: "[[slow 8 20]] [[bash date]] [[say x]]" });
  await until("it has begun", () => followed.read().text.includes("w2"));
  world.server.dropStreams();
  const end = await world.end(followed);
  assertEquals([end.flags, end.text], ["idle started complete", "w0 w1 w2 w3 w4 w5 w6 w7 \n\nx"]);
});

Deno.test("a permission is shown as what runs, and answered", async () => {
  await using world = new World();
  const session = await world.session();
  const answers: [PermissionReply, string][] = [
    [{ reply: "once" }, "completed bash: touch a"],
    [{ reply: "reject", reason: "Use id instead." }, "error bash: touch a"],
    [{ reply: "always" }, "completed bash: touch a"],
  ];
  for (const [reply, shown] of answers) {
    const { followed } = await world.turn(session, { text: "[[ask touch a]]" });
    const request = await asked(followed);
    assert(request.kind === "permission");
    const { permission, command, always, input } = request;
    assertEquals([permission, command, always], ["bash", "touch a", ["touch a"]]);
    assertEquals(input, { command: "touch a" });
    const answer = world.opencode.decide(DIRECTORY, request.id, reply, world.signal);
    assertEquals(await answer, "answered");
    const end = await world.end(followed);
    assertEquals([end.flags, end.finish], ["idle started complete", "stop"]);
    assert(end.tools?.[0]?.startsWith(shown), end.tools?.[0]);
    assertEquals(await world.opencode.decide(DIRECTORY, request.id, reply, world.signal), "gone");
  }
  assertEquals(world.warnings, []);
});

Deno.test("a permission that somebody else rejects is noticed", async () => {
  await using world = new World();
  const session = await world.session();
  const { followed } = await world.turn(session, { text: "[[ask touch a]]" });
  const { id } = await asked(followed);
  const path = `/api/session/${session.id}/permission/${id}/reply`;
  await world.post(path, { decision: "reject" });
  const end = await world.end(followed);
  assertEquals([end.flags, end.finish], ["idle started complete", "tool-calls"]);
  assertEquals(followed.outsideActs.length, 1);
  assertEquals(world.warnings.length, 1);
});

Deno.test("what somebody else allows a session is noticed", async () => {
  await using world = new World();
  const session = await world.session();
  const { followed } = await world.turn(session, { text: "[[ask touch a]]" });
  const { id } = await asked(followed);
  const permissions = [{ action: "shell", resource: "*", effect: "allow" }];
  await world.post(`/api/session/${session.id}`, { permissions }, "PATCH");
  await until("it is noticed", () => followed.outsideActs.length === 1);
  const [act] = followed.outsideActs;
  assertEquals(act, { kind: "rules", sessionId: session.id, allowed: ["bash *"] });
  await world.opencode.decide(DIRECTORY, id, { reply: "once" }, world.signal);
  await world.end(followed);
});

Deno.test("what opencode allows elsewhere because of our always is nobody else's doing", async () => {
  await using world = new World();
  const [one, other] = [await world.session(), await world.session()];
  const first = await world.turn(one, { text: "[[ask touch a]]" });
  const second = await world.turn(other, { text: "[[ask touch a]]" });
  await asked(second.followed);
  const { id } = await asked(first.followed);
  assertEquals(
    await world.opencode.decide(DIRECTORY, id, { reply: "always" }, world.signal),
    "answered",
  );
  for (const { followed } of [first, second]) {
    assertEquals((await world.end(followed)).tools, ["completed bash: touch a"]);
    assertEquals(followed.outsideActs, []);
  }
  assertEquals(world.warnings, []);
});

Deno.test("questions are answered one list each, or dismissed", async () => {
  await using world = new World();
  const session = await world.session();
  const { opencode, signal } = world;
  const first = await world.turn(session, { text: "[[questions]]" });
  const { id } = await asked(first.followed);
  const answers = [["Red"], ["S", "my own"]];
  assertEquals(await opencode.answer(DIRECTORY, id, answers, signal), "answered");
  assertEquals((await world.end(first.followed)).finish, "stop");
  assertEquals(await opencode.answer(DIRECTORY, id, answers, signal), "gone");

  const second = await world.turn(session, { text: "[[question]]" });
  const request = await asked(second.followed);
  assertEquals(await opencode.dismiss(DIRECTORY, request.id, signal), "answered");
  const end = await world.end(second.followed);
  assertEquals([end.flags, end.finish], ["idle started complete", "tool-calls"]);
  assertEquals(await opencode.dismiss(DIRECTORY, request.id, signal), "gone");
  assertEquals(world.warnings, []);
});

Deno.test("a question without an answer, as the server repeats it, is still ours", async () => {
  await using world = new World();
  const session = await world.session();
  const { followed } = await world.turn(session, { text: "[[questions]]" });
  const { id } = await asked(followed);
  assertEquals(await world.opencode.answer(DIRECTORY, id, [[], ["S"]], world.signal), "answered");
  await world.end(followed);
  assertEquals(world.warnings, []);
});

Deno.test("a subagent's request is the turn's", async () => {
  await using world = new World();
  const session = await world.session();
  const { followed } = await world.turn(session, { text: subagent("[[ask touch a]]") });
  const { id } = await asked(followed);
  const reply = { reply: "once" } as const;
  assertEquals(await world.opencode.decide(DIRECTORY, id, reply, world.signal), "answered");
  const end = await world.end(followed);
  assertEquals(end.tools, ["completed task: Sub job", "  completed bash: touch a"]);
});

Deno.test("an abort ends what runs and drops what waits", async () => {
  await using world = new World();
  const { opencode, signal } = world;
  const session = await world.session();
  const first = await world.turn(session, { text: "[[slow 100 20]]" });
  await until("it has begun", () => first.followed.read().text !== "");
  const second = await world.turn(session, { text: "[[say second]]" });
  assertEquals(await opencode.posted(second.run, { text: "" }, signal), {
    userMessageId: second.run.userMessageId,
  });
  assert(await opencode.isBusy(session, signal));
  await opencode.abort(first.run, signal);
  const end = await world.end(first.followed);
  assertEquals(end.flags, "idle started complete aborted");
  assert(!await opencode.isBusy(session, signal));
  assertEquals(await opencode.posted(second.run, { text: "" }, signal), undefined);
  // It would run with the next prompt.
  const third = await world.turn(session, { text: "[[say third]]" });
  assertEquals((await world.end(third.followed)).text, "third");
  // Of an idle session and of a lost one.
  await opencode.abort(third.run, signal);
  await opencode.abort({ ...third.run, sessionId: "ses_lost" }, signal);
});

Deno.test("an abort while the agent asks dismisses nothing", async () => {
  await using world = new World();
  const session = await world.session();
  const { run, followed } = await world.turn(session, { text: "[[question]]" });
  await asked(followed);
  await world.opencode.abort(run, world.signal);
  assertEquals((await world.end(followed)).flags, "idle started complete aborted");
  assertEquals([followed.outsideActs, world.warnings], [[], []]);
});

Deno.test("the same prompt again runs once", async () => {
  await using world = new World();
  const session = await world.session();
  const { run, followed } = await world.turn(session, { text: "[[say once]]" });
  await world.opencode.post(run, { text: "[[say once]]" }, world.signal);
  await until("the turn has ended", () => followed.hasEnded);
  // The second post may keep the session busy for an instant.
  await until("the session rests", async () => !await followed.refresh(world.signal));
  assertEquals((await world.end(followed)).text, "once");
  await world.opencode.post(run, { text: "[[say once]]" }, world.signal);
  const history = await world.opencode.history(session, world.signal);
  assertEquals(history?.turns.map(({ id }) => id), [run.userMessageId]);
  const never = world.opencode.begin(session, {});
  assertEquals(await world.opencode.posted(never, { text: "" }, world.signal), undefined);
});

Deno.test("model and agent are chosen when they are others, and only if there is such an agent", async () => {
  await using world = new World();
  const { opencode, server } = world;
  const session = await world.session();
  const chosen = () =>
    server.requests.splice(0).filter(({ path }) => /\/(model|agent)$/.test(path))
      .filter(({ method }) => method === "POST").map(({ body }) => body.model ?? body.agent);
  for (const choice of [{ model: "fake/m2", agent: "plan" }, { model: "fake/m2", agent: "plan" }]) {
    const { followed } = await world.turn(session, { text: "hi" }, choice);
    await world.end(followed);
    assertEquals(followed.read().model, "fake/m2");
  }
  assertEquals(chosen(), [{ providerID: "fake", id: "m2" }, "plan"]);
  const error = await assertRejects(
    () => world.turn(session, { text: "hi" }, { agent: "nope" }),
    ApiError,
  );
  assertEquals([error.message, chosen()], ['Agent not found: "nope"', []]);
  const { followed } = await world.turn(session, { text: "hi" }, { model: "fake/nope" });
  assertEquals(
    (await world.end(followed)).error,
    "provider.no-route: Model unavailable: fake/nope",
  );
  assertEquals(await opencode.agents(DIRECTORY, world.signal), ["build", "plan"]);
  assertEquals(await opencode.models(DIRECTORY, world.signal), ["fake/m1", "fake/m2"]);
  assertEquals(opencode.contextLimit("fake/m1"), 200_000);
});

Deno.test("files go with a prompt up to 3 MiB, and else as a path", async () => {
  await using world = new World();
  const session = await world.session();
  const directory = await Deno.makeTempDir();
  const file = async (name: string, head: string, bytes: number) => {
    const path = `${directory}/${name}`;
    const content = new Uint8Array(bytes);
    content.set(new TextEncoder().encode(head));
    await Deno.writeFile(path, content);
    return { path, name, bytes, mime: "" };
  };
  try {
    const files = [
      await file("small.pdf", "%PDF-1.7", 3 * 1024 * 1024),
      await file("large.pdf", "%PDF-1.7", 3 * 1024 * 1024 + 1),
      await file("x.zip", "PK", 100),
    ];
    const { followed } = await world.turn(session, { text: "Look.", files });
    await world.end(followed);
    const sent = world.server.requests.find(({ path }) => path.endsWith("/prompt"))?.body;
    assertEquals(
      array(sent?.files).map((one) => object(one).name),
      ["small.pdf"],
    );
    for (const { path } of files) assert(String(sent?.text).includes(path));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("a session is compacted, unless it is empty", async () => {
  await using world = new World();
  const session = await world.session();
  const work = { text: "", task: { kind: "compact" } } as const;
  const error = await assertRejects(() => world.turn(session, work), ApiError);
  assertEquals(error.code, "nothing-to-compact");
  await world.end((await world.turn(session, { text: "hi" })).followed);
  const { run, followed } = await world.turn(session, work);
  const end = await world.end(followed);
  assertEquals([end.flags, end.text], ["idle started complete compacted", ""]);
  assertEquals(await world.opencode.posted(run, work, world.signal), {
    userMessageId: run.userMessageId,
  });
});

Deno.test("a command is followed under the id that opencode gives its prompt", async () => {
  await using world = new World();
  const session = await world.session();
  await world.end((await world.turn(session, { text: "hi" })).followed);
  const work = {
    text: "/init [[say ready]]",
    task: { kind: "command", name: "init", arguments: "[[say ready]]" },
  } as const;
  const { run, followed } = await world.turn(session, work);
  await followed.refresh(world.signal);
  assertEquals((await world.end(followed)).text, "ready");
  const { userMessageId } = run;
  assertEquals(await world.opencode.posted(run, work, world.signal), { userMessageId });
  const { opencode, signal } = world;
  assertEquals((await opencode.commands(DIRECTORY, signal))[0]?.name, "init");
});

Deno.test("turns are undone and redone", async () => {
  await using world = new World();
  const { opencode, signal } = world;
  const session = await world.session();
  const ids: string[] = [];
  for (const text of ["[[write a.txt one]]", "[[say two]]"]) {
    const { run, followed } = await world.turn(session, { text });
    await world.end(followed);
    ids.push(run.userMessageId);
  }
  const before = await opencode.history(session, signal);
  assertEquals(before?.turns.map(({ id, hasEdits }) => [id, hasEdits]), [
    [ids[0], true],
    [ids[1], false],
  ]);
  const [first] = before?.turns ?? [];
  assert(first);
  const [change] = await opencode.changes(session, first, signal);
  assertEquals(change?.file, "a.txt");
  assert(await opencode.rewind(session, ids[1] ?? "", signal));
  assertEquals((await opencode.history(session, signal))?.inForce, 1);
  assert(await opencode.rewind(session, null, signal));
  assertEquals((await opencode.history(session, signal))?.inForce, 2);
  const { run, followed } = await world.turn(session, { text: "[[slow 20 20]]" });
  await until("it has begun", () => followed.read().started);
  assertEquals(await opencode.rewind(session, ids[1] ?? "", signal), false);
  await opencode.abort(run, signal);
  await world.end(followed);
});

Deno.test("a session that is lost, or whose directory is, is said to be that", async () => {
  await using world = new World();
  const { opencode, signal } = world;
  const session = await world.session();
  assertEquals(await opencode.session({ ...session, id: "ses_lost" }, signal), undefined);
  const lost = world.turn({ ...session, id: "ses_lost" }, { text: "hi" });
  assertEquals((await assertRejects(() => lost, ApiError)).code, 404);
  assertEquals((await opencode.sessions(DIRECTORY, signal)).map(({ id }) => id), [session.id]);
  assertEquals(await opencode.sessions("/elsewhere", signal), []);
});

Deno.test("a turn that its server has taken with it has died, and was stopped by nobody", async () => {
  const directory = await Deno.makeTempDir();
  const file = `${directory}/opencode.db`;
  try {
    await using world = new World({ file });
    const session = await world.session();
    const { followed } = await world.turn(session, { text: "[[bash date]] [[slow 500 20]]" });
    await until("it has begun", () => followed.read().text.includes("w1"));
    await world.server.stop();
    world.server = startV2StandIn({ file });
    await until("the stream is open again", () => world.opencode.open);
    assertEquals(await followed.refresh(world.signal), false);
    const { phase, complete, aborted, tools, text } = followed.read();
    assertEquals([phase, complete, aborted], ["idle", false, false]);
    assertEquals(tools.length, 1);
    assert(text.startsWith("w0 w1"));
    const next = await world.turn(session, { text: "[[say next]]" });
    assertEquals((await world.end(next.followed)).text, "next");
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
