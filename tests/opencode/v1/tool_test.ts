import { assertEquals } from "@std/assert";
import { read } from "../../../lib/opencode/transcript/reading.ts";
import { fold } from "../../../lib/opencode/transcript/fold.ts";
import { parseEdit, parseFilePatch, parseTodo, toolFields } from "../../../lib/opencode/v1/tool.ts";
import { foldAll, turn } from "../turns.ts";

/** A command that ended with this exit code, as opencode reports it. */
function bash(exit: unknown, status = "completed") {
  return {
    tool: "bash",
    callID: "call_1",
    state: {
      status,
      input: { command: "make" },
      title: "Builds it",
      metadata: { exit },
      time: { start: 1_000, end: 3_600 },
    },
  };
}

Deno.test("a command with an exit code other than 0, or without one, failed", () => {
  const call = (exit: unknown) => toolFields(bash(exit)).call;
  const base = { tool: "bash", title: "Builds it" };
  assertEquals(call(0), { ...base, state: "completed" });
  assertEquals(call(undefined), { ...base, state: "completed" });
  assertEquals(call(2), { ...base, state: "error", error: "exit 2" });
  assertEquals(call(null), { ...base, state: "error", error: "killed" });
  assertEquals(toolFields(bash(undefined, "running")).call, { ...base, state: "running" });
});

Deno.test("a reading has each field of a call, its whole seconds and its depth", () => {
  const { t, events, sessionId } = turn("text");
  foldAll(t, events);
  const messageId = t.steps[0]?.info.id ?? "";
  const fields = toolFields(bash(3));
  // A field that only this test knows passes through the transcript.
  const call = { ...fields.call, output: "no rule to make it" };
  fold(t, {
    type: "part",
    sessionId,
    part: { ...fields, id: "prt_z", sessionId, messageId, call },
  });
  assertEquals(read(t).tools, [{ ...call, seconds: 3, depth: 0 }]);
});

Deno.test("a title that only an earlier event has is kept", () => {
  const { t, events, sessionId } = turn("text");
  foldAll(t, events);
  const ids = { id: "prt_z", sessionId, messageId: t.steps[0]?.info.id ?? "" };
  const { startedAt: _, ...late } = toolFields(bash(0));
  const begun = toolFields(bash(undefined, "running"));
  fold(t, { type: "part", sessionId, part: { ...ids, ...begun } });
  fold(t, {
    type: "part",
    sessionId,
    part: { ...ids, ...late, call: { ...late.call, title: "" } },
  });
  const [tool] = read(t).tools;
  assertEquals([tool?.title, tool?.seconds, tool?.state], ["Builds it", 3, "completed"]);
});

Deno.test("a todo in a state that we do not know is pending", () => {
  assertEquals(parseTodo({ content: "test", status: "completed" }), {
    text: "test",
    state: "completed",
  });
  assertEquals(parseTodo({ content: "test", status: "?" }), { text: "test", state: "pending" });
  assertEquals(parseTodo({ status: "pending" }), undefined);
});

Deno.test("a change has a patch, also when the tool reports none", () => {
  const file = "/work/a.txt";
  const state = {
    status: "completed",
    input: { filePath: file, content: "one\ntwo\n" },
    metadata: { exists: false },
  };
  assertEquals(parseEdit({ tool: "write", state }), {
    file,
    additions: 2,
    deletions: 0,
    patch: `Index: ${file}\n@@ -0,0 +1,2 @@\n+one\n+two`,
  });
  assertEquals(parseEdit({ tool: "read", state }), undefined);
  assertEquals(parseFilePatch({ file }), { file, additions: 0, deletions: 0, patch: "" });
});
