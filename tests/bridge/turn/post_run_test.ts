import { assertEquals, assertRejects } from "@std/assert";
import { ApiError } from "../../../lib/base/errors.ts";
import { type PostOptions, postRun } from "../../../lib/bridge/turn/post_run.ts";
import type { Run } from "../../../lib/model/turn.ts";
import { memoryLog } from "../../helpers.ts";
import { fakeOpencode } from "../../opencode/fake_opencode.ts";

const RUN: Run = {
  sessionId: "ses_1",
  directory: "/work",
  userMessageId: "msg_1",
  partId: "prt_000000000000",
  startedAt: 1,
};
const POST = "POST /session/ses_1/prompt_async";
const GET = "GET /session/ses_1/message/msg_1";
const MESSAGE = {
  info: { id: "msg_1", sessionID: "ses_1", role: "user", time: { created: 1 } },
  parts: [],
};

/** An answer that breaks off, so that nobody knows what became of the request. */
const broken = () =>
  new Response(new ReadableStream({ start: (body) => body.error(new Error("cut")) }), {
    headers: { "content-type": "application/json" },
  });
const accepted = () => new Response(null, { status: 204 });

/** An opencode whose answers to a POST are given one after the other; it stores the prompt if told so. */
function start(answers: (() => Response)[], storedFrom: number) {
  let posts = 0;
  const away: string[] = [];
  const cancelled = new AbortController();
  const world = fakeOpencode({
    [POST]: () => (answers[posts++] ?? accepted)(),
    [GET]: () =>
      posts >= storedFrom ? MESSAGE : Response.json({ name: "NotFound" }, { status: 404 }),
    "GET /config/providers": () => ({ providers: [] }),
  });
  const post = (options: Partial<PostOptions> = {}) =>
    postRun(RUN, {
      agent: world.opencode,
      work: { text: "hello" },
      cancelled: cancelled.signal,
      inDoubt: false,
      log: memoryLog(),
      signal: new AbortController().signal,
      onAway: (why) => away.push(why),
      onUnseen: () => {},
      ...options,
    });
  return {
    post,
    cancelled,
    away,
    get calls() {
      return world.requests.map((line) => line.split(" ")[0] + " " + line.split(" ")[1])
        .filter((line) => line === POST || line === GET);
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

Deno.test("a prompt whose answer broke off is asked for; the stored message decides", async () => {
  await using world = start([broken], 1);
  assertEquals(await world.post(), { userMessageId: "msg_1" });
  assertEquals(world.calls, [POST, GET]);
  assertEquals(world.away, ["opencode cannot be reached"]);
});

Deno.test("a prompt is posted again only after opencode said that it is not stored", async () => {
  await using world = start([broken, () => Response.json({}, { status: 503 })], Infinity);
  assertEquals(await world.post(), { userMessageId: "msg_1", unreadable: false });
  assertEquals(world.calls, [POST, GET, POST, GET, POST]);
});

Deno.test("a prompt that an earlier run of the program posted is not posted again", async () => {
  await using world = start([], 0);
  assertEquals(await world.post({ inDoubt: true }), { userMessageId: "msg_1" });
  assertEquals(world.calls, [GET]);
});

Deno.test("a prompt that opencode refuses fails at once, or after a few errors that may pass", async () => {
  await using refusing = start(
    [() => Response.json({ name: "BadRequest" }, { status: 400 })],
    Infinity,
  );
  await assertRejects(() => refusing.post(), ApiError);
  assertEquals(refusing.calls, [POST]);
  const failing = () => Response.json({ name: "UnknownError" }, { status: 500 });
  await using world = start(Array(9).fill(failing), Infinity);
  await assertRejects(() => world.post(), ApiError);
  assertEquals(world.calls.filter((call) => call === POST).length, 4);
});

Deno.test("a cancelled prompt is not posted, also between two attempts", async () => {
  await using world = start([], Infinity);
  world.cancelled.abort();
  assertEquals(await world.post(), undefined);
  assertEquals(world.calls, []);

  await using doubted = start([broken], Infinity);
  const posting = doubted.post({ onAway: () => doubted.cancelled.abort() });
  assertEquals(await posting, undefined);
  assertEquals(doubted.calls.filter((call) => call === POST).length, 1);
});

Deno.test("a cancelled prompt that opencode has after all is followed, to be aborted", async () => {
  await using world = start([broken], 1);
  const posting = world.post({ onAway: () => world.cancelled.abort() });
  assertEquals(await posting, { userMessageId: "msg_1" });
});

Deno.test("a cancel does not cut off the request whose answer tells what became of the prompt", async () => {
  const sent = Promise.withResolvers<void>();
  await using world = start([() => {
    sent.resolve();
    return accepted();
  }], Infinity);
  const posting = world.post();
  await sent.promise;
  world.cancelled.abort();
  assertEquals(await posting, { userMessageId: "msg_1", unreadable: false });
});
