import { assert, assertEquals, assertRejects } from "@std/assert";
import { ApiError, NetworkError } from "../../../lib/base/errors.ts";
import type { Run } from "../../../lib/model/turn.ts";
import { OpencodeApi } from "../../../lib/opencode/v1/api.ts";
import { findPosted, post } from "../../../lib/opencode/v1/post.ts";
import { tempDir } from "../../helpers.ts";

const RUN: Run = {
  sessionId: "ses_1",
  directory: "/work",
  userMessageId: "msg_ours",
  partId: "prt_000000000000",
  startedAt: 1_000,
  model: "a/b",
};
const never = new AbortController().signal;

/** Keeps the requests that go on after a turn has begun. */
class WatchedApi extends OpencodeApi {
  readonly running: Promise<void>[] = [];

  override command(...options: Parameters<OpencodeApi["command"]>): Promise<void> {
    return this.#keep(super.command(...options));
  }

  override summarize(...options: Parameters<OpencodeApi["summarize"]>): Promise<void> {
    return this.#keep(super.summarize(...options));
  }

  #keep(request: Promise<void>): Promise<void> {
    this.running.push(request);
    return request;
  }
}

/** A server that keeps messages like opencode; what a post does is up to the test. */
function opencode(onPost: (path: string, body: string, messages: unknown[]) => Promise<Response>) {
  const posts: string[] = [];
  const messages: { info: { id: string } }[] = [];
  const closing = new AbortController();
  const server = Deno.serve({
    port: 0,
    hostname: "127.0.0.1",
    signal: closing.signal,
    onListen: () => {},
    onError: () => new Response(null, { status: 500 }),
  }, async (request) => {
    const { pathname } = new URL(request.url);
    const path = pathname.replace("/session/ses_1", "");
    if (request.method === "POST") {
      const body = await request.text();
      posts.push(`${path} ${body}`);
      return await onPost(path, body, messages);
    }
    if (path === "/message") return Response.json(messages);
    const found = messages.find(({ info }) => `/message/${info.id}` === path);
    return found ? Response.json(found) : Response.json({ name: "NotFoundError" }, { status: 404 });
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const api = new WatchedApi({ endpoint: () => Promise.resolve({ url }), backoffMs: 1 });
  return {
    api,
    posts,
    messages,
    async [Symbol.asyncDispose]() {
      closing.abort();
      await server.finished;
      await Promise.allSettled(api.running);
    },
  };
}

function user(id: string, created: number, parts: unknown[] = []) {
  return { info: { id, sessionID: "ses_1", role: "user", time: { created } }, parts };
}
const compaction = { id: "prt_c", sessionID: "ses_1", messageID: "m", type: "compaction" };

Deno.test("a command has begun when its message is stored, long before its answer", async () => {
  const ended = Promise.withResolvers<Response>();
  await using server = opencode((_, __, messages) => {
    messages.push(user("msg_ours", 2_000));
    return ended.promise;
  });
  const task = { kind: "command", name: "review", arguments: "all" } as const;
  const posted = await post(server.api, RUN, { text: "/review all", task }, never);
  assertEquals(posted, { userMessageId: "msg_ours" });
  ended.resolve(Response.json({}));
  assert(server.posts[0]?.includes(`"messageID":"msg_ours","command":"review"`));
});

Deno.test("a command that opencode refuses is an error", async () => {
  await using server = opencode(() =>
    Promise.resolve(Response.json({ name: "UnknownError" }, { status: 500 }))
  );
  const task = { kind: "command", name: "gone", arguments: "" } as const;
  await assertRejects(() => post(server.api, RUN, { text: "/gone", task }, never), ApiError);
  assertEquals(server.posts.length, 1);
});

Deno.test("a command whose connection breaks is in doubt, and is not posted again unasked", async () => {
  const broken = () =>
    new Response(new ReadableStream({ start: (c) => c.error(new Error("cut")) }), {
      headers: { "content-type": "application/json" },
    });
  await using server = opencode(() => Promise.resolve(broken()));
  const task = { kind: "command", name: "review", arguments: "" } as const;
  const posting = post(server.api, RUN, { text: "/review", task }, never);
  await assertRejects(() => posting, NetworkError, "opencode cannot be reached");
  assertEquals(server.posts.length, 1);
});

for (const [how, serverTime] of [["on time", 2_000], ["behind", 600], ["ahead", 9_000]] as const) {
  Deno.test(`a compaction is found by its message, also by whoever asks again; the server's clock is ${how}`, async () => {
    const ended = Promise.withResolvers<Response>();
    await using server = opencode((_, __, messages) => {
      messages.push(user("msg_theirs", serverTime, [compaction]));
      return ended.promise;
    });
    server.messages.push(user("msg_old", serverTime - 100, [compaction]));
    const run = { ...RUN, after: "msg_old" };
    const work = { text: "/compact", task: { kind: "compact" } } as const;
    assertEquals(await findPosted(server.api, run, work, never), undefined);
    for (let i = 0; i < 2; i++) {
      assertEquals(await post(server.api, run, work, never), { userMessageId: "msg_theirs" });
    }
    assertEquals(await findPosted(server.api, run, work, never), { userMessageId: "msg_theirs" });
    assertEquals(server.posts.map((line) => line.split(" ")[0]), ["/summarize"]);
    ended.resolve(Response.json(true));
  });
}

Deno.test("a compaction right after another, which the bridge did not know of, is asked for", async () => {
  await using server = opencode((_, __, messages) => {
    messages.push(user("msg_theirs", 2_000, [compaction]));
    return Promise.resolve(Response.json(true));
  });
  server.messages.push(user("msg_old", 1_900, [compaction]));
  const work = { text: "/compact", task: { kind: "compact" } } as const;
  assertEquals(await post(server.api, RUN, work, never), { userMessageId: "msg_theirs" });
});

Deno.test("a prompt whose picture opencode cannot read is posted without it", async () => {
  await using dir = await tempDir();
  const path = `${dir.path}/shot.png`;
  await Deno.writeFile(path, Uint8Array.from("\x89PNG\r\n\x1a\n broken", (c) => c.charCodeAt(0)));
  await using server = opencode((_, body, messages) => {
    if (!body.includes("image/png")) messages.push(user("msg_ours", 2_000));
    return Promise.resolve(new Response(null, { status: 204 }));
  });
  const files = [{ path, name: "shot.png", mime: "image/png", bytes: 15 }];
  const posted = await post(server.api, RUN, { text: "look", files }, never);
  assertEquals(posted, { userMessageId: "msg_ours", unreadable: true });
  assertEquals(server.posts.map((body) => body.includes("image/png")), [true, false]);
  assert(server.posts[1]?.includes("only its path is given"));
});
