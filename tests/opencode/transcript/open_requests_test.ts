/** Which of the requests that opencode lists are asked by a turn. It lists those of aborted turns for ever. */
import { assertEquals } from "@std/assert";
import type { PendingRequest, SessionEvent } from "../../../lib/opencode/transcript/event.ts";
import { openRequests } from "../../../lib/opencode/transcript/open_requests.ts";
import { fold, load, setRequests } from "../../../lib/opencode/transcript/fold.ts";
import { Transcript } from "../../../lib/opencode/transcript/transcript.ts";
import { stored } from "../recordings.ts";
import { foldAll, turn } from "../turns.ts";

const SESSION = "ses_1";
const CHILD = "ses_child";

const message = (
  id: string,
  created: number,
  { promptId, sessionId = SESSION, completed }: {
    promptId?: string;
    sessionId?: string;
    completed?: number;
  } = {},
): SessionEvent & { type: "message" } => ({
  type: "message",
  sessionId,
  info: promptId === undefined ? { role: "user", id, sessionId, created, changes: [] } : {
    ...{ role: "assistant", id, sessionId, created, promptId, isSummary: false },
    ...{ cost: 0, tokens: 0, ...(completed !== undefined && { completed }) },
  },
});

const pending = (
  id: string,
  messageId?: string,
  { sessionId = SESSION, askedAt }: { sessionId?: string; askedAt?: number } = {},
): PendingRequest => ({
  request: { kind: "permission", id, permission: "bash", patterns: [], always: [] },
  sessionId,
  ...(messageId !== undefined && { origin: { messageId, callId: "call" } }),
  ...(askedAt !== undefined && { askedAt }),
});

const asked = (request: PendingRequest): SessionEvent => ({
  type: "asked",
  sessionId: request.sessionId,
  pending: request,
});

/** The second turn of a session, at its first step, after one with the step `msg_old`. */
function secondTurn(): Transcript {
  const t = new Transcript(SESSION, "msg_prompt");
  foldAll(t, [
    message("msg_first", 100),
    message("msg_old", 101, { promptId: "msg_first", completed: 150 }),
    message("msg_prompt", 200),
    { type: "status", sessionId: SESSION, status: { type: "busy" } },
    message("msg_step", 201, { promptId: "msg_prompt" }),
  ]);
  return t;
}

const ids = (t: Transcript) => openRequests(t).map(({ id }) => id);

Deno.test("what an aborted turn left behind is none of the next turn's, from a list or an event", () => {
  const ghost = pending("per_ghost", "msg_old");
  for (const learn of ["list", "event"] as const) {
    const t = secondTurn();
    if (learn === "list") setRequests(t, [ghost, pending("per_own", "msg_step")]);
    else foldAll(t, [asked(ghost), asked(pending("per_own", "msg_step"))]);
    assertEquals(ids(t), ["per_own"], learn);
  }
});

Deno.test("the recorded request of an aborted turn is none of a turn that follows in its session", () => {
  const { events, frames, sessionId } = turn("perm_abort");
  const t = new Transcript(sessionId, "msg_next");
  foldAll(t, events);
  const created = 1795329900000;
  fold(t, message("msg_next", created, { sessionId }));
  fold(t, message("msg_answer", created + 1, { sessionId, promptId: "msg_next" }));
  setRequests(t, stored(frames, sessionId).requests);
  assertEquals(t.requests.size, 1);
  assertEquals(ids(t), []);
});

Deno.test("a subagent that goes on in an old session brings no old request along", () => {
  const t = secondTurn();
  fold(t, { type: "session", sessionId: CHILD, parentId: SESSION, allowed: [] });
  const old = message("msg_child_old", 120, { sessionId: CHILD, promptId: "msg_x" });
  const now = message("msg_child", 210, { sessionId: CHILD, promptId: "msg_y" });
  load(t, [old, now].map(({ info }) => ({ info, parts: [] })));
  setRequests(t, [
    pending("per_old", "msg_child_old", { sessionId: CHILD }),
    pending("per_child", "msg_child", { sessionId: CHILD }),
  ]);
  assertEquals(ids(t), ["per_child"]);
});

Deno.test("a request is over with its step", () => {
  const t = secondTurn();
  setRequests(t, [pending("per_own", "msg_step")]);
  fold(t, message("msg_step", 201, { promptId: "msg_prompt", completed: 220 }));
  assertEquals(ids(t), []);
});

Deno.test("a request that names no message must not be older than the prompt, as far as its id tells", () => {
  const t = secondTurn();
  setRequests(t, [
    pending("per_before", undefined, { askedAt: 199 }),
    pending("per_after", undefined, { askedAt: 201 }),
    pending("per_unknown"),
  ]);
  assertEquals(ids(t), ["per_after", "per_unknown"]);
  // Its id has another form than opencode's own, and seems to be older.
  const now = pending("per_now", undefined, { askedAt: 7 });
  fold(t, asked(now));
  assertEquals(ids(t), ["per_after", "per_unknown", "per_now"]);
  setRequests(t, [now]);
  assertEquals(ids(t), ["per_now"]);
});

Deno.test("a list that was read before an event takes nothing back that the event said", () => {
  const t = secondTurn();
  foldAll(t, ["per_1", "per_2"].map((id) => asked(pending(id, "msg_step"))));
  const before = [...t.requests.keys()];
  const listed = [...t.requests.values()];
  const answer = { kind: "permission", reply: "once" } as const;
  fold(t, { type: "answered", sessionId: SESSION, requestId: "per_1", answer });
  fold(t, asked(pending("per_3", "msg_step")));
  setRequests(t, listed, before);
  assertEquals(ids(t).sort(), ["per_2", "per_3"]);
});
