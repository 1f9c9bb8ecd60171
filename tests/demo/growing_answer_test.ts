import { assertEquals } from "@std/assert";
import { startTwin } from "../../lib/demo/feishu_twin/twin.ts";
import { growingAnswer } from "../../lib/demo/growing_answer.ts";
import { render } from "../../lib/feishu/draw/render.ts";
import type { RenderMode } from "../../lib/model/slot.ts";
import type { View } from "../../lib/model/view.ts";
import { texts } from "../../lib/texts/texts.ts";
import { feishuApi } from "../helpers.ts";

const en = texts("en");
const { status } = en;
const TITLES = {
  running: [status.queued, status.working],
  waiting: status.waiting,
  earlierText: en.earlierText,
  ended: [status.done, status.failed, status.cancelled, status.interrupted],
};
const FORMS = ["card", "post", "text"] as const;

/** What is printed when the bot sends these messages, the first one as it grows. */
async function printed(mode: RenderMode, grown: readonly View[], more: readonly View[] = []) {
  await using twin = await startTwin();
  const api = feishuApi(twin);
  const { signal } = new AbortController();
  const target = { chatId: twin.chat.id };
  const send = (view: View) =>
    api.send(target, render(view, mode, en), crypto.randomUUID(), signal);
  let left = more.length;
  let out = "";
  const answer = growingAnswer(twin, "hi", {
    ...TITLES,
    write: (added) => out += added,
    // The row of an open question is never done with.
    isSent: () =>
      Promise.resolve(left === 0 && more.every(({ buttons = [] }) => buttons.length === 0)),
  });
  const [first = { status: "plain" }, ...edits] = grown;
  const { messageId } = await send(first);
  for (const view of edits) await api.edit(messageId, render(view, mode, en), signal);
  for (const view of more) {
    await send(view);
    left--;
  }
  return [await answer, out] as const;
}

Deno.test("an answer that is no turn is complete and printed whole, whatever its form", async () => {
  const answers = [
    "There is no nosuch.",
    "- one\n- two\n- three",
    "1. first\n\n`/help` lists them",
  ];
  for (const mode of FORMS) {
    for (const text of answers) {
      const [title, out] = await printed(mode, [{ status: "plain", text }]);
      assertEquals([title, out.replaceAll(/\n+/g, "\n")], [undefined, text.replace("\n\n", "\n")]);
    }
  }
});

Deno.test("a turn is followed to its end, in every form", async () => {
  for (const mode of FORMS) {
    for (const end of ["done", "failed", "cancelled", "interrupted"] as const) {
      const [title, out] = await printed(mode, [
        { status: "queued", note: "1 before this one" },
        { status: "working", text: "Let me" },
        { status: end, text: "Let me see." },
      ]);
      assertEquals(title, status[end], mode);
      assertEquals(out.endsWith("see."), true, out);
    }
  }
});

Deno.test("the messages that follow a complete answer are printed too", async () => {
  const more = [{ status: "plain", text: "second" }, { status: "plain", text: "third" }] as const;
  const [title, out] = await printed("card", [{ status: "done", text: "first" }], more);
  assertEquals([title, out], [status.done, "first\nsecond\nthird"]);
});

Deno.test("a card's entities are shown as the signs that they are, but not in code", async () => {
  const signs = "a < b > c * d ~ e | f ` g";
  const code = "`&#96;` and ``x ` &#124;``\n```shell\necho '&#60;'\n```";
  const [, out] = await printed("card", [{ status: "done", note: signs, text: code }]);
  assertEquals(out.replaceAll(/\n+/g, "\n"), `${signs}\n${code}`);
});

Deno.test("a turn that asks is over when its question is there", async () => {
  const buttons = [{ label: "Red", value: { choice: "red" } }];
  const card: View = { status: "waiting", title: "Question", text: "Which?", buttons };
  for (const mode of FORMS) {
    const grown: View[] = [{ status: "working" }, { status: "waiting", note: "It asks: Which?" }];
    const [title, out] = await printed(mode, grown, [card]);
    assertEquals([title, out.split("Which?").length], [status.waiting, 3], mode);
  }
  // The answer may end with the question.
  const [title] = await printed("card", [{ status: "done", text: "Well." }], [card]);
  assertEquals(title, status.waiting);
});

Deno.test("the buttons of a turn are no question, and are not printed", async () => {
  const stop = [{ label: "Stop", value: { stop: true } }];
  const retry = [{ label: "Retry", value: { retry: true } }];
  const grown: View[] = [
    { status: "working", text: "Let me", buttons: stop },
    { status: "failed", text: "Let me see.", buttons: retry },
  ];
  assertEquals(await printed("card", grown), [status.failed, "Let me see."]);
});

Deno.test("no line is printed twice, whatever changes above it, and the lines keep their order", async () => {
  const lines = Array.from({ length: 9 }, (_, i) => `line ${i}.`);
  const text = (from: number, to: number) => lines.slice(from, to).join("\n\n");
  const tool = (state: "running" | "completed") => [{ tool: "bash", title: "ls", state, depth: 0 }];
  const grown: View[] = [
    { status: "working", text: "li" },
    { status: "working", tools: tool("running"), text: text(0, 2) },
    { status: "waiting", note: "It asks.", tools: tool("completed"), text: text(0, 3) },
    { status: "working", text: `${en.earlierText}\n\n${text(6, 8)}` },
    { status: "done", note: "Summarised.", tools: tool("completed"), text: text(0, 9) },
  ];
  for (const mode of FORMS) {
    const [, out] = await printed(mode, grown);
    assertEquals(out.split("\n").filter((line) => line.startsWith("line")), lines, mode);
  }
});
