import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  finalViews,
  liveView,
  longAnswer,
  type TurnViewOptions,
  waitsFor,
} from "../../../lib/bridge/turn/turn_view.ts";
import { queuedView } from "../../../lib/bridge/turn/queued_view.ts";
import { knownSecrets } from "../../../lib/base/secrets/known_secrets.ts";
import type { PermissionRequest, QuestionRequest } from "../../../lib/model/agent_request.ts";
import { EMPTY_READING, type Reading } from "../../../lib/model/reading.ts";
import type { ToolCall } from "../../../lib/model/tool_call.ts";
import type { TurnRecord } from "../../../lib/model/turn.ts";
import { splitAnswer } from "../../../lib/feishu/draw/split_answer.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { chineseMisprint } from "../../chinese_misprint.ts";

const en = texts("en");
const options: TurnViewOptions = {
  texts: en,
  now: 100_000,
  startedAt: 58_000,
  maxLength: 1000,
  split: splitAnswer,
  directory: "/home/me/proj",
};

function reading(more: Partial<Reading> = {}): Reading {
  return { ...EMPTY_READING, phase: "busy", accepted: true, started: true, ...more };
}

function tool(more: Partial<ToolCall> = {}): ToolCall {
  return { tool: "bash", title: "ls", state: "running", depth: 0, ...more };
}

const permission: PermissionRequest = {
  kind: "permission",
  id: "per_1",
  permission: "bash",
  patterns: ["rm *"],
  always: [],
  command: "rm -rf build",
};

const live = (more: Partial<Reading>, opts: Partial<TurnViewOptions> = {}) =>
  liveView(reading({ ...more }), { ...options, ...opts });
const final = (more: Partial<Reading>, outcome: Parameters<typeof finalViews>[1] = "done") =>
  finalViews(reading(more), outcome, options);

Deno.test("until opencode has the prompt, the message only says that work began", () => {
  assertEquals(liveView(undefined, options), { status: "working" });
  const view = liveView(reading({ accepted: false }), { ...options, notice: "fresh session" });
  assertEquals(view, { status: "working", note: "fresh session" });
});

Deno.test("a running turn says that nothing can be saved, and its end, which was saved, does not", () => {
  const full = { ...options, notice: "fresh session", trouble: "the disk is full" };
  assertEquals(liveView(undefined, full).note, "fresh session\nthe disk is full");
  const [end] = finalViews(reading({ text: "so" }), "done", full);
  assertEquals([end?.note, end?.text], ["fresh session", "so"]);
});

Deno.test("where the thinking is hidden, it is neither in a running turn nor in its answer", () => {
  const thought = reading({ reasoning: "hmm", text: "so" });
  const brief = { ...options, isBrief: true };
  const views = [liveView(thought, brief), ...finalViews(thought, "done", brief)];
  assertEquals(views.map(({ text, reasoning }) => [text, reasoning]), [["so", undefined], [
    "so",
    undefined,
  ]]);
});

Deno.test("a running turn shows its thinking, tools, todos and text", () => {
  const view = live({
    reasoning: "hmm",
    text: "so far",
    tools: [tool({ state: "completed", seconds: 3 })],
    todos: [{ text: "a", state: "in_progress" }, { text: "b", state: "pending" }],
  });
  assertEquals(view, {
    status: "working",
    reasoning: "hmm",
    tools: [{ tool: "bash", title: "ls", state: "completed", seconds: 3, depth: 0 }],
    todos: [{ text: "a", state: "in_progress" }, { text: "b", state: "pending" }],
    text: "so far",
  });
});

Deno.test("a turn that waits for a permission says for which", () => {
  const requests = [permission];
  const view = live({ requests });
  assertEquals([view.status, view.note], ["waiting", en.asksPermission("bash rm -rf build")]);
  assertEquals(waitsFor(reading({ requests }), en), en.waitsForPermission);
});

Deno.test("a question of the agent is called one, while it is open and when nobody answered", () => {
  const question: QuestionRequest = {
    kind: "question",
    id: "que_1",
    questions: [
      { question: "Which colour?", header: "", options: [], multiple: false, custom: true },
    ],
  };
  for (const language of ["en", "zh"] as const) {
    const t = texts(language);
    const opts = { ...options, texts: t };
    const view = live({ requests: [question] }, opts);
    assertEquals([view.status, view.note], ["waiting", t.asksQuestion("Which colour?")]);
    assertEquals(waitsFor(reading({ requests: [question] }), t), t.waitsForAnswer);
    const endedWith = (...tools: ToolCall[]) =>
      finalViews(reading({ text: "x", finish: "tool-calls", tools }), "done", opts)[0]?.note;
    const [read, failed] = [tool({ state: "completed" }), tool({ state: "error" })];
    const [asked, dismissed] = [
      tool({ tool: "question", state: "completed" }),
      tool({ tool: "question", state: "error" }),
    ];
    for (const tools of [[dismissed], [failed, dismissed], [dismissed, read], [read, dismissed]]) {
      assertEquals(endedWith(...tools), t.unansweredStop);
    }
    for (const tools of [[], [failed], [dismissed, failed], [asked, failed]]) {
      assertEquals(endedWith(...tools), t.rejectedStop);
    }
    assert(t.asksQuestion("x") !== t.asksPermission("x"));
  }
});

Deno.test("a model that does not answer is told with its reason and the next attempt", () => {
  const soon = { attempt: 2, message: "busy", next: 105_000 };
  const view = live({ phase: "retry", retry: soon }, { time: 100_000 });
  assertEquals(view.note, en.retrying(2, 5000, "busy"));
  assertEquals(waitsFor(reading({ phase: "retry", retry: soon }), en, 100_000), en.waitsForRetry);
});

Deno.test("a model that takes no more for hours is told by the clock, whatever the machine slept", () => {
  const time = new Date(2026, 10, 28, 14, 2).getTime();
  const at = (hours: number) => ({ attempt: 1, message: "quota", next: time + hours * 3_600_000 });
  const zh = texts("zh");
  for (const { t, said } of [{ t: en, said: "in about 5 h." }, { t: zh, said: "约 5 小时后" }]) {
    // The machine has slept: what has passed for the turn is less.
    const note = liveView(reading({ phase: "retry", retry: at(4.9) }), {
      ...options,
      ...{ texts: t, time, now: time - 7_200_000 },
    }).note ?? "";
    assertStringIncludes(note, "18:56 (");
    for (const part of ["quota", said, "/cancel"]) assertStringIncludes(note, part);
    assertEquals(chineseMisprint(note), undefined);
    const waits = waitsFor(reading({ phase: "retry", retry: at(30) }), t, time);
    assertStringIncludes(waits, "2026-11-29 20:02 (");
    assertEquals(waits.includes("24 "), false);
  }
  // It is said as roughly as people say it, so the message seldom changes.
  const notes = Array.from(
    { length: 5 * 60 },
    (_, minute) => live({ phase: "retry", retry: at(5) }, { time: time + minute * 60_000 }).note,
  );
  assert(new Set(notes).size <= 40, String(new Set(notes).size));
  // Beyond two days, only the date says something.
  assert(!waitsFor(reading({ phase: "retry", retry: at(600) }), en, time).includes("about"));
});

Deno.test("only the newest tool calls are listed, the others counted", () => {
  const tools = Array.from({ length: 50 }, (_, i) => tool({ title: `step ${i}` }));
  const view = live({ tools });
  assertEquals((view.tools?.length ?? 0) + (view.hiddenTools ?? 0), 50);
  assertEquals(view.tools?.at(-1)?.title, "step 49");
});

Deno.test("paths in titles are relative to the session's directory", () => {
  const cases: [string, string][] = [
    ["/home/me/proj/src/a.ts", "src/a.ts"],
    ["home/me/proj/src/a.ts", "src/a.ts"],
    ["diff /home/me/proj/a /home/me/proj/b", "diff a b"],
    ["/home/me/project/a.ts", "/home/me/project/a.ts"],
  ];
  for (const [title, expected] of cases) {
    assertEquals(live({ tools: [tool({ title })] }).tools?.[0]?.title, expected);
  }
});

Deno.test("a long answer shows its newest part while it grows", () => {
  const { text = "" } = live({ text: `${"a".repeat(5000)}END` });
  assert(text.startsWith(en.earlierText) && text.endsWith("END"));
  assert(text.length < 1200);
  assert(live({ text: "😀".repeat(3000) }, { maxLength: 1001 }).text?.isWellFormed());
});

Deno.test("a long final answer becomes numbered messages without loss, the footer on the last", () => {
  const text = Array.from({ length: 60 }, (_, i) => `Paragraph ${i} ${"x".repeat(50)}`).join(
    "\n\n",
  );
  const views = final({ text, files: [{ file: "a.ts", additions: 1, deletions: 0 }] });
  assert(views.length > 2);
  const squeeze = (text: string) => text.replaceAll(/\s+/g, "");
  assertEquals(squeeze(views.map((view) => view.text).join("")), squeeze(text));
  assertEquals(views.map(({ note }) => note), views.map((_, i) => en.part(i + 1, views.length)));
  const statuses = views.map(({ status }) => status);
  assertEquals(statuses, ["done", ...views.slice(1).map(() => "plain" as const)]);
  assertEquals(
    views.map(({ footer }) => footer !== undefined),
    views.map((_, i) => i === views.length - 1),
  );
  assertEquals(views.at(-1)?.files?.length, 1);
});

Deno.test("the footer tells time, model, tokens, cost and how full the context is", () => {
  const used = { tokens: 1234, context: 50_000, cost: 0.1234 };
  const [view] = finalViews(
    reading({ text: "x", model: "acme/large", ...used }),
    "done",
    { ...options, contextLimit: 200_000 },
  );
  assertEquals(view?.footer, "42 s · acme/large · 1.2k tokens · $0.12 · context 25 %");
  assertEquals(final({ text: "x" })[0]?.footer, "42 s");
  const [branched] = finalViews(reading({ text: "x" }), "done", { ...options, branch: "fix" });
  assertEquals(branched?.footer, "42 s · branch fix");
});

Deno.test("each end of a turn says what it means and what to do", () => {
  const note = (more: Partial<Reading>, outcome?: Parameters<typeof finalViews>[1]) =>
    final(more, outcome)[0]?.note;
  assertEquals(note({ text: "x" }), undefined);
  assertEquals(note({}), en.emptyAnswer);
  assertEquals(note({ text: " \u200b\u200d\ufeff\n" }), en.emptyAnswer);
  assertEquals(note({ text: "👨‍👩‍👧" }), undefined);
  assertEquals(note({ tools: [tool()] }), undefined);
  assertEquals(note({ text: "x", finish: "length" }), en.lengthCut);
  assertEquals(note({ text: "x", finish: "tool-calls" }), en.rejectedStop);
  assertEquals(note({ text: "x", compacted: true }), en.compacted);
  assertEquals(note({ text: "x", joined: true }), en.joined);
  assertEquals(
    note({ text: "x", joined: true, finish: "length" }),
    `${en.joined}\n${en.lengthCut}`,
  );
  assertEquals(note({ text: "x" }, "cancelled"), en.cancelledNote);
  assertEquals(note({ text: "x" }, "interrupted"), en.interruptedNote);
  const [lost] = finalViews(reading({ text: "x" }), "interrupted", { ...options, isLost: true });
  assertEquals(lost?.note, en.sessionGone);
});

Deno.test("a failure shows what failed and what to do, and keeps what was said before", () => {
  const failed = (error?: Reading["error"]) =>
    final({ text: "so far", ...(error && { error }) }, "failed")[0];
  const key = failed({ name: "APIError", message: "Unauthorized", statusCode: 401 });
  assertEquals([key?.status, key?.text], ["failed", "so far"]);
  assertStringIncludes(key?.error ?? "", "Unauthorized (HTTP 401)");
  assertStringIncludes(key?.error ?? "", en.authError);
  const missing = failed({ name: "UnknownError", message: "Model not found: x/y" });
  assertStringIncludes(missing?.error ?? "", en.modelMissing);
  assertEquals(failed()?.error, en.promptVanished);
  const [own] = finalViews(reading(), "failed", { ...options, failure: "opencode is away" });
  assertEquals(own?.error, "opencode is away");
});

Deno.test("keys and tokens show nowhere in a message", () => {
  const key = "sk-ant-AbCdEf0123456789AbCdEf0123456789";
  const parts: Partial<Reading> = {
    text: `it is ${key}`,
    reasoning: `it is ${key}`,
    tools: [tool({ title: `echo ${key}`, error: `bad ${key}` })],
    retry: { attempt: 1, message: `bad ${key}`, next: 0 },
    error: { name: "APIError", message: `bad ${key}` },
  };
  const views = [live(parts), ...final(parts, "failed")];
  assert(!JSON.stringify(views).includes("AbCdEf"), JSON.stringify(views));
  const running = reading({ tools: [tool({ title: `echo ${key}` })] });
  assert(!waitsFor(running, en).includes("AbCdEf"));
});

Deno.test("a key does not show when a title is cut inside it", () => {
  const key = "ghp_AbCdEf0123456789AbCdEf0123456789";
  for (let n = 260; n < 300; n++) {
    const [shown] = live({ tools: [tool({ title: `${"x".repeat(n)} ${key}` })] }).tools ?? [];
    assert(!shown?.title.includes("AbCdEf0123"), shown?.title);
  }
});

Deno.test("no secret shows in part where a title or a wait is cut, or an answer is not complete", () => {
  const secrets: [text: (password: string) => string, part: string][] = [
    [(word) => `curl postgres://user:${word}@db.example.com:5432/shop`, "Zq8vLm2Xk9"],
    [(word) => `export DB_PASSWORD=${word} && run`, "Zq8vLm2Xk9TrWq4z"],
    [(word) => `curl -H 'Authorization: Bearer ${word}' x.io`, "Zq8vLm2Xk9TrWq4zPp3y"],
    [(word) => `open 'https://x.io/?access_token=${word}&b=2'`, "Zq8vLm2Xk9TrWq4zPp3y"],
  ];
  for (const [make, password] of secrets) {
    const isBare = (shown: string) => shown.includes(password.slice(0, 3));
    for (let n = 0; n < 320; n++) {
      const title = `${"x".repeat(n)} ${make(password)}`;
      const running = [tool({ title })];
      const [shown] = live({ tools: running }).tools ?? [];
      assert(!isBare(shown?.title ?? ""), shown?.title);
      const wait = waitsFor(reading({ tools: running }), en);
      assert(!isBare(wait), wait);
    }
    for (let end = 1; end <= make(password).length; end++) {
      const { text = "" } = live({ text: make(password).slice(0, end) });
      assert(!isBare(text), text);
    }
  }
});

Deno.test("the second half of a key does not come into view when what was before it is hidden", () => {
  const line = `${"AbCdEf0123456789".repeat(4)}\n`;
  const key = (lines: number) =>
    `-----BEGIN PRIVATE KEY-----\n${line.repeat(lines)}-----END PRIVATE KEY-----\n`;
  for (const lines of [20, 100, 200]) {
    const { text = "" } = live({ text: `${"word\n".repeat(400)}${key(lines).repeat(4)}end` });
    assert(!text.includes("AbCdEf0123"), text.slice(0, 300));
  }
});

Deno.test("what waits for a permission is shown as it is, our own secrets aside", () => {
  knownSecrets.add("turn_view_test", "our-own-s3cret");
  const command = "curl -H 'Authorization: Bearer AbCdEf0123456789AbCdEf' x.io/our-own-s3cret";
  const { note = "" } = live({ requests: [{ ...permission, command }] });
  assertStringIncludes(note, command.replace("our-own-s3cret", "***"));
});

Deno.test("a long answer that comes as a file keeps what looks like a token", () => {
  const key = "ghp_AbCdEf0123456789AbCdEf0123456789";
  const text = `    first line\n${key}\nour-own-s3cret\n${"word\n\n".repeat(20_000)}`;
  const whole = longAnswer(reading({ text }), options) ?? "";
  assert(whole.startsWith(`    first line\n${key}\n***\n`), whole.slice(0, 99));
});

Deno.test("status knows what a turn waits for", () => {
  assertEquals(waitsFor(undefined, en), en.waitsForServer);
  assertEquals(waitsFor(reading({ accepted: false }), en), en.waitsForServer);
  assertEquals(waitsFor(reading(), en), en.waitsForModel);
  assertEquals(waitsFor(reading({ phase: "retry" }), en), en.waitsForRetry);
  assertEquals(waitsFor(reading({ tools: [tool()] }), en), en.waitsForTool("bash ls"));
});

Deno.test("a queued prompt says how many go before it", () => {
  const queued: TurnRecord = {
    ...{ id: "turn_1", conversation: "oc_1", messageId: "om_1", sender: "ou_1", createdAt: 0 },
    ...{ text: "", slot: { uuid: "u", target: { chatId: "oc_1" }, mode: "card" } },
    state: { kind: "queued" },
  };
  const { buttons = [], ...rest } = queuedView(queued, 2, en, []);
  assertEquals(rest, { status: "queued", note: en.queuedBehind(2) });
  assertEquals(buttons.map(({ label }) => label), ["Now", "Remove"]);
  const command = { ...queued, task: { kind: "compact" } } as const;
  assertEquals(queuedView(command, 2, en, []).buttons?.map(({ label }) => label), ["Remove"]);
  const steered = queuedView({ ...queued, steers: "turn_0" }, 0, en, []);
  assertEquals(steered, { status: "queued", note: en.steering });
  for (const language of ["en", "zh"] as const) {
    const asks = ["Permission: bash", "Question"].map((title) => ({ title, since: undefined }));
    const { note = "" } = queuedView(queued, 1, texts(language), asks);
    assertStringIncludes(note, texts(language).queuedBehind(1));
    assertStringIncludes(note, "“Permission: bash”");
  }
});

Deno.test("while an answer grows, only the ask that it ends with is hidden", () => {
  const ask = '```ask\n{"question":"x"}\n```';
  const cases: [text: string, shown: string][] = [
    [`So:\n${ask}`, "So:"],
    [`So:\n${ask}\n\n`, "So:"],
    ["So:\n```ask\n{", "So:"],
    [`Write:\n${ask}\nand it shows.`, `Write:\n${ask}\nand it shows.`],
    [`Write:\n${ask}\nthen:\n${ask}`, `Write:\n${ask}\nthen:`],
    ["```sh\nls\n```", "```sh\nls\n```"],
  ];
  for (const [text, shown] of cases) assertEquals(live({ text }).text, shown);
});

Deno.test("no secret shows in the names of changed files", () => {
  const key = "ghp_aB3dE5fG7hI9kL1mN3pQ5rS7tU9vW1xY3zA5";
  const [view] = final({ files: [{ file: `dump-${key}.txt`, additions: 1, deletions: 0 }] });
  assertEquals(view?.files?.[0]?.file, "dump-ghp_***.txt");
});
