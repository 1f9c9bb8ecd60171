/** The pictures that tools return, on both generations of opencode. */
import { assertEquals } from "@std/assert";
import { fold, load } from "../../../lib/opencode/transcript/fold.ts";
import { Transcript } from "../../../lib/opencode/transcript/transcript.ts";
import { parsePart } from "../../../lib/opencode/v1/message.ts";
import { parseCall, toolPart } from "../../../lib/opencode/v2/tool.ts";
import type {
  AssistantMessage,
  Part,
  UserMessage,
} from "../../../lib/opencode/transcript/message.ts";

const url = "data:image/png;base64,AAAA";
const ids = { id: "prt_1", sessionId: "ses_1", messageId: "msg_2" };

function v1(tool: string, attachments: unknown[], status = "completed"): Part | undefined {
  const state = { status, input: {}, output: "", title: "", metadata: {}, attachments };
  const { id, sessionId: sessionID, messageId: messageID } = ids;
  return parsePart({ id, sessionID, messageID, type: "tool", tool, callID: "c", state });
}

function v2(name: string, content: unknown[]): Part | undefined {
  const call = parseCall({ id: "c", name, state: { status: "completed", input: {}, content } });
  return call && toolPart(ids, call);
}

function imagesOf(part: Part | undefined) {
  return part?.type === "tool" ? part.images : "no tool";
}

Deno.test("a picture in a result is one, unless the agent has only looked something up", () => {
  const file = { type: "file", mime: "image/png", url };
  const content = { type: "file", mime: "image/png", uri: url };
  const image = { mime: "image/png", base64: "AAAA" };
  assertEquals(imagesOf(v1("playwright_screenshot", [file, file])), [image, image]);
  assertEquals(imagesOf(v2("playwright_screenshot", [{ type: "text" }, content])), [image]);
  for (const tool of ["read", "webfetch"]) assertEquals(imagesOf(v1(tool, [file])), undefined);
  const others = [
    ...[{ ...file, mime: "application/pdf" }, { ...file, url: "file:///a.png" }, null, {}],
    { ...file, url: `data:image/png;base64,${"A".repeat(14_000_001)}` },
  ];
  assertEquals(imagesOf(v1("shot", others)), undefined);
  assertEquals(imagesOf(v1("shot", [file], "running")), undefined);
});

Deno.test("each picture is handed on once, also when its session is read again", () => {
  const t = new Transcript("ses_1", "msg_1");
  const user: UserMessage = {
    ...{ id: "msg_1", sessionId: "ses_1", role: "user", created: 1, changes: [] },
  };
  const step: AssistantMessage = {
    ...{ id: "msg_2", sessionId: "ses_1", role: "assistant", created: 2, promptId: "msg_1" },
    ...{ isSummary: false, cost: 0, tokens: 0 },
  };
  const file = (n: number) => ({ type: "file", mime: "image/png", url: `${url}${n}` });
  const part = v1("shot", Array.from({ length: 30 }, (_, n) => file(n)));
  if (part === undefined) throw new Error("no part");
  fold(t, { type: "message", sessionId: "ses_1", info: user });
  // Before its message, as events may come.
  fold(t, { type: "part", sessionId: "ses_1", part });
  assertEquals(t.images.length, 0);
  fold(t, { type: "message", sessionId: "ses_1", info: step });
  const taken = t.images.splice(0);
  assertEquals([taken.length, taken[0]?.key, taken[19]?.key], [20, "msg_2.c.0", "msg_2.c.19"]);
  fold(t, { type: "part", sessionId: "ses_1", part });
  load(t, [{ info: user, parts: [] }, { info: step, parts: [part] }]);
  assertEquals(t.images.length, 0);
  const kept = t.steps[0]?.entries[0]?.part;
  assertEquals(imagesOf(kept), undefined);
});
