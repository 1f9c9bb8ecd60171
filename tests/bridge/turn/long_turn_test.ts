import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { keepFile, sweepFiles } from "../../../lib/store/files/kept_files.ts";
import { finalViews, liveView, longAnswer } from "../../../lib/bridge/turn/turn_view.ts";
import { splitAnswer } from "../../../lib/feishu/draw/split_answer.ts";
import { render } from "../../../lib/feishu/draw/render.ts";
import { parseGlobalEvent } from "../../../lib/opencode/v1/event.ts";
import { read } from "../../../lib/opencode/transcript/reading.ts";
import { fold } from "../../../lib/opencode/transcript/fold.ts";
import type { Transcript } from "../../../lib/opencode/transcript/transcript.ts";
import type { LedgerRow } from "../../../lib/model/ledger.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { cpuTime } from "../../cpu_time.ts";
import { foldAll, turn } from "../../opencode/turns.ts";

const en = texts("en");
const options = {
  texts: en,
  now: 1_000,
  startedAt: 0,
  maxLength: 1000,
  split: splitAnswer,
  directory: "/proj",
};

/** A turn that has just begun, and what adds parts to it. */
function begun() {
  const { t, events } = turn("text");
  foldAll(t, events.slice(0, events.findLastIndex(({ type }) => type === "delta")));
  const [step] = t.steps;
  assert(step);
  const { id: messageID, sessionId: sessionID } = step.info;
  const take = (type: string, properties: Record<string, unknown>) => {
    const event = parseGlobalEvent({ type, properties: { sessionID, ...properties } });
    assert(event);
    fold(t, event);
  };
  const part = (id: string, more: Record<string, unknown>) =>
    take("message.part.updated", { part: { id, messageID, sessionID, ...more } });
  return { t, take, part, messageID };
}

/** The least milliseconds that one event takes until its effect could leave. */
function cost(t: Transcript, event: (n: number) => void): number {
  const times = Array.from({ length: 60 }, (_, n) =>
    cpuTime(() => {
      event(n);
      render(liveView(read(t), { ...options, maxLength: 8000 }), "card", en);
    }));
  return times.toSorted((a, b) => a - b).slice(0, 30).reduce((sum, ms) => sum + ms) / 30;
}

Deno.test("an event of a turn with 1 000 tool calls and 1 MB of text costs what an early one does", () => {
  const { t, part, take, messageID } = begun();
  const paragraph = "Some **text** about `code`, and 中文。\n\n- a list\n- of things\n\n";
  let tools = 0;
  const tool = () =>
    part(`prt_y${String(tools++).padStart(6, "0")}`, {
      type: "tool",
      tool: "bash",
      callID: `call_${tools}`,
      state: {
        status: "completed",
        input: { command: `echo ${tools}` },
        output: "x".repeat(1000),
        title: `step ${tools}`,
        metadata: { exit: 0 },
        time: { start: 1, end: 2 },
      },
    });
  part("prt_z", { type: "text", text: "", time: { start: 1 } });
  const text = (delta: string) =>
    take("message.part.delta", { messageID, partID: "prt_z", field: "text", delta });
  for (let i = 0; i < 400; i++) text(paragraph);
  for (let i = 0; i < 30; i++) tool();
  const event = (n: number) => n % 2 === 0 ? tool() : text("one more word ");
  cost(t, event);
  const early = cost(t, event);
  while (tools < 1000) tool();
  for (let i = 0; i * paragraph.length < 1_000_000; i++) text(paragraph);
  const late = cost(t, event);
  assert(late < early * 3 + 2, `early ${early} ms, late ${late} ms`);
});

const paragraphs = (n: number) =>
  Array.from({ length: n }, (_, i) => `Paragraph ${i}: ${"word ".repeat(30)}end`).join("\n\n");

Deno.test("an answer of more than five messages is its beginning, and a file with all of it", async () => {
  const dir = await Deno.makeTempDir();
  const { t } = begun();
  const reading = { ...read(t), text: paragraphs(25) };
  assertEquals(longAnswer(reading, options), undefined);
  const views = finalViews(reading, "done", options);
  assertEquals(views.length, 5);

  const long = { ...reading, text: paragraphs(60) };
  const answer = longAnswer(long, options);
  assertEquals(answer, long.text);
  const file = await keepFile(`${dir}/answers/p1.md`, answer ?? "");
  assertEquals(await Deno.readTextFile(file), long.text);
  assertEquals(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o600);
  const [first, second, ...more] = finalViews(long, "done", { ...options, file });
  assertEquals(more, []);
  assertEquals(second, { status: "plain", file, isTemporary: true });
  assertEquals(first?.status, "done");
  assertStringIncludes(first?.note ?? "", en.answerInFile);
  assert(first?.text?.startsWith("Paragraph 0:") && first.text.endsWith("\n\n…"));
  assert(first?.footer);
  // Nobody could write it: then all of it goes out in messages.
  const all = finalViews(long, "done", options).map(({ text }) => text).join("\n\n");
  assertEquals(all.match(/Paragraph \d+/g)?.length, 60);
  await Deno.remove(dir, { recursive: true });
});

Deno.test("an answer's file can be written again, and goes when nobody needs it", async () => {
  const dir = await Deno.makeTempDir();
  const answers = `${dir}/answers`;
  await sweepFiles(answers, []);
  const old = await keepFile(`${answers}/a.md`, "a long text");
  assertEquals(await keepFile(old, "short"), old);
  assertEquals(await Deno.readTextFile(old), "short");
  const needed = await keepFile(`${answers}/b.md`, "b");
  const row: LedgerRow = {
    id: "r",
    conversation: "c",
    slot: { uuid: "u", target: { chatId: "c" }, mode: "card" },
    view: { status: "plain", file: needed, isTemporary: true },
    createdAt: 0,
  };
  await sweepFiles(answers, [row]);
  const left = await Array.fromAsync(Deno.readDir(answers), ({ name }) => name);
  assertEquals(left, ["b.md"]);
  await Deno.remove(dir, { recursive: true });
});
