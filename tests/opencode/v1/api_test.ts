import { assert, assertEquals, assertRejects } from "@std/assert";
import { ApiError, NetworkError } from "../../../lib/base/errors.ts";
import { OpencodeApi } from "../../../lib/opencode/v1/api.ts";
import { probeGeneration } from "../../../lib/opencode/server/generation.ts";
import { keptPort } from "../../kept_port.ts";
import { fakeServer, json } from "../fake_server.ts";

const PASSWORD = "a secret word";
const SESSION = {
  id: "ses_1",
  directory: "/tmp/a b",
  title: "T",
  time: { created: 1, updated: 2 },
  unknown: [{ deep: true }],
};
const REF = { id: "ses_1", directory: "/tmp/ä b" };
const LOST = { name: "NotFoundError", data: { message: "Session not found: ses_1" } };
const signal = new AbortController().signal;

function api(url: string, options: { timeoutMs?: number } = {}): OpencodeApi {
  return new OpencodeApi({
    endpoint: () => Promise.resolve({ url, password: PASSWORD }),
    backoffMs: 5,
    ...options,
  });
}

async function refused(promise: Promise<unknown>): Promise<ApiError> {
  const error = await assertRejects(() => promise, ApiError);
  assert(!Deno.inspect(error).includes(PASSWORD));
  assert(!Deno.inspect(error).includes(btoa(`opencode:${PASSWORD}`)));
  return error;
}

Deno.test("a request carries the directory and the password", async () => {
  await using server = fakeServer(() => json(SESSION));
  const session = await api(server.url).session(REF, signal);
  const [request] = server.requests;
  assert(request);
  assertEquals(request.url.searchParams.get("directory"), REF.directory);
  assertEquals(request.headers.get("authorization"), `Basic ${btoa(`opencode:${PASSWORD}`)}`);
  assertEquals(session?.title, "T");
  assertEquals(session?.updated, 2);
});

Deno.test("a prompt is posted with its own ids and a split model name", async () => {
  await using server = fakeServer(() => new Response(null, { status: 204 }));
  const turn = {
    sessionId: REF.id,
    directory: REF.directory,
    userMessageId: "msg_1",
    partId: "prt_1",
    startedAt: 0,
    model: "router/maker/model",
    agent: "plan",
  };
  const parts = [{ id: turn.partId, type: "text", text: "hello" } as const];
  await api(server.url).prompt(turn, parts, signal);
  assertEquals(JSON.parse(server.requests[0]?.body ?? ""), {
    messageID: "msg_1",
    parts: [{ id: "prt_1", type: "text", text: "hello" }],
    model: { providerID: "router", modelID: "maker/model" },
    agent: "plan",
  });
});

Deno.test("a prompt is accepted by any empty answer, and nothing is read from one", async () => {
  await using server = fakeServer(() => new Response(null, { status: 202 }));
  await api(server.url).rename(REF, "T", signal);
  assertEquals(
    (await refused(api(server.url).messages(REF, {}, signal))).code,
    "unexpected-answer",
  );
});

Deno.test("a lost session is undefined where one asks for it, and an error elsewhere", async () => {
  await using server = fakeServer(() => json(LOST, 404));
  const opencode = api(server.url);
  assertEquals(await opencode.session(REF, signal), undefined);
  assertEquals(await opencode.message(REF, "msg_1", signal), undefined);
  const error = await refused(opencode.messages(REF, {}, signal));
  assertEquals([error.code, error.message], [404, "Session not found: ses_1"]);
  assertEquals(server.requests.length, 3);
});

Deno.test("a 404 of something before opencode does not mean that the session is lost", async () => {
  const page = (type: string, text: string) =>
    new Response(text, { status: 404, headers: { "content-type": type } });
  const answers = [
    () => page("text/plain", "404 page not found\n"),
    () => page("text/html", "<html><h1>404 Not Found</h1>nginx</html>"),
    () => json({ message: "no Route matched with those values" }, 404),
  ];
  for (const answer of answers) {
    await using server = fakeServer(answer);
    const opencode = api(server.url);
    for (
      const ask of [
        () => opencode.session(REF, signal),
        () => opencode.message(REF, "msg_1", signal),
        () => opencode.messages(REF, {}, signal),
        () => opencode.abort(REF, signal),
        () => opencode.replyPermission(REF.directory, "per_1", { reply: "once" }, signal),
      ]
    ) {
      const error = await assertRejects(ask, NetworkError);
      assertEquals(error.message, "opencode cannot be reached (HTTP 404 of a gateway)");
    }
    assertEquals(server.requests.length, 20, "each is tried four times");
  }
});

Deno.test("a 404 of a server that a bridge has started is its own, in whatever words", async () => {
  for (
    const answer of [
      () => new Response("Not Found", { status: 404 }),
      () => json({ error: "no such session" }, 404),
    ]
  ) {
    await using server = fakeServer(answer);
    const endpoint = () => Promise.resolve({ url: server.url, startedAt: 1 });
    const opencode = new OpencodeApi({ endpoint, backoffMs: 1 });
    assertEquals(await opencode.session(REF, signal), undefined);
    assertEquals((await refused(opencode.messages(REF, {}, signal))).code, 404);
    assertEquals(server.requests.length, 2);
  }
});

Deno.test("a redirect is not followed, which would turn a POST into a GET", async () => {
  const headers = { location: "/elsewhere" };
  await using server = fakeServer(() => new Response(null, { status: 302, headers }));
  const error = await refused(api(server.url).rename(REF, "T", signal));
  assertEquals([error.code, server.requests.length], [302, 1]);
});

Deno.test("every shape of a refusal becomes one clear error, and is not tried again", async () => {
  const shapes: [number, unknown, string][] = [
    [400, { name: "BadRequest", data: { message: "Missing key", kind: "Payload" } }, "Missing key"],
    [400, { _tag: "BadRequest" }, "BadRequest"],
    [409, { _tag: "SessionBusyError", message: "Session is busy" }, "Session is busy"],
    [404, { _tag: "PermissionNotFoundError", message: "gone" }, "gone"],
    [
      400,
      {
        name: "ConfigJsonError",
        data: {
          path: "/p/opencode.json",
          message: '\n--- JSONC Input ---\n{"apiKey": "sk-hidden",, }\n--- Errors ---\n' +
            'PropertyNameExpected at line 1, column 24\n   Line 1: {"apiKey": "sk-hidden",, }\n' +
            "                      ^\n--- End ---",
        },
      },
      "opencode's configuration /p/opencode.json is broken: " +
      "PropertyNameExpected at line 1, column 24",
    ],
    [
      400,
      {
        name: "ConfigInvalidError",
        data: {
          path: "/p/opencode.json",
          issues: [{ path: ["provider", "x"], message: 'Expected string, got "sk-hidden"' }],
        },
      },
      "opencode's configuration /p/opencode.json is broken: provider.x: Expected string",
    ],
  ];
  await using server = fakeServer((index) => {
    const shape = shapes[index];
    return json(shape?.[1], shape?.[0]);
  });
  for (const [code, , message] of shapes) {
    const error = await refused(api(server.url).agents("/p", signal));
    assertEquals([error.code, error.message, error.retryable], [code, message, false]);
    assertEquals(error.method, "GET /agent");
  }
});

Deno.test("requests that opencode cannot list are not known", async () => {
  const page = () => new Response("<html>", { headers: { "content-type": "text/html" } });
  const answers = [
    () => json({ _tag: "BadRequest" }, 400),
    () => json({ name: "NotFound" }, 404),
    page,
  ];
  for (const answer of answers) {
    await using server = fakeServer(answer);
    assertEquals(await api(server.url).requests("/p", signal), undefined);
  }
});

Deno.test("a wrong password is said clearly", async () => {
  await using server = fakeServer(() => new Response(null, { status: 401 }));
  const error = await refused(api(server.url).agents("/p", signal));
  assertEquals([error.code, error.message], [401, "opencode does not accept our password"]);
});

Deno.test("a web page or garbage in place of JSON is an error, not data, and what only reads asks again", async () => {
  const page = () => new Response("<html>", { headers: { "content-type": "text/html" } });
  const garbage = () => new Response("{oops", { headers: { "content-type": "application/json" } });
  const answers = [page, garbage, () => json([]), page, page, page, garbage];
  await using server = fakeServer((index) => (answers[index] ?? page)());
  assertEquals(await api(server.url).agents("/p", signal), []);
  const read = await refused(api(server.url).agents("/p", signal));
  assertEquals([read.code, server.requests.length], ["unexpected-answer", 7]);
  const written = await refused(api(server.url).rename(REF, "T", signal));
  assertEquals([written.code, server.requests.length], [200, 8]);
});

Deno.test("a server error is tried again up to four times", async () => {
  const failure = { name: "UnknownError", data: { message: "Unexpected", ref: "err_7" } };
  await using server = fakeServer((index) =>
    index < 3 || index > 3 ? json(failure, 500) : json([])
  );
  assertEquals(await api(server.url).agents("/p", signal), []);
  const error = await refused(api(server.url).agents("/p", signal));
  assertEquals(error.message, "Unexpected (err_7 in opencode's log)");
  assertEquals(server.requests.length, 8);
});

Deno.test("the endpoint is asked before each attempt, so that a dead server is started", async () => {
  await using server = fakeServer(() => json([]));
  let asked = 0;
  const opencode = new OpencodeApi({
    // Port 9 (discard) stands for a server that is gone.
    endpoint: () => Promise.resolve({ url: ++asked === 1 ? "http://127.0.0.1:9" : server.url }),
    backoffMs: 5,
  });
  assertEquals(await opencode.agents("/p", signal), []);
  assertEquals(asked, 2);
});

Deno.test("no answer at all is a network error", async () => {
  const error = await assertRejects(
    () => api("http://127.0.0.1:9").agents("/p", signal),
    NetworkError,
    "opencode cannot be reached",
  );
  assertEquals(error.method, "GET /agent");
});

Deno.test("a slow answer is given up in time and asked for again", async () => {
  const slow = Promise.withResolvers<Response>();
  await using server = fakeServer((index) => index === 0 ? slow.promise : json([]));
  assertEquals(await api(server.url, { timeoutMs: 100 }).agents("/p", signal), []);
  assertEquals(server.requests.length, 2);
  slow.resolve(json([]));
});

Deno.test("an aborted call ends at once with the signal's reason", async () => {
  const never = Promise.withResolvers<Response>();
  await using server = fakeServer(() => never.promise);
  const controller = new AbortController();
  const call = api(server.url).agents("/p", controller.signal);
  controller.abort(new Error("enough"));
  await assertRejects(() => call, Error, "enough");
  never.resolve(json([]));
});

Deno.test("a reply whose answer got lost is not mistaken for one that came too late", async () => {
  const lost = Promise.withResolvers<Response>();
  const gone = json({ _tag: "PermissionNotFoundError", message: "gone" }, 404);
  await using server = fakeServer((index) => index === 0 ? lost.promise : gone.clone());
  const opencode = api(server.url, { timeoutMs: 100 });
  await opencode.replyPermission("/p", "per_1", { reply: "once" }, signal);
  const late = opencode.replyPermission("/p", "per_1", { reply: "once" }, signal);
  assertEquals((await refused(late)).code, 404);
  lost.resolve(json(true));
});

Deno.test("a reply is not taken for answered when the server was replaced after it got lost", async (test) => {
  const gone = () => json({ _tag: "PermissionNotFoundError", message: "gone" }, 404);
  const cut = () =>
    new Response(new ReadableStream({ start: (body) => body.error(new Error("cut")) }), {
      headers: { "content-type": "application/json" },
    });
  const reply = (endpoint: () => Promise<{ url: string }>) =>
    new OpencodeApi({ endpoint, backoffMs: 1 })
      .replyPermission("/p", "per_1", { reply: "once" }, signal);
  await test.step("by one on another port", async () => {
    await using first = fakeServer(cut);
    await using second = fakeServer(gone);
    const endpoint = () =>
      Promise.resolve({ url: first.requests.length === 0 ? first.url : second.url });
    assertEquals((await refused(reply(endpoint))).code, 404);
  });
  await test.step("by one on the same port", async () => {
    const port = keptPort();
    const first = fakeServer(cut, port);
    const { url } = first;
    let asked = 0;
    let second: Deno.HttpServer | undefined;
    const endpoint = async () => {
      if (++asked === 2) await first[Symbol.asyncDispose]();
      if (asked === 3) {
        second = Deno.serve({ port, hostname: "127.0.0.1", onListen: () => {} }, gone);
      }
      return { url };
    };
    assertEquals((await refused(reply(endpoint))).code, 404);
    assertEquals(asked, 3);
    await second?.shutdown();
  });
});

Deno.test("the probe asks each path once", async () => {
  await using server = fakeServer((index) =>
    index < 2 ? json({}, 503) : json({ healthy: true, version: "1.18.33" })
  );
  const endpoint = { url: server.url, password: PASSWORD };
  assertEquals((await refused(probeGeneration(endpoint))).code, 503);
  assertEquals(await probeGeneration(endpoint), { generation: 1, version: "1.18.33" });
});
