/** What opencode 2 asks for, as it is shown, and how its answers are told apart from aborts. */
import { assert, assertEquals } from "@std/assert";
import { object } from "../../../lib/base/json.ts";
import type { AgentRequest, QuestionRequest } from "../../../lib/model/agent_request.ts";
import { openRequests } from "../../../lib/opencode/transcript/open_requests.ts";
import {
  fromFormAnswer,
  parseForm,
  parsePermission,
  toFormAnswer,
} from "../../../lib/opencode/v2/agent_request.ts";
import { Play } from "./play.ts";
import { DIALECTS, recording } from "./recordings.ts";

/** The requests that were open at some time, each with the most that was known of it. */
function asked(name: string, dialect: typeof DIALECTS[number]): AgentRequest[] {
  const { frames, sessionId, prompts } = recording(name, dialect);
  const play = new Play(sessionId, prompts[0] ?? "");
  const found = new Map<string, AgentRequest>();
  for (const frame of frames) {
    play.take([frame]);
    for (const request of openRequests(play.t)) found.set(request.id, request);
  }
  return [...found.values()];
}

function brief(request: AgentRequest): string {
  if (request.kind === "question") {
    return request.questions.map(({ header, question, options, multiple, custom }) =>
      `${header}: ${question} ${options.map(({ label }) => label)} ${multiple ? "many" : "one"}` +
      (custom ? " or text" : "")
    ).join("; ");
  }
  const { permission, command, patterns, always, input } = request;
  return [permission, command, patterns, always, JSON.stringify(input)].join(" | ");
}

const TOUCH = (file: string) =>
  `bash | touch ${file} | touch ${file} | touch ${file} | {"command":"touch ${file}"}`;
const QUESTIONS =
  "Colour: Which colour? Red,Blue one or text; Sizes: Which sizes? S,L many or text";

/** What was asked in the recordings. */
const ASKS: Record<string, string[]> = {
  "abort-permission": [TOUCH("abortp.txt")],
  "abort-question": [QUESTIONS],
  "kill9-with-permission": [TOUCH("kp.txt")],
  "permission-always": [TOUCH("always1.txt"), TOUCH("always2.txt")],
  "permission-external": [
    'read |  | .env | * | {"path":".env"}',
    'external_directory |  | /etc/* | /etc/* | {"path":"/etc/hostname"}',
  ],
  "permission-once": [TOUCH("once.txt")],
  "permission-reject": [TOUCH("no.txt")],
  "permission-reject-message": [TOUCH("no2.txt")],
  "permission-two-reject-one": [TOUCH("p2.txt"), TOUCH("p1.txt")],
  "question-answered": [QUESTIONS],
  "question-rejected": [QUESTIONS],
  subagent: [TOUCH("child.txt")],
};

for (const dialect of DIALECTS) {
  for (const name of Object.keys(ASKS)) {
    Deno.test(`a reader sees what ${name} asks (${dialect})`, () => {
      assertEquals(asked(name, dialect).map(brief), ASKS[name]);
    });
  }
}

Deno.test("a change that has to be approved is shown whole", () => {
  const file = (name: string) => ({
    file: name,
    patch: `--- ${name}\n+++ ${name}\n@@ -1 +1 @@\n-a\n+b\n`,
    additions: 1,
    deletions: 1,
  });
  const ask = (files: unknown[]) =>
    parsePermission({
      ...{ id: "per_1", sessionID: "ses_1", action: "edit", resources: ["a.txt"], save: ["*"] },
      metadata: { files },
    })?.request;
  const one = ask([file("a.txt")]);
  assert(one?.kind === "permission");
  assertEquals([one.file, one.diff], ["a.txt", file("a.txt").patch]);
  const two = ask([file("a.txt"), file("b.txt")]);
  assert(two?.kind === "permission");
  assertEquals([two.file, two.diff], [undefined, `${file("a.txt").patch}\n${file("b.txt").patch}`]);
  const none = ask([]);
  assert(none?.kind === "permission");
  assertEquals(["file" in none, "diff" in none], [false, false]);
});

const FORM = {
  id: "frm_1",
  sessionID: "ses_1",
  fields: [
    { key: "plan", title: "Plan", type: "string", options: [{ value: "p-1", label: "Small" }] },
    { key: "secret", type: "string", hidden: true },
    { key: "tags", type: "multiselect", options: [{ value: "x" }, { value: "y", label: "Y!" }] },
    { key: "seats", title: "Seats", description: "How many?", type: "integer" },
    { key: "terms", title: "Terms", type: "boolean" },
    { key: "login", title: "Log in", type: "external", url: "https://example.com/in" },
  ],
};

Deno.test("a form of another kind is asked as questions, and answered in its own values", () => {
  const form = parseForm(FORM);
  assert(form);
  const questions = (form.pending.request satisfies QuestionRequest).questions;
  assertEquals(
    questions.map(({ question, options, multiple, custom }) =>
      `${question} [${options.map(({ label }) => label)}]${multiple ? " many" : ""}${
        custom ? " text" : ""
      }`
    ),
    [
      "Plan [Small]",
      "tags [x,Y!] many",
      "How many? [] text",
      "Terms [true,false]",
      "Log in\nhttps://example.com/in [OK]",
    ],
  );
  const given = [["Small"], ["x", "Y!", "own"], ["3"], ["true"], ["OK"]];
  const answer = toFormAnswer(form, given);
  const tags = ["x", "y", "own"];
  assertEquals(answer, { plan: "p-1", tags, seats: 3, terms: true, login: true });
  assertEquals(fromFormAnswer(form, answer), { kind: "question", answers: given });
  const some = [["Small"], [], [], ["false"], ["OK"]];
  assertEquals(toFormAnswer(form, some), { plan: "p-1", terms: false, login: true });
});

Deno.test("what an answer makes superfluous is not answered, nor what depends on that", () => {
  const field = (key: string, when?: unknown) => ({ key, type: "string", when });
  const is = (key: string, op: string, value: unknown) => [{ key, op, value }];
  const form = parseForm({
    ...FORM,
    fields: [
      { key: "sure", type: "boolean" },
      field("yes", is("sure", "eq", true)),
      field("no", is("sure", "neq", true)),
      field("deep", is("yes", "neq", "x")),
      { key: "tags", type: "multiselect", options: [{ value: "a" }, { value: "b" }] },
      field("has a", is("tags", "eq", "a")),
    ],
  });
  assert(form);
  const keys = (sure: string, tags: string[]) =>
    Object.keys(toFormAnswer(form, [[sure], ["y"], ["n"], ["d"], tags, ["h"]])).join();
  assertEquals(keys("true", ["a"]), "sure,yes,deep,tags,has a");
  assertEquals(keys("false", ["b"]), "sure,no,tags");
  assertEquals(keys("false", []), "sure,no");
});

Deno.test("a form with something that a chat cannot ask has no questions, and is not half of one", () => {
  for (const field of [{ key: "k", type: "colour" }, { type: "string" }, "x"]) {
    const form = parseForm({ ...FORM, fields: [...FORM.fields, field] });
    assertEquals([form?.pending.request.id, form?.pending.request.questions], ["frm_1", []]);
  }
  assertEquals(parseForm({ ...FORM, fields: [] })?.pending.request.questions, []);
});

Deno.test("no damage to a form or a permission makes its parser throw", () => {
  for (const damage of [undefined, null, 7, "x", [], {}, [null, 7, {}]]) {
    for (const key of ["id", "sessionID", "fields"]) parseForm({ ...FORM, [key]: damage });
    for (const key of ["id", "action", "resources", "save", "metadata", "source"]) {
      parsePermission({ id: "per_1", sessionID: "ses_1", action: "edit", [key]: damage });
    }
  }
});

/** What events say about how the requests of a recording ended. */
function ends(name: string): string[] {
  return recording(name).events.flat().flatMap((event) =>
    event.type === "answered"
      ? [`${event.answer.kind} ${Object.values(event.answer)[1] ?? ""}`.trim()]
      : []
  );
}

Deno.test("a form that an abort has ended was dismissed by nobody", () => {
  assertEquals(ends("abort-question"), []);
  assertEquals(ends("question-rejected"), ["dismissed"]);
  assertEquals(ends("question-answered"), ["question Red,S,my own"]);
  assertEquals(ends("permission-two-reject-one"), ["permission reject", "permission reject"]);
});

Deno.test("an event about something that began before the stream asks for a reading", () => {
  const { frames } = recording("tool-shell");
  for (const type of ["session.tool.called", "session.tool.success", "session.step.ended"]) {
    const at = frames.findIndex((frame) => object(frame).type === type);
    const late = new Play("ses_x", "msg_x");
    const sessionId = String(object(object(frames[at]).data).sessionID);
    const play = new Play(sessionId, "msg_x");
    play.take(frames.slice(at, at + 1));
    assert(play.isUnsure, type);
    late.take(frames.slice(at, at + 1));
    assert(!late.isUnsure, "of another session it says nothing");
  }
});
