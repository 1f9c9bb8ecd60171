/**
 * Our parsers against the types of opencode's own SDK, of the version that the tests run. The compiler checks
 * that each sample is what its type may be, with all its optional fields; the tests, that the parsers read
 * nothing else, and take each value for what it is.
 */
import type * as Sdk from "@opencode-ai/sdk/v2/types";
import { assertEquals } from "@std/assert";
import {
  parsePermission,
  parseQuestion,
  parseRequestAnswer,
} from "../../../lib/opencode/v1/agent_request.ts";
import {
  parseAgentEntry,
  parseCommandEntry,
  parseProviders,
  parseTemplate,
} from "../../../lib/opencode/v1/catalog.ts";
import { Drift } from "../../../lib/opencode/drift.ts";
import { readEvents } from "../../../lib/opencode/v1/event.ts";
import { parseError, parseMessageInfo, parsePart } from "../../../lib/opencode/v1/message.ts";
import { parseAllowed, parseSession, parseStatus } from "../../../lib/opencode/v1/session.ts";
import { parseFilePatch, parseTodo } from "../../../lib/opencode/v1/tool.ts";
import { type Complete, fieldReads } from "./field_reads.ts";

const tokens = { total: 1, input: 2, output: 4, reasoning: 8, cache: { read: 16, write: 32 } };
const rules: Complete<Sdk.PermissionRule>[] = [{ permission: "a", pattern: "b", action: "allow" }];
const diff: Complete<Sdk.SnapshotFileDiff> = {
  ...{ file: "f", patch: "p", additions: 1, deletions: 2, status: "added" },
};

const session: Complete<Sdk.Session> = {
  ...{ id: "ses_1", slug: "s", projectID: "p", workspaceID: "w", directory: "/d", path: "p" },
  ...{ parentID: "ses_0", cost: 1, title: "t", agent: "build", version: "v", metadata: {} },
  summary: { additions: 1, deletions: 1, files: 1, diffs: [diff] },
  tokens: { input: 1, output: 1, reasoning: 1, cache: { read: 1, write: 1 } },
  share: { url: "u" },
  model: { id: "m", providerID: "p", variant: "high" },
  time: { created: 1, updated: 2, compacting: 3, archived: 4 },
  permission: rules,
  revert: { messageID: "m", partID: "p", snapshot: "s", diff: "d" },
};

const errors: Complete<NonNullable<Sdk.AssistantMessage["error"]>>[] = [
  { name: "UnknownError", data: { message: "x", ref: "r" } },
  {
    name: "APIError",
    data: {
      ...{ message: "x", statusCode: 429, isRetryable: true, responseBody: "b" },
      ...{ responseHeaders: {}, metadata: {} },
    },
  },
  { name: "MessageAbortedError", data: { message: "x" } },
];

const user: Complete<Sdk.UserMessage> = {
  ...{ id: "m", sessionID: "s", role: "user", time: { created: 1 }, agent: "build" },
  format: { type: "text" },
  summary: { title: "t", body: "b", diffs: [diff] },
  model: { providerID: "p", modelID: "m", variant: "v" },
  ...{ system: "s", tools: {} },
};

const assistant = errors.map((error): Complete<Sdk.AssistantMessage> => ({
  ...{ id: "m", sessionID: "s", role: "assistant", time: { created: 1, completed: 2 }, error },
  ...{ parentID: "u", modelID: "m", providerID: "p", mode: "build", agent: "build", tokens },
  ...{ path: { cwd: "/d", root: "/" }, summary: true, cost: 3, structured: {}, variant: "v" },
  finish: "stop",
}));

const ids = { id: "p", sessionID: "s", messageID: "m" };
const span = { start: 1, end: 2 };
const input = { filePath: "f", content: "c" };
const states: Complete<Sdk.ToolState>[] = [
  { status: "pending", input, raw: "r" },
  { status: "running", input, title: "t", metadata: { sessionId: "s" }, time: { start: 1 } },
  {
    ...{ status: "completed", input, output: "o", title: "t", attachments: [] },
    ...{ metadata: { exists: false }, time: { ...span, compacted: 3 } },
  },
  { status: "error", input, error: "e", metadata: {}, time: span },
];
const tools = states.map((state): Complete<Sdk.ToolPart> => ({
  ...{ ...ids, type: "tool", callID: "c", tool: "write", state, metadata: {} },
}));
const text = { ...ids, type: "text", text: "t", time: span, metadata: {} } as const;
const parts: Complete<Sdk.Part>[] = [
  { ...text, synthetic: true, ignored: false },
  { ...text, synthetic: false, ignored: true },
  { ...ids, type: "reasoning", text: "t", time: span, metadata: {} },
  { ...ids, type: "step-start", snapshot: "s" },
  { ...ids, type: "step-finish", reason: "stop", snapshot: "s", cost: 1, tokens },
  { ...ids, type: "compaction", auto: true, overflow: true, tail_start_id: "t" },
  ...tools,
];

const statuses: Complete<Sdk.SessionStatus>[] = [
  { type: "idle" },
  { type: "busy" },
  {
    ...{ type: "retry", attempt: 2, message: "m", next: 3 },
    action: { reason: "r", provider: "p", title: "t", message: "m", label: "l", link: "l" },
  },
];

const tool = { messageID: "m", callID: "c" };
const permission: Complete<Sdk.PermissionRequest> = {
  ...{ id: "per_22292f9b7001soA2HNPXQjFqOg", sessionID: "s", permission: "bash", tool },
  ...{ patterns: ["p"], metadata: {}, always: ["a"] },
};
const question: Complete<Sdk.QuestionRequest> = {
  ...{ id: "que_22292f9b7001soA2HNPXQjFqOg", sessionID: "s", tool },
  questions: [{
    ...{ question: "q", header: "h", multiple: true, custom: false },
    options: [{ label: "l", description: "d" }],
  }],
};
const todo: Complete<Sdk.Todo> = { content: "c", status: "completed", priority: "high" };

/** An event as the stream of all directories sends it. */
const event = <Type extends Sdk.Event["type"]>(
  type: Type,
  properties: Complete<Extract<Sdk.Event, { type: Type }>["properties"]>,
) => ({ directory: "/d", project: "p", workspace: "w", payload: { id: "e", type, properties } });

const of = { sessionID: "s", messageID: "m", partID: "p" };
const answered = { sessionID: "s", requestID: "r" };
const replied = event("permission.replied", { ...answered, reply: "always" });
const events = [
  event("session.created", { sessionID: "s", info: session }),
  event("session.updated", { sessionID: "s", info: session }),
  event("session.deleted", { sessionID: "s", info: session }),
  ...statuses.map((status) => event("session.status", { sessionID: "s", status })),
  ...errors.map((error) => event("session.error", { sessionID: "s", error })),
  event("session.idle", { sessionID: "s" }),
  event("session.compacted", { sessionID: "s" }),
  event("message.updated", { sessionID: "s", info: user }),
  event("message.removed", { sessionID: "s", messageID: "m" }),
  ...parts.map((part) => event("message.part.updated", { sessionID: "s", part, time: 1 })),
  event("message.part.removed", of),
  event("message.part.delta", { ...of, field: "text", delta: "d" }),
  event("permission.asked", permission),
  event("question.asked", question),
  replied,
  event("question.replied", { ...answered, answers: [["a"]] }),
  event("question.rejected", answered),
  event("todo.updated", { sessionID: "s", todos: [todo] }),
];

const model: Pick<Complete<Sdk.Model>, "id" | "limit" | "variants"> = {
  ...{ id: "m", limit: { context: 1, input: 2, output: 3 }, variants: { low: {} } },
};
const agent: Pick<Complete<Sdk.Agent>, "name" | "mode" | "hidden"> = {
  ...{ name: "build", mode: "subagent", hidden: true },
};
const command: Pick<Complete<Sdk.Command>, "name" | "description" | "template"> = {
  ...{ name: "init", description: "d", template: "t" },
};

const READS: readonly [string, (json: unknown) => unknown, readonly unknown[]][] = [
  ["a session", parseSession, [session]],
  ["rules", (json) => parseAllowed(Object(json).rules), [{ rules }]],
  ["a status", parseStatus, statuses],
  ["a message", parseMessageInfo, [user, ...assistant]],
  ["an error", parseError, errors],
  ["a part", parsePart, parts],
  ["a change", parseFilePatch, [diff]],
  ["a todo", parseTodo, [todo]],
  ["a permission request", parsePermission, [permission]],
  ["a question request", parseQuestion, [question]],
  ["an answer", parseRequestAnswer, [
    replied.payload.properties,
    { ...answered, answers: [["a"]] },
  ]],
  ["an event", readEvents, events],
  ["an agent", parseAgentEntry, [agent]],
  ["a command", parseCommandEntry, [command]],
  ["a command's template", parseTemplate, [command]],
  ["the providers", parseProviders, [{ providers: [{ id: "p", name: "P", models: { model } }] }]],
];

/** An event's session is read like any other, and not all of it is used. */
const OF_EVENTS = /^payload\.properties\.info\./;

for (const [what, parse, samples] of READS) {
  Deno.test(`opencode's SDK knows each field that we read of ${what}, and its type is what we expect`, () => {
    const { unknown, ignored } = fieldReads(parse, samples);
    assertEquals({ unknown, ignored: ignored.filter((path) => !OF_EVENTS.test(path)) }, {
      ...{ unknown: [], ignored: [] },
    });
  });
}

Deno.test("no field of the SDK's events counts as new", () => {
  const drift = new Drift({ error() {}, warn() {}, info() {}, debug() {} });
  for (const event of events) drift.note(event, 1);
  assertEquals(drift.summary, "");
});

Deno.test("a field that the types do not have, or that has another type, is found", () => {
  const parse = (json: unknown) => {
    const { id, size, gone } = Object(json);
    return { id, size: typeof size === "string" ? size : undefined, gone };
  };
  const found = fieldReads(parse, [{ id: "a", size: 1 }]);
  assertEquals(found, { unknown: ["gone"], ignored: ["size"] });
});
