import { assert, assertEquals, assertRejects } from "@std/assert";
import { ApiError } from "../../lib/base/errors.ts";
import { fakeOpencode } from "./fake_opencode.ts";

const SESSION = { id: "ses_1", directory: "/work" };
const { signal } = new AbortController();

function message(id: string, role: string, parts: readonly Record<string, unknown>[]) {
  const info = { id, sessionID: "ses_1", role, parentID: "a", time: { created: 1 } };
  return {
    info,
    parts: parts.map((part, i) => ({
      id: `prt_${id}${i}`,
      sessionID: "ses_1",
      messageID: id,
      ...part,
    })),
  };
}

const text = (text: string, more = {}) => ({ type: "text", text, ...more });
const write = (file: string) => ({
  type: "tool",
  tool: "write",
  state: {
    status: "completed",
    input: { filePath: file, content: "x\n" },
    metadata: { exists: false },
  },
});

/** Three prompts: one that wrote a file, a compaction with what opencode adds to it, and one more. */
const MESSAGES = [
  message("a", "user", [text("do a")]),
  message("a2", "assistant", [write("/work/a.txt"), text("done")]),
  message("b", "user", [{ type: "compaction", auto: false }]),
  message("b2", "assistant", [text("what was said")]),
  message("b3", "user", [text("Continue", { synthetic: true })]),
  message("c", "user", [text("hidden", { ignored: true }), text("do c")]),
  message("c2", "assistant", [write("/work/c.txt"), text("done")]),
];

/** A session with these messages, of which those from `revertedFrom` on are undone. */
function history(messages: readonly unknown[], revertedFrom?: string) {
  const revert = revertedFrom === undefined ? {} : { revert: { messageID: revertedFrom } };
  return fakeOpencode({
    "GET /session/ses_1": () => ({ ...SESSION, ...revert }),
    "GET /session/ses_1/message": (url) => {
      const limit = url.searchParams.get("limit");
      return limit === null ? messages : messages.slice(-Number(limit));
    },
  });
}

Deno.test("a history has the turns of a session, each with all its prompts", async () => {
  await using world = history(MESSAGES);
  assertEquals(await world.opencode.history(SESSION, signal), {
    turns: [
      { id: "a", text: "do a", promptIds: ["a"], hasEdits: true },
      { id: "b", text: "", promptIds: ["b", "b3"], hasEdits: false },
      { id: "c", text: "do c", promptIds: ["c"], hasEdits: true },
    ],
    inForce: 3,
  });
});

Deno.test("turns from the one with the reverted message on are not in force", async () => {
  for (const [from, inForce] of [["a", 0], ["b", 1], ["b3", 1], ["c", 2], ["gone", 3]] as const) {
    await using world = history(MESSAGES, from);
    assertEquals((await world.opencode.history(SESSION, signal))?.inForce, inForce, from);
  }
});

Deno.test("a long turn makes a history read on until it has two turns", async () => {
  const long = Array.from({ length: 150 }, (_, i) => message(`b${i}`, "assistant", [text("…")]));
  await using world = history([
    message("a", "user", [text("do a")]),
    message("b", "user", [text("do b")]),
    ...long,
  ]);
  const read = await world.opencode.history(SESSION, signal);
  assertEquals(read?.turns.map(({ id }) => id), ["a", "b"]);
  assertEquals(world.requests.length, 3);
});

Deno.test("a history of one turn is read to the session's beginning and no further", async () => {
  await using world = history(MESSAGES.slice(0, 2));
  assertEquals((await world.opencode.history(SESSION, signal))?.turns.length, 1);
  assertEquals(world.requests.length, 2);
});

Deno.test("a lost session has no history", async () => {
  await using world = fakeOpencode({});
  assertEquals(await world.opencode.history(SESSION, signal), undefined);
});

const TURN = { id: "b", text: "", promptIds: ["b", "b3"], hasEdits: false };
const PATCH = { file: "x.txt", additions: 1, deletions: 0, patch: "@@ x" };

Deno.test("the changes of a turn are git's of all its prompts", async () => {
  await using world = fakeOpencode({
    "GET /session/ses_1/diff": (url) => [{ ...PATCH, file: url.searchParams.get("messageID") }],
  });
  const changes = await world.opencode.changes(SESSION, TURN, signal);
  assertEquals(changes, [{ ...PATCH, file: "b" }, { ...PATCH, file: "b3" }]);
  assertEquals(await world.opencode.restoredFiles(SESSION, TURN, signal), ["b"]);
});

Deno.test("outside git the changes are the edits from the turn on, which nothing restores", async () => {
  await using world = fakeOpencode({
    "GET /session/ses_1/diff": () => [],
    "GET /session/ses_1/message": () => MESSAGES,
  });
  const changes = async (id: string) =>
    (await world.opencode.changes(SESSION, { ...TURN, id }, signal)).map(({ file }) => file);
  assertEquals(await changes("a"), ["/work/a.txt", "/work/c.txt"]);
  assertEquals(await changes("c"), ["/work/c.txt"]);
  assertEquals(await changes("gone"), []);
  assertEquals(await world.opencode.restoredFiles(SESSION, TURN, signal), []);
});

Deno.test("a rewind goes to a turn, and back to all of them", async () => {
  await using world = fakeOpencode({
    "POST /session/ses_1/revert": () => SESSION,
    "POST /session/ses_1/unrevert": () => SESSION,
  });
  assert(await world.opencode.rewind(SESSION, "c", signal));
  assert(await world.opencode.rewind(SESSION, null, signal));
  assertEquals(world.requests, [
    'POST /session/ses_1/revert {"messageID":"c"}',
    "POST /session/ses_1/unrevert",
  ]);
});

Deno.test("a busy session is not rewound", async () => {
  const busy = () => Response.json({ _tag: "SessionBusyError", message: "busy" }, { status: 409 });
  await using world = fakeOpencode({
    "POST /session/ses_1/revert": busy,
    "POST /session/ses_1/unrevert": busy,
  });
  assertEquals(await world.opencode.rewind(SESSION, "c", signal), false);
  assertEquals(await world.opencode.rewind(SESSION, null, signal), false);
});

Deno.test("a rewind of a lost session is an error", async () => {
  await using world = fakeOpencode({});
  const error = await assertRejects(() => world.opencode.rewind(SESSION, "c", signal), ApiError);
  assertEquals(error.code, 404);
});
