import { assert, assertEquals } from "@std/assert";
import { object } from "../../../lib/base/json.ts";
import { parsePermission, parseQuestion } from "../../../lib/opencode/v1/agent_request.ts";
import { parseMessage } from "../../../lib/opencode/v1/message.ts";
import { parseSession, parseStatusMap } from "../../../lib/opencode/v1/session.ts";
import { parseAgentEntry, parseProviders } from "../../../lib/opencode/v1/catalog.ts";
import { parseGlobalEvent } from "../../../lib/opencode/v1/event.ts";
import { fold } from "../../../lib/opencode/transcript/fold.ts";
import { Transcript } from "../../../lib/opencode/transcript/transcript.ts";
import { read } from "../../../lib/opencode/transcript/reading.ts";
import { names, recording } from "../recordings.ts";

/** Every variant of `json` in which one value, at any depth, is missing or something else. */
function* damaged(json: unknown, depth = 6): Generator<unknown> {
  yield* [undefined, null, 7, "x", [], {}];
  if (depth === 0) return;
  const fields = object(json);
  for (const [key, value] of Object.entries(fields)) {
    for (const bad of damaged(value, depth - 1)) yield { ...fields, [key]: bad };
  }
}

Deno.test("no damage to an event makes the parser or the fold throw", () => {
  const seen = new Set<string>();
  for (const name of names()) {
    const { frames, sessionId, prompts } = recording(name);
    for (const frame of frames) {
      const event = parseGlobalEvent(frame);
      // One of each kind is enough.
      const kind = event?.type === "part"
        ? `part ${event.part.type} ${event.part.type === "tool" ? event.part.call.state : ""}`
        : event?.type ?? "unknown";
      if (seen.has(kind)) continue;
      seen.add(kind);
      for (const bad of damaged(frame)) {
        const t = new Transcript(sessionId, prompts[0] ?? "");
        const parsed = parseGlobalEvent(bad);
        if (parsed) fold(t, parsed);
        read(t);
      }
    }
  }
});

Deno.test("a global frame is unwrapped, its sync copy and what is malformed are dropped", () => {
  const properties = { sessionID: "ses_1" };
  const idle = { type: "status", sessionId: "ses_1", status: { type: "idle" } } as const;
  assertEquals(parseGlobalEvent({ type: "session.idle", properties }), idle);
  const payload = { id: "evt_1", type: "session.idle", properties };
  assertEquals(parseGlobalEvent({ directory: "/p", payload }), idle);
  const sync = { type: "sync", syncEvent: { type: "session.updated.1", data: properties } };
  assertEquals(parseGlobalEvent({ directory: "/p", payload: sync }), undefined);
  assertEquals(parseGlobalEvent({ type: "session.idle", properties: {} }), undefined);
});

Deno.test("an error of a session that says nothing of itself is one all the same", () => {
  const properties = { sessionID: "ses_1" };
  const failed = parseGlobalEvent({ type: "session.error", properties });
  assertEquals(failed?.type === "failed" && failed.sessionId, "ses_1");
});

Deno.test("an unfinished delta, status or part does not pass for a whole one", () => {
  const delta = { sessionID: "s", messageID: "m", partID: "p", field: "text", delta: "d" };
  for (const key of ["sessionID", "messageID", "partID", "field", "delta"]) {
    const properties = { ...delta, [key]: undefined };
    assertEquals(parseGlobalEvent({ type: "message.part.delta", properties }), undefined);
  }
});

Deno.test("sessions, statuses and requests are read with what they need and no more", () => {
  assertEquals(parseSession({ id: "ses_1" }), undefined);
  const session = parseSession({ id: "ses_1", directory: "/p", revert: { messageID: "msg_1" } });
  assertEquals([session?.title, session?.revertedFrom], ["", "msg_1"]);
  const map = parseStatusMap({ a: { type: "busy" }, b: { type: "?" }, c: 1, d: { type: "idle" } });
  assertEquals([...map ?? []], [["a", { type: "busy" }]]);
  const permission = parsePermission({ id: "per_1", sessionID: "s", permission: "bash" })?.request;
  assert(permission?.kind === "permission");
  assertEquals(permission.patterns, []);
  assertEquals(parseQuestion({ id: "que_1", sessionID: "s", questions: [] }), undefined);
  assertEquals(parseMessage({ info: {}, parts: [] }), undefined);
});

Deno.test("agents and providers are read", () => {
  const agent = parseAgentEntry({ name: "build", mode: "primary", permission: [1] });
  assertEquals([agent?.hidden, agent?.mode], [false, "primary"]);
  const providers = parseProviders({
    providers: [{
      id: "p",
      models: { m: { id: "m", limit: { context: 8 }, variants: { low: 1 } } },
    }],
    default: { p: "m", q: 1 },
  });
  assertEquals(providers, [{
    id: "p",
    name: "p",
    models: [{ id: "m", context: 8, efforts: ["low"] }],
  }]);
  assertEquals(parseProviders({ providers: {} }), undefined);
});
