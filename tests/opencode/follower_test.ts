import { assert, assertEquals, assertRejects } from "@std/assert";
import { ApiError } from "../../lib/base/errors.ts";
import type { News } from "../../lib/model/news.ts";
import { Opencode } from "../../lib/opencode/opencode.ts";
import { object } from "../../lib/base/json.ts";
import { json } from "./fake_server.ts";
import { recording } from "./recordings.ts";
import { until } from "../until.ts";

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

/** A followed turn of a recorded session, which is busy, on a server that answers for its messages and requests. */
async function follow(
  name: string,
  messages: (say: (type: string, properties: unknown) => Promise<void>) => Promise<Response>,
  permissions: readonly unknown[] = [],
) {
  const { sessionId, prompts } = recording(name);
  const events = new TransformStream<Uint8Array, Uint8Array>();
  const writer = events.writable.getWriter();
  const send = (type: string, properties: unknown) => {
    const data = JSON.stringify({ directory: "/p", payload: { type, properties } });
    return writer.write(new TextEncoder().encode(`data: ${data}\n\n`));
  };
  const stopping = new AbortController();
  const { signal } = stopping;
  const news: News[] = [];
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
          return await messages(async (type, properties) => {
            const before = news.length;
            await send(type, { sessionID: sessionId, ...object(properties) });
            await until("the event came", () => news.length > before);
          });
        case "/permission":
          return json(permissions);
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
  const followed = opencode.follow(run, (what) => news.push(what));
  return {
    followed,
    news,
    send,
    refresh: () => followed.refresh(signal),
    [Symbol.asyncDispose]: async () => {
      followed.close();
      stopping.abort();
      await running;
      await writer.close().catch(() => {});
      await server.shutdown();
    },
  };
}

Deno.test("a turn that ends while it is being read is over, although its status said that it was busy", async () => {
  await using turn = await follow("text", async (say) => {
    await say("session.idle", {});
    return json(messages(recording("text").frames));
  });
  assertEquals(await turn.refresh(), false);
  assert(turn.followed.read().complete);
});

Deno.test("what a turn begins to wait for while it is being read is not taken back by an older status", async () => {
  const retry = { type: "retry", attempt: 1, message: "Rate limit reached", next: 4e12 };
  await using turn = await follow("text", async (say) => {
    await say("session.status", { status: retry });
    return json(messages(recording("text").frames).slice(0, 1));
  });
  assertEquals(await turn.refresh(), true);
  assertEquals(turn.followed.read().retry?.message, "Rate limit reached");
});

Deno.test("an error before the prompt was stored has the turn looked at, as nothing else may follow", async () => {
  await using turn = await follow("text", () => Promise.resolve(json([])));
  const error = { name: "UnknownError", data: { message: "Agent not found" } };
  await turn.send("session.error", { sessionID: recording("text").sessionId, error });
  await until("it is heard", () => turn.news.length > 0);
  assertEquals(turn.news, ["gap"]);
});

Deno.test("a request whose event was lost is found when the turn is looked at again", async () => {
  const { frames, sessionId } = recording("text");
  const permissions: unknown[] = [];
  const read = () => Promise.resolve(json(messages(frames).slice(0, 1)));
  await using turn = await follow("text", read, permissions);
  assertEquals([await turn.refresh(), turn.followed.requests], [true, []]);
  permissions.push({ id: "per_1", sessionID: sessionId, permission: "bash" });
  assertEquals(await turn.refresh(), true);
  assertEquals(turn.followed.requests.map(({ id }) => id), ["per_1"]);
  // That it is over, an event tells, or the list after a gap.
  permissions.length = 0;
  await turn.refresh();
  assertEquals(turn.followed.requests.length, 1);
  const gaps = () => turn.news.filter((what) => what === "gap").length;
  const before = gaps();
  await turn.send("server.connected", {});
  await until("there was a gap", () => gaps() > before);
  await turn.refresh();
  assertEquals(turn.followed.requests, []);
});

Deno.test("a session that is deleted is gone for its turn, although opencode works on in it", async () => {
  const { frames, sessionId } = recording("session_delete");
  let isDeleted = false;
  await using turn = await follow("session_delete", () =>
    Promise.resolve(
      isDeleted
        ? Response.json({ name: "NotFoundError" }, { status: 404 })
        : json(messages(frames).slice(0, 1)),
    ));
  assertEquals(await turn.refresh(), true);
  isDeleted = true;
  // Another session's end is none of ours.
  await turn.send("session.deleted", { sessionID: "ses_other", info: { id: "ses_other" } });
  await turn.send("session.deleted", { sessionID: sessionId, info: { id: sessionId } });
  await until("it has to be read again", () => turn.news.includes("gap"));
  assertEquals(turn.news.filter((what) => what === "gap").length, 1);
  assertEquals((await assertRejects(() => turn.refresh(), ApiError)).code, 404);
});
