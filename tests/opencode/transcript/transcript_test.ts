import { assert, assertEquals } from "@std/assert";
import { read } from "../../../lib/opencode/transcript/reading.ts";
import { fold, load, setRequests, setStatus } from "../../../lib/opencode/transcript/fold.ts";
import { Transcript } from "../../../lib/opencode/transcript/transcript.ts";
import { parseGlobalEvent } from "../../../lib/opencode/v1/event.ts";
import type { SessionEvent } from "../../../lib/opencode/transcript/event.ts";
import { type End, endOf } from "../end.ts";
import { names, recording, stored } from "../recordings.ts";

const REJECTED = "The user rejected permission to use this specific tool call.";
const BASH = "completed bash: echo hello; echo err >&2";
const RAN = "I will run a command.\n\nDone: command ran.";
const HELLO = "Hello from the fake model.";
const DONE = "idle started complete";
const ABORTED = `${DONE} aborted`;
const TICKS = (n: number) => Array.from({ length: n }, (_, i) => `tick${i} `).join("");
const ok = (text: string, more: Partial<End> = {}): End => ({
  flags: DONE,
  text,
  finish: "stop",
  ...more,
});
const failed = (error: string, text = ""): End => ({ flags: DONE, text, error });
const RWE = [
  "completed write: note.txt",
  "completed read: note.txt",
  "completed edit: note.txt",
];

/** What a reader sees when a recording has ended; `name#n` is the turn of its n-th user message. */
const ENDS: Record<string, End> = {
  abort_in_retry: { flags: DONE, text: "" },
  bash: ok(RAN, { tools: [BASH] }),
  bashfail: ok("It failed with 3.", { tools: ["error bash: echo out; exit 3 (exit 3)"] }),
  command: ok(HELLO),
  cut: failed("APIError: Connection reset by server", "partial "),
  doom_loop: {
    flags: "idle started aborted",
    text: "",
    tools: Array(18).fill("completed bash: echo same"),
  },
  empty: ok(""),
  err400: failed("APIError: bad request thing (400)"),
  err401: failed("APIError: Incorrect API key provided (401)"),
  err429: failed("APIError: rate limited, slow down (429)"),
  err429once: ok("after retry ok"),
  err500: failed("APIError: fake internal error (500)"),
  errctx: ok(HELLO, { flags: `${DONE} compacted` }),
  global_event_bash: ok(RAN, { tools: ["completed bash: pwd"] }),
  grep_offline: ok("searched", {
    tools: [
      "error grep: alpha (ripgrep execution failed)",
      "error glob: **/* (ripgrep execution failed)",
    ],
  }),
  html: failed("APIError: Bad Gateway (502)"),
  invalid: ok("was invalid", {
    tools: [
      'error bash:  (The bash tool was called with invalid arguments: SchemaError(Missing key\n  at ["command"]).\n' +
      "Please rewrite the input so it satisfies the expected schema.)",
    ],
  }),
  lenfinish: { flags: DONE, text: "truncated answ", finish: "length" },
  long_abort: {
    flags: ABORTED,
    text: "",
    tools: ["error bash: sleep 30; echo slept (killed)"],
  },
  parallel: ok("both done", {
    tools: ["completed bash: sleep 1; echo A", "completed bash: echo B"],
  }),
  perm_abort: {
    flags: ABORTED,
    text: "I will run a command.",
    tools: ["error bash: uptime (Tool execution aborted)"],
  },
  perm_after_always: ok(RAN, { tools: ["completed bash: echo three"] }),
  perm_always: ok(RAN, { tools: ["completed bash: echo one two"] }),
  perm_edit: ok("Wrote, read, edited.", {
    tools: RWE.map((line) => line.replace("note", "home/dev/p2/note")),
    files: ["note.txt +3 -1"],
  }),
  perm_external: ok("read outside", { tools: ["completed read: etc/hostname"] }),
  perm_in_subagent: ok("Subagent finished.", { tools: ["completed task: Sub job", `  ${BASH}`] }),
  perm_once: ok(RAN, { tools: [BASH] }),
  perm_reject: {
    flags: DONE,
    text: "I will run a command.",
    tools: [`error bash: date (${REJECTED})`],
    finish: "tool-calls",
  },
  perm_reject_msg: ok(RAN, {
    tools: [
      `error bash: whoami (${REJECTED.slice(0, -1)} with the following feedback: use id instead)`,
    ],
  }),
  perm_two_always: ok("both done", {
    tools: ["completed bash: echo A > a.txt", "completed bash: echo B > b.txt"],
  }),
  perm_two_reject_first: {
    flags: DONE,
    text: "",
    tools: [`error bash: echo A > a.txt (${REJECTED})`, `error bash: echo B > b.txt (${REJECTED})`],
    finish: "tool-calls",
  },
  question: ok("Need input.\n\nThanks for answering.", {
    tools: ["completed question: Asked 2 questions"],
  }),
  question_reject: {
    flags: DONE,
    text: "Need input.",
    tools: ["error question: Which colour? (The user dismissed this question)"],
    finish: "tool-calls",
  },
  queue_during_text: ok(TICKS(8)),
  "queue_during_text#1": ok(RAN, { tools: ["completed bash: echo second"] }),
  queue_during_tool: ok("ticked.", {
    flags: `${DONE} joined`,
    tools: ["completed bash: for i in 1 2 3 4; do echo line $i; sleep 0.5; done"],
  }),
  "queue_during_tool#1": ok("ticked.", { flags: `${DONE} joined` }),
  "queue_during_tool#2": ok("ticked."),
  readmissing: ok("no file", {
    tools: ["error read: /home/dev/p1/missing.txt (File not found: /home/dev/p1/missing.txt)"],
  }),
  reason: ok("Answer: 42", { reasoning: "Let me think about it." }),
  rwe: ok("Wrote, read, edited.", { tools: RWE, files: ["note.txt +2 -0"] }),
  rwe_git: ok("Wrote, read, edited.", { tools: RWE, files: ["note.txt +2 -0"] }),
  second_prompt_abort: { flags: ABORTED, text: TICKS(4) },
  "second_prompt_abort#2": ok(HELLO),
  second_prompt_during_turn: ok(TICKS(12)),
  session_delete: { flags: "waiting", text: "" },
  shell: { flags: DONE, text: "", tools: ["completed bash: echo shell-hi; pwd"] },
  streamerr: failed("UnknownError: overloaded mid stream", "partial "),
  summarize: ok("", { flags: `${DONE} compacted` }),
  sync: ok(RAN, { tools: [BASH] }),
  "sync#1": failed("APIError: Incorrect API key provided (401)"),
  sync_disconnect: ok(TICKS(16)),
  task: ok("Subagent finished.", {
    tools: ["completed task: Sub job", "  completed bash: echo fromsub"],
  }),
  task_abort: {
    flags: ABORTED,
    text: "",
    tools: [
      "error task: Sub job (Task cancelled)",
      "  error bash: sleep 30; echo slept (killed)",
    ],
  },
  text: ok(HELLO),
  text_abort: { flags: ABORTED, text: TICKS(4) },
  ticker: ok("ticked.", {
    tools: ["completed bash: for i in 1 2 3 4; do echo line $i; sleep 0.5; done"],
  }),
  todo: ok("Todos written.", {
    tools: ["completed todowrite: 2 todos", "completed todowrite: 1 todos"],
    todos: ["completed first", "in_progress second"],
  }),
  unknown: ok("was unknown", { tools: ["completed invalid: Invalid Tool"] }),
};

/** The turns of the table, each with a fresh transcript. */
function turns() {
  return Object.keys(ENDS).map((key) => {
    const [name = "", index = "0"] = key.split("#");
    const record = recording(name);
    const prompt = record.prompts[Number(index)] ?? "msg_none";
    return { ...record, key, start: () => new Transcript(record.sessionId, prompt) };
  });
}

function foldAll(t: Transcript, events: readonly SessionEvent[]): Transcript {
  for (const event of events) fold(t, event);
  return t;
}

Deno.test("every recording is in the table", () => {
  assertEquals(names().filter((name) => !(name in ENDS)), []);
});

for (const { key, start, events } of turns()) {
  Deno.test(`a reader sees how ${key} ended`, () => {
    const reading = read(foldAll(start(), events));
    assertEquals(endOf(reading), ENDS[key]);
    assertEquals(reading.requests, []);
  });
}

Deno.test("whatever events are lost, reading the session again brings the same end", () => {
  for (const { key, start, events, frames, sessionId } of turns()) {
    // The last events of this recording are missing, and nothing stored tells of the abort.
    if (key === "doom_loop") continue;
    const end = read(foldAll(start(), events));
    const stride = Math.max(1, Math.ceil(events.length / 60));
    for (let back = 0; back <= events.length; back += stride) {
      const server = stored(frames.slice(0, back), sessionId);
      for (let lost = 0; lost <= back; lost += stride) {
        const { messages, status, requests } = structuredClone(server);
        const t = foldAll(start(), events.slice(0, lost));
        const shown = read(t).text;
        fold(t, { type: "connected" });
        load(t, messages);
        setStatus(t, status);
        setRequests(t, requests);
        const text = read(t).text;
        assert(text.length >= shown.length || key === "cut" || key === "streamerr", key);
        assertEquals(read(foldAll(t, events.slice(back))), end, `${key}: lost ${lost} to ${back}`);
      }
    }
  }
});

Deno.test("events that were buffered while the session was read change nothing", () => {
  for (const { key, start, events, frames, sessionId } of turns()) {
    const end = read(foldAll(start(), events));
    const { messages } = stored(frames, sessionId);
    for (let known = 0; known <= events.length; known += 7) {
      const t = foldAll(start(), events.slice(0, known));
      load(t, messages);
      load(t, messages);
      assertEquals(read(foldAll(t, events.slice(known))), end, `${key}: after ${known}`);
    }
  }
});

Deno.test("every event but a delta may come twice", () => {
  for (const { key, start, events } of turns()) {
    const twice = events.flatMap((event): SessionEvent[] =>
      event.type === "delta" ? [event] : [event, event]
    );
    assertEquals(read(foldAll(start(), twice)), read(foldAll(start(), events)), key);
  }
});

Deno.test("what is not known or not ours is ignored wherever it comes", () => {
  const { events: foreign } = recording("task");
  const junk = [{ type: "plugin.added", properties: {} }, { type: 7 }, null, "x", [], {
    type: "message.updated",
    properties: { sessionID: "ses_1", info: { role: "assistant" } },
  }];
  for (const frame of junk) assertEquals(parseGlobalEvent(frame), undefined);
  const [turn] = turns().filter(({ key }) => key === "rwe");
  assert(turn);
  const mixed = turn.events.flatMap((event, i) => [foreign[i % foreign.length] ?? event, event]);
  assertEquals(read(foldAll(turn.start(), mixed)), read(foldAll(turn.start(), turn.events)));
});
