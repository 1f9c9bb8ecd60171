import { assert, assertEquals } from "@std/assert";
import { read } from "../../../lib/opencode/transcript/reading.ts";
import { fold, setChildStatus, setRequests } from "../../../lib/opencode/transcript/fold.ts";
import type { AssistantMessage } from "../../../lib/opencode/transcript/message.ts";
import { isOver, Transcript } from "../../../lib/opencode/transcript/transcript.ts";
import { stored } from "../recordings.ts";
import { distinct, foldAll, readings, turn } from "../turns.ts";

Deno.test("a turn is waiting, busy, retrying and idle in turn", () => {
  const { t, events } = turn("err429once");
  assertEquals(read(t).phase, "waiting");
  const all = readings(t, events);
  assertEquals(distinct(all.map(({ phase }) => phase)), [
    "waiting",
    "busy",
    "retry",
    "busy",
    "idle",
  ]);
  assertEquals(all.find(({ retry }) => retry)?.retry, {
    attempt: 1,
    message: "rate limited, slow down",
    next: 1795329701976,
  });
  assertEquals(read(t).retry, undefined);
});

Deno.test("what a subagent waits for is what the turn waits for", () => {
  const { t, events } = turn("task");
  const child = events.findIndex((event) => event.type === "session" && event.parentId);
  foldAll(t, events.slice(0, child + 1));
  const [sessionId = ""] = t.children.keys();
  const retry = { attempt: 2, message: "slow down", next: 5 };
  fold(t, { type: "status", sessionId, status: { type: "retry", ...retry } });
  assertEquals([read(t).phase, read(t).retry], ["retry", retry]);
  fold(t, { type: "status", sessionId, status: { type: "busy" } });
  assertEquals(read(t).phase, "busy");
  // The server's list tells it, too, and nothing of others.
  setChildStatus(t, sessionId, { type: "retry", ...retry });
  setChildStatus(t, "ses_other", { type: "retry", ...retry, message: "not ours" });
  assertEquals(read(t).retry, retry);
  setChildStatus(t, sessionId, undefined);
  foldAll(t, events.slice(child + 1));
  assertEquals([read(t).phase, read(t).retry], ["idle", undefined]);
});

Deno.test("text grows with each delta", () => {
  const { t, events } = turn("text");
  const texts = distinct(readings(t, events).map(({ text }) => text));
  assertEquals(texts, ["", "Hello ", "Hello from the ", "Hello from the fake model."]);
});

Deno.test("an idle that belongs to an aborted turn before does not end ours", () => {
  const { t, events, sessionId } = turn("second_prompt_abort", 2);
  const posted = events.findIndex((event) =>
    event.type === "message" && event.info.id === t.userMessageId
  );
  foldAll(t, events.slice(0, posted + 1));
  const error = { name: "MessageAbortedError", message: "Aborted", isAbort: true } as const;
  fold(t, { type: "failed", sessionId, error });
  fold(t, { type: "status", sessionId, status: { type: "idle" } });
  fold(t, { type: "status", sessionId, status: { type: "idle" } });
  assertEquals([read(t).phase, read(t).accepted], ["waiting", true]);
  assert(!read(t).aborted);
  foldAll(t, events.slice(posted + 1));
  assert(read(t).phase === "idle" && !read(t).aborted);
});

Deno.test("an idle that comes late even after our busy is taken back by what follows", () => {
  const { t, events, sessionId } = turn("bash");
  const begun = events.findIndex((event) =>
    event.type === "message" && event.info.role === "assistant"
  );
  foldAll(t, events.slice(0, begun + 1));
  fold(t, { type: "status", sessionId, status: { type: "idle" } });
  assertEquals([read(t).phase, read(t).complete], ["idle", false]);
  foldAll(t, events.slice(begun + 1));
  assertEquals(read(t).text, "I will run a command.\n\nDone: command ran.");
  assert(read(t).complete && read(t).phase === "idle");
});

Deno.test("an idle that comes late between two steps is taken back too", () => {
  const { t, events, sessionId } = turn("bash");
  const steps = events.findIndex((event) =>
    event.type === "message" && event.info.role === "assistant" &&
    event.info.completed !== undefined
  );
  foldAll(t, events.slice(0, steps + 1));
  fold(t, { type: "status", sessionId, status: { type: "idle" } });
  const phases = distinct(readings(t, events.slice(steps + 1)).map(({ phase }) => phase));
  assertEquals(phases, ["idle", "busy", "idle"]);
  assertEquals(read(t).text, "I will run a command.\n\nDone: command ran.");
});

Deno.test("what begins after an abort is not ours, though our last messages are still to come", () => {
  const first = turn("text_abort");
  const { t, sessionId } = first;
  const at = first.events.findIndex((event) =>
    event.type === "status" && event.status.type === "idle"
  );
  foldAll(t, first.events.slice(0, at + 1));
  assertEquals([read(t).phase, read(t).complete, read(t).aborted], ["idle", false, true]);
  // The next turn, as if it had been posted to the same session later on.
  const next = JSON.stringify(turn("text").events).replaceAll(turn("text").sessionId, sessionId)
    .replaceAll(
      /"created":\d+/g,
      `"created":${(t.prompts.get(t.userMessageId)?.created ?? 0) + 60_000}`,
    );
  foldAll(t, JSON.parse(next));
  foldAll(t, first.events.slice(at + 1));
  assertEquals(read(t).text, "tick0 tick1 tick2 tick3 ");
  assert(read(t).complete && read(t).aborted);
});

Deno.test("errors of later turns are not ours", () => {
  const { t, events, sessionId } = turn("abort_in_retry");
  foldAll(t, events);
  const error = { name: "APIError", message: "no" };
  fold(t, { type: "failed", sessionId, error });
  assertEquals(read(t).error, undefined);
});

Deno.test("an error that the turn got over does not come back when it ends without a reason", () => {
  const { t, events, sessionId } = turn("errctx");
  const at = events.findLastIndex((event) =>
    event.type === "message" && event.info.role === "assistant" &&
    event.info.finish === undefined
  );
  const event = events[at];
  assert(event?.type === "message" && event.info.role === "assistant");
  foldAll(t, events.slice(0, at + 1));
  fold(t, { ...event, info: { ...event.info, completed: event.info.created + 1 } });
  fold(t, { type: "status", sessionId, status: { type: "idle" } });
  assertEquals([read(t).phase, read(t).complete, read(t).error], ["idle", true, undefined]);
});

Deno.test("of a retried answer only the last attempt is shown", () => {
  for (const name of ["cut", "streamerr"]) {
    const { t, events } = turn(name);
    const texts = readings(t, events).map(({ text }) => text);
    assertEquals([...new Set(texts)], ["", "partial "]);
  }
});

Deno.test("a context overflow that opencode gets over is never shown as an error", () => {
  const { t, events } = turn("errctx");
  assert(readings(t, events).every(({ error }) => error === undefined));
});

Deno.test("what an agent waits for is seen until it is answered, a subagent's too", () => {
  const { t, events, sessionId } = turn("perm_in_subagent");
  const asked = distinct(readings(t, events).map(({ requests }) => requests.length));
  assertEquals(asked, [0, 1, 0]);
  const again = turn("perm_in_subagent");
  const at = events.findIndex(({ type }) => type === "asked");
  foldAll(again.t, events.slice(0, at + 1));
  const [asking] = again.t.requests.values();
  const [request] = read(again.t).requests;
  assert(request?.kind === "permission" && asking && asking.sessionId !== sessionId);
  const { input, ...alone } = request;
  assertEquals(asking.request, alone);
  const { command, file, diff } = alone;
  assertEquals(input?.["command"], command, "with the arguments of its call");
  assertEquals([command, file, diff], ["echo hello; echo err >&2", undefined, undefined]);
  fold(again.t, { type: "status", sessionId: asking.sessionId, status: { type: "idle" } });
  assertEquals(read(again.t).requests, []);
  const question = turn("question");
  const two = readings(question.t, question.events).flatMap(({ requests }) => requests)[0];
  assert(two?.kind === "question");
  assertEquals(two.questions.map(({ header }) => header), ["Colour", "Sizes"]);
});

Deno.test("a request that an abort left behind is not shown", () => {
  const { t, events, frames, sessionId } = turn("perm_abort");
  foldAll(t, events);
  const { requests } = stored(frames, sessionId);
  assertEquals(requests.length, 1);
  setRequests(t, requests);
  assertEquals(read(t).requests, []);
});

Deno.test("an error without any message of ours is shown, as for an unknown agent", () => {
  const { t, sessionId } = turn("text");
  const error = { name: "UnknownError", message: "Agent not found" };
  fold(t, { type: "failed", sessionId, error });
  assertEquals(read(t).error, error);
  fold(t, { type: "failed", sessionId: "ses_other", error: { ...error, message: "x" } });
  fold(t, { type: "failed", error: { ...error, message: "y" } });
  assertEquals(read(t).error, error);
});

Deno.test("messages that an undo removed are gone", () => {
  const { t, events, sessionId } = turn("bash");
  foldAll(t, events);
  const last = t.steps.at(-1)?.info.id ?? "";
  fold(t, { type: "message_removed", sessionId, messageId: last });
  assertEquals(read(t).text, "I will run a command.");
});

Deno.test("tokens and cost are those of all steps, subagents' too", () => {
  const { t, events } = turn("task");
  foldAll(t, events);
  const { tokens, context, cost, model } = read(t);
  assertEquals([tokens, context], [412 + 80, 124]);
  assertEquals([cost.toFixed(6), model], ["0.000572", "fake/fake-1"]);
});

Deno.test("the answer to a prompt that came from elsewhere during ours is not ours", () => {
  const { t, events } = turn("queue_during_text");
  const busy: boolean[] = [];
  for (const event of events) {
    fold(t, event);
    if (read(t).complete) busy.push(event.type === "status" && event.status.type === "busy");
  }
  const { text, complete, phase, tools } = read(t);
  assertEquals([text.trim().split(" ").length, complete, phase, tools], [8, true, "idle", []]);
  assert(busy.includes(true), "the session went on after our turn had ended");
});

Deno.test("steps of the same millisecond stay in the order in which they came, whatever their ids", () => {
  const t = new Transcript("ses_1", "msg_1");
  const ids = { sessionId: "ses_1" };
  const prompt = { ...ids, id: "msg_1", role: "user", created: 1, changes: [] } as const;
  fold(t, { ...ids, type: "message", info: prompt });
  for (const [messageId, text] of [["msg_z", "one"], ["msg_a", "two"]] as const) {
    const info: AssistantMessage = {
      ...{ ...ids, id: messageId, role: "assistant", promptId: "msg_1", created: 2 },
      ...{ isSummary: false, cost: 0, tokens: 0 },
    };
    const part = { ...ids, id: `prt_${text}`, messageId, type: "text", text } as const;
    fold(t, { ...ids, type: "message", info });
    fold(t, { ...ids, type: "part", part: { ...part, hidden: false, ended: true } });
  }
  assertEquals(read(t).text, "one\n\ntwo");
});

Deno.test("a step that is far older than its prompt is the last where the server orders by time", () => {
  const promptedAt = 500_000;
  for (
    const { isByTime, created, text, isEndless } of [
      { isByTime: true, created: 1_000, text: "one", isEndless: true },
      { created: 1_000, text: "one\n\ntwo", isEndless: false },
      { isByTime: true, created: promptedAt, text: "one\n\ntwo", isEndless: false },
      // The prompt was posted again while it was answered.
      { isByTime: true, created: promptedAt - 30_000, text: "one\n\ntwo", isEndless: false },
    ] as const
  ) {
    const t = new Transcript("ses_1", "msg_9");
    const ids = { sessionId: "ses_1" };
    const prompt = { ...ids, id: "msg_9", role: "user", created: promptedAt, changes: [] } as const;
    fold(t, { ...ids, type: "message", info: prompt });
    fold(t, { ...ids, type: "status", status: { type: "busy" } });
    for (const [i, text] of ["one", "two"].entries()) {
      const id = `msg_${i + 2}`;
      const info: AssistantMessage = {
        ...{ ...ids, id, role: "assistant", promptId: "msg_9", created: created + i },
        ...{ finish: "stop", isSummary: false, cost: 0, tokens: 0, ...(isByTime && { isByTime }) },
      };
      const part = { ...ids, id: `prt_${i}`, messageId: id, type: "text", text } as const;
      fold(t, { ...ids, type: "message", info });
      fold(t, { ...ids, type: "part", part: { ...part, hidden: false, ended: true } });
      fold(t, { ...ids, type: "message", info: { ...info, completed: created + 1_000 } });
    }
    assertEquals([read(t).text, t.isEndless, read(t).isEndless], [
      text,
      isEndless,
      isEndless || undefined,
    ]);
    if (isEndless) assert(isOver(t));
  }
});
