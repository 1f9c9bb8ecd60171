/** What a reader sees of each recorded turn of opencode 2, live and when events are lost. */
import { assert, assertEquals } from "@std/assert";
import { array, object } from "../../../lib/base/json.ts";
import type { Reading } from "../../../lib/model/reading.ts";
import { load, setStatus } from "../../../lib/opencode/transcript/fold.ts";
import { read } from "../../../lib/opencode/transcript/reading.ts";
import { Transcript } from "../../../lib/opencode/transcript/transcript.ts";
import { EventReader } from "../../../lib/opencode/v2/event_reader.ts";
import { type End, endOf } from "../end.ts";
import { CONNECTED, Play } from "./play.ts";
import { answers, type Dialect, DIALECTS, names, recording } from "./recordings.ts";
import { essence, ServerModel } from "./server_model.ts";

const DONE = "idle started complete";
const ABORTED = `${DONE} aborted`;
/** The server died, and nobody has stopped the turn. */
const DEAD = "idle started";
const CUT = "Tool execution interrupted";
const ok = (text: string, more: Partial<End> = {}): End => ({
  flags: DONE,
  text,
  finish: "stop",
  ...more,
});

/** What a reader sees when a recording has ended; `name#n` is the turn of its n-th prompt. */
const ENDS: Record<string, End> = {
  "abort-permission": {
    flags: ABORTED,
    text: "",
    tools: [`error bash: touch abortp.txt (${CUT})`],
  },
  "abort-question": { flags: ABORTED, text: "", tools: [`error question: Which colour? (${CUT})`] },
  "abort-text": { flags: ABORTED, text: "One w0 w1 w2 w3 w4 " },
  "abort-tool": {
    flags: ABORTED,
    text: "Sleeping.",
    tools: [`error bash: echo begin; sleep 30; echo end (${CUT})`],
  },
  "attach-brokenpng": ok("Seen."),
  "attach-file-uri": { flags: "waiting", text: "" },
  "attach-image": ok("Seen."),
  "attach-image-nomodality": ok("Seen."),
  "attach-pdf": ok("Seen."),
  "attach-text": ok("Seen."),
  "attach-zip": ok("Seen."),
  // What the end of the command has brought about is a turn of its own.
  "background-shell": ok("Started in background.", {
    tools: ["completed bash: sleep 1.5; echo late"],
  }),
  "command-init": ok("echo: Create or update `AGENTS.md` for this repository.…"),
  "compact-busy": ok("long x x x x x x x x x x x x x x x "),
  "compact-busy#1": ok("", { flags: `${DONE} compacted` }),
  compaction: ok("", { flags: `${DONE} compacted` }),
  "compaction#1": ok("Still here."),
  "compaction-auto": ok([...Array(3).fill("Working. ".repeat(50)), "Finished."].join("\n\n"), {
    tools: Array(3).fill("completed bash: seq 1 1500"),
  }),
  "cut-midstream": {
    flags: DONE,
    text: "Half a ",
    error: "provider.invalid-output: Provider stream ended without a terminal finish event",
  },
  "delete-busy": { flags: ABORTED, text: "a " },
  "doom-loop": ok("stop", { tools: Array(5).fill("completed bash: echo same") }),
  "error-400-context": ok("echo: <conversation-checkpoint>…", { flags: `${DONE} compacted` }),
  "error-401": { flags: DONE, text: "", error: "ProviderAuthError: Invalid API key (401)" },
  "error-500-forever": { flags: DONE, text: "", error: "provider.internal: boom (500)" },
  heartbeat: { flags: "waiting", text: "" },
  idempotent: ok("Once only."),
  "kill9-in-text": { flags: DEAD, text: "One w0 w1 w2 w3 w4 w5 w6 w7 w8 w9 " },
  "kill9-in-text#1": ok("Answer after restart."),
  "kill9-in-tool": {
    flags: DEAD,
    text: "Run.",
    tools: [
      "error bash: echo begin; sleep 8; echo end > /home/dev/proj/orphan.txt (Tool execution interrupted: shell)",
    ],
  },
  "kill9-in-tool#1": ok("Answer after restart."),
  "kill9-with-permission": {
    flags: DEAD,
    text: "",
    tools: ["error bash: touch kp.txt (Tool execution interrupted: shell)"],
  },
  "kill9-with-permission#1": ok("Answer after restart."),
  "kill9-with-queue": { flags: DEAD, text: "One w0 w1 w2 " },
  "kill9-with-queue#1": ok("Queued one answered."),
  "kill9-with-queue#2": ok("Answer after restart."),
  "permission-always": ok("Touched.", {
    tools: [
      "completed bash: touch always1.txt",
      "completed bash: touch always1.txt",
      "completed bash: touch always2.txt",
    ],
  }),
  "permission-external": ok("read.", {
    tools: ["completed read: /etc/hostname", "completed read: .env"],
  }),
  "permission-once": ok("Touched.", { tools: ["completed bash: touch once.txt"] }),
  "permission-reject": {
    flags: DONE,
    text: "I will touch.",
    finish: "tool-calls",
    tools: [`error bash: touch no.txt (${CUT})`],
  },
  "permission-reject-message": ok("I understood the feedback.", {
    tools: ["error bash: touch no2.txt (unknown)"],
  }),
  "permission-two-reject-one": {
    flags: DONE,
    text: "",
    finish: "tool-calls",
    tools: [
      `error bash: touch p1.txt (${CUT})`,
      `error bash: touch p2.txt (${CUT})`,
      "completed bash: echo fine",
    ],
  },
  "plan-mode": ok("end", { tools: ["error write: plan.txt (Permission denied: edit)"] }),
  "question-answered": ok("Thanks.", { tools: ["completed question: Which colour?"] }),
  "question-rejected": {
    flags: DONE,
    text: "",
    finish: "tool-calls",
    tools: [`error question: Which colour? (${CUT})`],
  },
  "queued-abort": { flags: ABORTED, text: "First. x x x " },
  "queued-abort#1": { flags: "waiting", text: "" },
  "queued-queue": ok("First. \n\nFirst answer.", { tools: ["completed bash: sleep 0.8; echo x"] }),
  "queued-queue#1": ok("Third answer."),
  "queued-queue#2": ok("Fourth answer."),
  "queued-steer": ok("First. \n\nSecond answer.", {
    flags: `${DONE} joined`,
    tools: ["completed bash: sleep 0.8; echo x"],
  }),
  "queued-steer#1": ok("Second answer."),
  reasoning: ok("I am.", { reasoning: "I think therefore." }),
  "resume-false": { flags: "waiting", text: "" },
  "retry-abort": { flags: "idle started aborted", text: "" },
  "retry-after-429": ok("After the limit."),
  "retry-then-success": ok("Third time lucky."),
  revert: ok("Wrote.", { tools: ["completed write: f.txt"], files: ["f.txt +0 -0"] }),
  "revert#1": ok("Second turn."),
  "revert#2": ok("New path."),
  "session-log": ok("logged"),
  "session-log#1": ok("second"),
  shell: { flags: "waiting", text: "" },
  "sigterm-in-text": { flags: DEAD, text: "One w0 w1 w2 w3 w4 w5 w6 w7 w8 w9 " },
  "sigterm-in-text#1": ok("Answer after restart."),
  "sigterm-in-tool": {
    flags: DEAD,
    text: "Run.",
    tools: ["running bash: echo begin; sleep 8; echo end > /home/dev/proj/orphan2.txt"],
  },
  "sigterm-in-tool#1": ok("Answer after restart."),
  subagent: ok("Delegating.\n\nChild said so.", {
    tools: ["completed task: Do child work", "  completed bash: touch child.txt"],
  }),
  "subagent-abort": {
    flags: ABORTED,
    text: "",
    tools: [`error task: Do child work (${CUT})`, `  error bash: sleep 20 (${CUT})`],
  },
  switch: ok("one"),
  "switch#1": ok("two"),
  text: ok("Hello, world."),
  todo: ok("Listed.", { tools: ["error todowrite:  (Unknown tool: todowrite)"] }),
  "tool-edit": ok("Edited.", {
    tools: [
      "completed write: new.txt",
      "completed edit: new.txt",
      "completed read: new.txt",
      "error glob: *.txt (ripgrep execution failed)",
      "error grep: line (ripgrep execution failed)",
    ],
    files: ["new.txt +3 -1"],
  }),
  "tool-failures": {
    flags: DONE,
    text: "",
    error: "provider.invalid-output: Invalid JSON input for openai-chat tool call shell",
    tools: [
      "error bash: echo bad >&2; exit 3 (exit 3)",
      "error read: missing.txt (NotFound: FileSystem.stat (/home/dev/proj/missing.txt))",
      'error bash:  (Invalid tool input: Missing key\n  at ["command"])',
      "error nonexistent:  (Unknown tool: nonexistent)",
      "error bash:  (Invalid JSON input for openai-chat tool call shell)",
    ],
  },
  "tool-progress": ok("Ticked.", {
    tools: ["completed bash: for i in 1 2 3 4 5 6; do echo tick $i; sleep 0.5; done"],
  }),
  "tool-shell": ok("Let me look. \n\nIt said hi.", {
    tools: ["completed bash: echo hi; sleep 0.3; echo there"],
  }),
  "tools-parallel": ok("Three at once.\n\nAll done.", {
    tools: [
      "completed bash: sleep 0.4; echo one",
      "completed bash: sleep 0.1; echo two",
      "completed read: a.txt",
    ],
  }),
  "two-at-once": ok("two", { flags: `${DONE} joined` }),
  "two-at-once#1": ok("two"),
  "unknown-agent": { flags: "waiting", text: "", error: 'unknown: Agent not found: "nope"' },
  "unknown-model": {
    flags: "idle",
    text: "",
    error: "provider.no-route: Model unavailable: fake/nope",
  },
  variant: ok("v"),
};

/** Whose turns nobody knows to be stopped by a person when the events that say so are lost. */
const SAYS_LESS =
  /^(abort|delete-busy|permission-reject$|permission-two|question-rejected|queued-abort|retry-abort|subagent-abort)/;
/** What the recordings lack, or have too much of, for reading a session again. */
const PARTIAL = /^(compaction$|revert$|session-log$|sigterm)/;

/** The turns of the table. */
function turns(dialect: Dialect) {
  return Object.keys(ENDS).map((key) => {
    const [name = "", index = "0"] = key.split("#");
    const record = recording(name, dialect);
    const prompt = record.prompts[Number(index)] ?? "msg_none";
    return { ...record, key, name, prompt, start: () => new Play(record.sessionId, prompt) };
  });
}

/** An end whose text is cut where that of the table is. */
function brief(end: End, key: string): End {
  const wanted = ENDS[key]?.text ?? "";
  if (!wanted.endsWith("…")) return end;
  return { ...end, text: `${end.text.slice(0, wanted.length - 1)}…` };
}

/** The tools without those of subagents: a stopped call does not say whose it started. */
function ownTools({ tools }: Reading): unknown[] {
  return tools.filter(({ depth }) => depth === 0);
}

Deno.test("every recording is in the table", () => {
  assertEquals(names().filter((name) => !(name in ENDS)), []);
});

for (const dialect of DIALECTS) {
  for (const { key, start, frames } of turns(dialect)) {
    Deno.test(`a reader sees how ${key} ended (${dialect})`, () => {
      const reading = read(start().run(frames).t);
      assertEquals(brief(endOf(reading), key), ENDS[key]);
      assertEquals(reading.requests, []);
    });
  }
}

Deno.test("both dialects mean the same, to the last field", () => {
  const released = turns("released");
  turns("july").forEach(({ key, start, frames }, i) => {
    const other = released[i];
    assert(other);
    assertEquals(read(start().run(frames).t), read(other.start().run(other.frames).t), key);
  });
});

Deno.test("the model of the server stores what the server has stored", () => {
  for (const name of names().filter((name) => !PARTIAL.test(name))) {
    const { frames, sessionId } = recording(name, "july");
    const { messages, after_next_prompt } = answers(name);
    const { data } = object(messages ?? object(after_next_prompt).messages);
    if (!Array.isArray(data)) continue;
    const known = ["user", "assistant", "compaction", "synthetic"];
    assertEquals(
      // July does not mark where a session came to rest.
      new ServerModel(frames).of(sessionId).filter(({ type }) => type !== "idle").map(essence),
      data.filter(({ type }) => known.includes(type)).map(essence),
      name,
    );
  }
});

Deno.test("the stored messages say of a turn what its events said", () => {
  for (const { key, name, sessionId, prompt, start, frames } of turns("july")) {
    const { messages, after_next_prompt } = answers(name);
    const { data } = object(messages ?? object(after_next_prompt).messages);
    if (!Array.isArray(data) || PARTIAL.test(name) || SAYS_LESS.test(name)) continue;
    const t = new Transcript(sessionId, prompt);
    load(t, new EventReader().readMessages(data, { id: sessionId, directory: "/home/dev/proj" }));
    setStatus(t, undefined);
    const live = endOf(read(start().run(frames).t));
    // Only events tell of the tools of a subagent that nobody has read, and of a failure without a step.
    const tools = live.tools?.filter((line) => !line.startsWith(" "));
    if (key === "unknown-agent" || key === "unknown-model") continue;
    if (key.startsWith("kill9") && !key.includes("#") || key === "background-shell") continue;
    assertEquals(endOf(read(t)), { ...live, ...(tools && { tools }) }, key);
  }
});

Deno.test("whatever events are lost, reading the session again brings the same end", () => {
  for (const { key, name, start, frames } of turns("released")) {
    if (PARTIAL.test(name) || name.startsWith("kill9") || name.startsWith("unknown")) continue;
    const end = read(start().run(frames).t);
    const stride = Math.max(1, Math.ceil(frames.length / 30));
    for (let lost = 0; lost <= frames.length; lost += stride) {
      for (let back = lost; back <= frames.length; back += stride) {
        const play = start();
        play.take(frames.slice(0, lost));
        play.take([CONNECTED]);
        play.resync(frames.slice(0, back));
        const known = read(play.t).text;
        const live = read(play.run(frames, back).t);
        // An idle session is always read again.
        play.resync(frames);
        const last = read(play.t);
        const where = `${key}: lost ${lost} to ${back}`;
        assert(live.text.length >= known.length, where);
        if (!SAYS_LESS.test(name)) {
          assertEquals(last, end, where);
          assertEquals(endOf(live), endOf(end), where);
        } else assertEquals([last.text, ownTools(last)], [end.text, ownTools(end)], where);
      }
    }
  }
});

Deno.test("what the model is waited for stands there until it is asked again, also when it is read", () => {
  const { frames, sessionId, prompts: [prompt = ""] } = recording("retry-after-429", "released");
  const retry = { attempt: 1, message: "Rate limit reached", next: 1795832906649 };
  const scheduled = 1 + frames.findIndex((frame) => JSON.stringify(frame).includes("scheduled"));
  const again = scheduled + 1 +
    frames.slice(scheduled).findIndex((frame) => JSON.stringify(frame).includes("step.started"));
  const [live, behind] = [new Play(sessionId, prompt), new Play(sessionId, prompt)];
  live.take(frames.slice(0, scheduled));
  behind.resync(frames.slice(0, scheduled));
  for (const play of [live, behind]) {
    // The server says of the session only that it is busy, and is asked again and again.
    setStatus(play.t, { type: "busy" });
    assertEquals([read(play.t).phase, read(play.t).retry], ["retry", retry]);
    play.take(frames.slice(scheduled, again));
    assertEquals([read(play.t).phase, read(play.t).retry], ["busy", undefined]);
  }
  // What was read before the wait began does not hide it.
  const slow = new Play(sessionId, prompt);
  slow.take(frames.slice(0, scheduled));
  slow.resync(frames.slice(0, scheduled - 1));
  assertEquals(read(slow.t).retry, retry);
});

Deno.test("what goes on by itself after a turn is a turn of its own, and before its end a part of it", () => {
  const { frames, sessionId, prompts: [first = ""] } = recording("background-shell", "released");
  const text = (json: unknown) => JSON.stringify(json);
  const woken = frames.findLastIndex((frame) => text(frame).includes("inbox.enqueued"));
  const promptId = String(object(object(frames[woken]).data).inboxID);
  const end = ok("Started in background.");
  assertEquals(endOf(read(new Play(sessionId, promptId).run(frames).t)), end);
  // Without the end of the first execution, it goes on.
  const joined = frames.filter((frame, i) => i > woken || !text(frame).includes("succeeded"));
  const live = new Play(sessionId, first).run(joined).t;
  const read1 = endOf(read(live));
  assertEquals([read1.flags, read1.text], [DONE, `${end.text}\n\n${end.text}`]);
  const again = new Play(sessionId, first);
  again.resync(joined);
  assertEquals(endOf(read(again.t)).text, read1.text);
});

Deno.test("no damage to a frame makes the reader or the fold throw", () => {
  const damages = [undefined, null, 7, "x", [], {}, [null]];
  for (const name of ["subagent", "question-answered", "permission-reject", "compaction"]) {
    const { frames, sessionId, prompts } = recording(name);
    frames.forEach((frame, i) => {
      const { data } = object(frame);
      const fields = Object.keys(object(data));
      const bad = damages.flatMap((damage): unknown[] => [
        damage,
        { ...object(frame), data: damage },
        { ...object(frame), location: damage, created: damage, id: damage },
        ...fields.map((field) => ({
          ...object(frame),
          data: { ...object(data), [field]: damage },
        })),
      ]);
      for (const one of bad) {
        const play = new Play(sessionId, prompts[0] ?? "");
        play.take([...frames.slice(Math.max(0, i - 8), i), one, ...frames.slice(i, i + 4)]);
        read(play.t);
      }
    });
  }
});

Deno.test("no damage to a message makes its parser throw", () => {
  const place = { id: "ses_1", directory: "/work" };
  for (const name of ["tool-edit", "compaction", "abort-tool"]) {
    for (const message of array(object(answers(name).messages).data)) {
      for (const damage of [undefined, null, 7, "x", [], {}, [null], [{ type: "tool" }]]) {
        for (const field of Object.keys(object(message))) {
          new EventReader().readMessages([{ ...object(message), [field]: damage }], place);
        }
      }
    }
  }
});

Deno.test("every event but a delta may come twice, but for the one that ends a step", () => {
  for (const { key, start, frames } of turns("released")) {
    const twice = frames.flatMap((frame) => {
      const type = String(object(frame).type);
      return /delta|server\.connected|inbox\.delivered/.test(type) ? [frame] : [frame, frame];
    });
    assertEquals(endOf(read(start().run(twice).t)), endOf(read(start().run(frames).t)), key);
  }
});
