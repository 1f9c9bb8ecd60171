import { assertEquals } from "@std/assert";
import { Drift } from "../../lib/opencode/drift.ts";
import { names, recording } from "./v2/recordings.ts";

const V1 = [
  ...[
    "catalog.updated",
    "command.executed",
    "file.edited",
    "file.watcher.updated",
    "global.disposed",
  ],
  ...["installation.updated", "lsp.updated", "mcp.tools.changed", "message.part.delta"],
  ...["message.part.removed", "message.part.updated", "message.removed", "message.updated"],
  ...["models-dev.refreshed", "permission.asked", "permission.replied", "permission.v2.asked"],
  ...["project.directories.updated", "question.asked", "question.rejected", "question.replied"],
  ...["server.connected", "server.heartbeat", "server.instance.disposed", "session.compacted"],
  ...["session.created", "session.deleted", "session.diff", "session.error", "session.idle"],
  ...["session.next.step.started", "session.status", "session.updated", "sync", "todo.updated"],
  ...["tui.toast.show", "vcs.branch.updated", "workspace.status", "worktree.ready"],
];

function unknown(generation: 1 | 2, frames: readonly unknown[]): string {
  const drift = new Drift({ error() {}, warn() {}, info() {}, debug() {} });
  for (const frame of frames) drift.note(frame, generation);
  return drift.summary;
}

Deno.test("the events of 1.18.33 are known, in both of their forms", () => {
  assertEquals(unknown(1, V1.map((type) => ({ type }))), "");
  assertEquals(unknown(1, V1.map((type) => ({ payload: { type } }))), "");
});

Deno.test("every event of the recordings of opencode 2 is known, in both dialects", () => {
  for (const name of names()) {
    for (const dialect of ["july", "released"] as const) {
      assertEquals(unknown(2, recording(name, dialect).frames), "", name);
    }
  }
});

Deno.test("every field of the events of 1.18.33 is known", () => {
  const dir = new URL("../fixtures/opencode-events/", import.meta.url);
  for (const { name } of Deno.readDirSync(dir)) {
    const lines = Deno.readTextFileSync(new URL(name, dir)).trimEnd().split("\n");
    assertEquals(unknown(1, lines.map((line) => JSON.parse(line))), "", name);
  }
});

Deno.test("new fields of known events are counted where they are; what a tool says is free", () => {
  const part = { type: "tool", id: "p", state: { status: "done", mood: 1, metadata: { any: 1 } } };
  const properties = { sessionID: "s", part, priority: 1 };
  const frames = [1, 2].map(() => ({ payload: { type: "message.part.updated", properties } }));
  assertEquals(
    unknown(1, frames),
    "message.part.updated.priority ×2, message.part.updated.part.state.mood ×2",
  );
  const data = { sessionID: "s", ordinal: 0, delta: "x", "new one": 1 };
  assertEquals(unknown(2, [{ type: "session.text.delta", data }]), "session.text.delta.new?one ×1");
});

Deno.test("types that are not known are counted, and each is logged once", () => {
  const lines: string[] = [];
  const drift = new Drift({ error() {}, warn() {}, info() {}, debug: (line) => lines.push(line) });
  const types = ["session.thought.started", "session.textual.started", "form.createdx", "new\n"];
  for (const type of [...types, ...types, "session.text.started"]) drift.note({ type }, 2);
  for (const damage of [undefined, null, 7, "x", [], {}, { type: 7 }]) drift.note(damage, 2);
  assertEquals(
    drift.summary,
    "session.thought.started ×2, session.textual.started ×2, form.createdx ×2, new? ×2",
  );
  assertEquals(lines.length, 4);
  for (let n = 0; n < 1_000; n++) drift.note({ type: `flood.${n}` }, 1);
  assertEquals(drift.summary.split(", ").length, 50);
});
