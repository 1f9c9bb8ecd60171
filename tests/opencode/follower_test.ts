import { assert, assertEquals } from "@std/assert";
import { Opencode } from "../../lib/opencode/opencode.ts";
import { object } from "../../lib/base/json.ts";
import { json } from "./fake_server.ts";
import { recording } from "./recordings.ts";
import { until } from "./until.ts";

/** The messages of a recording as the server gives them when all is over. */
function messages(frames: readonly unknown[]): unknown[] {
  const found = new Map<unknown, { info: unknown; parts: Map<unknown, unknown> }>();
  for (const frame of frames) {
    const { payload } = object(frame);
    const { type, properties } = object(payload ?? frame);
    const { info, part } = object(properties);
    if (type === "message.updated") {
      const { id } = object(info);
      found.set(id, { parts: found.get(id)?.parts ?? new Map(), info });
    } else if (type === "message.part.updated") {
      found.get(object(part).messageID)?.parts.set(object(part).id, part);
    }
  }
  return [...found.values()].map(({ info, parts }) => ({ info, parts: [...parts.values()] }));
}

Deno.test("a turn that ends while it is being read is over, although its status said that it was busy", async () => {
  const { frames, sessionId, prompts } = recording("text");
  const events = new TransformStream<Uint8Array, Uint8Array>();
  const writer = events.writable.getWriter();
  const send = (type: string, properties: unknown) => {
    const data = JSON.stringify({ directory: "/p", payload: { type, properties } });
    return writer.write(new TextEncoder().encode(`data: ${data}\n\n`));
  };
  const stopping = new AbortController();
  const { signal } = stopping;
  let idles = 0;
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      switch (pathname) {
        case "/global/event":
          return new Response(events.readable, {
            headers: { "content-type": "text/event-stream" },
          });
        case "/session/status":
          return json({ [sessionId]: { type: "busy" } });
        case `/session/${sessionId}/message`:
          await send("session.idle", { sessionID: sessionId });
          await until("the event came", () => idles > 0);
          return json(messages(frames));
        default:
          return json([]);
      }
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const opencode = new Opencode({
    endpoint: () => Promise.resolve({ url }),
    log: { error() {}, warn() {}, info() {}, debug() {} },
  });
  const run = {
    sessionId,
    directory: "/p",
    userMessageId: prompts[0] ?? "",
    partId: "prt_1",
    startedAt: 0,
  };
  const running = opencode.run(signal);
  await send("server.connected", {});
  await until("the stream is open", () => opencode.open);
  const followed = opencode.follow(run, () => idles++);
  assertEquals(await followed.refresh(signal), false);
  assert(followed.read().complete);
  followed.close();
  stopping.abort();
  await running;
  await writer.close().catch(() => {});
  await server.shutdown();
});
