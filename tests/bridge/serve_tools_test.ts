import { assertEquals } from "@std/assert";
import { serveTools } from "../../lib/bridge/serve_tools.ts";
import type { OfferedTools } from "../../lib/model/agent_tool.ts";

const RUN = {
  sessionId: "ses_1",
  directory: "/project",
  userMessageId: "msg_1",
  partId: "prt_1",
  startedAt: 0,
};

Deno.test("a tool is answered in its turn, though another conversation cannot be opened", async () => {
  const turn = {
    record: { state: { kind: "posted", run: RUN } },
    files: { answer: () => Promise.resolve({ text: "sent" }) },
  } as const;
  const opening = Promise.withResolvers<never>();
  const conversations = () => [
    opening.promise,
    Promise.reject(new Error("the store does not answer")),
    Promise.resolve({ queue: { turns: [turn] } }),
  ];
  const offered: OfferedTools[] = [];
  const agent = { serve: (tools: OfferedTools) => void offered.push(tools) };
  serveTools({ agent, signal: new AbortController().signal }, conversations);
  const call = { tool: "send_file", input: {}, sessionId: "ses_1", callId: "call_1" };
  assertEquals(await offered[0]?.call({ ...call, userMessageId: "msg_1" }), { text: "sent" });
  opening.reject(new Error("the store does not answer"));
  assertEquals((await offered[0]?.call({ ...call, userMessageId: "msg_2" }))?.isError, true);
});
