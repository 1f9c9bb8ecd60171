/** An OpenAI-compatible endpoint turns speech into text, whatever it answers. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ApiError, describe, NetworkError } from "../../lib/base/errors.ts";
import { knownSecrets } from "../../lib/base/secrets/known_secrets.ts";
import { SpeechEndpoint } from "../../lib/speech/speech_endpoint.ts";
import { chineseMisprint } from "../chinese_misprint.ts";
import { reasonZh } from "../../lib/texts/reasons_zh.ts";
import { tempDir } from "../helpers.ts";
import { transcriptionServer } from "./transcription_server.ts";

const KEY = "sk-voice-0123456789abcdefghij";
knownSecrets.add("transcription key", KEY);
const { signal } = new AbortController();

async function world(patienceMs?: number) {
  const dir = await tempDir();
  const path = `${dir.path}/audio-1`;
  await Deno.writeFile(path, new Uint8Array(1234));
  const server = transcriptionServer();
  const endpoint = new SpeechEndpoint({ url: server.url, key: KEY, model: "m-1" }, patienceMs);
  return {
    server,
    endpoint,
    hear: (until = signal) => endpoint.transcribe({ path, durationMs: 0 }, until),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await dir[Symbol.asyncDispose]();
    },
  };
}

const html = (status: number) => () =>
  new Response("<html>Log in</html>", { status, headers: { "content-type": "text/html" } });
const fails = (status: number, message: string, headers = {}) => () =>
  Response.json({ error: { message } }, { status, headers });

Deno.test("a recording goes as a form with the name that all servers take, and comes back as text", async () => {
  await using one = await world();
  const { server, endpoint, hear } = one;
  server.answer(
    () => Response.json({ task: "transcribe", text: " What is here? \n", segments: [{}] }),
    () => Response.json({ text: "" }),
  );
  assertEquals([await hear(), await hear()], ["What is here?", ""]);
  assertEquals(server.requests[0], {
    path: "/v1/audio/transcriptions",
    authorization: `Bearer ${KEY}`,
    fields: { model: "m-1", response_format: "json" },
    file: "voice.ogg audio/ogg 1234",
  });
  assertEquals(endpoint.name, `${new URL(server.url).host} (m-1)`);
});

Deno.test("an error that will not pass is said at once, in both languages, without the key", async () => {
  await using one = await world();
  const { server, hear } = one;
  const huge = JSON.stringify({ text: "x".repeat(2 * 1024 ** 2) });
  const cases: [() => Response, RegExp][] = [
    [html(200), /something else than a text: check BRIDGE_STT_URL/],
    [() => Response.json({ result: "no text" }), /something else than a text/],
    [() => Response.json(["hello"]), /something else than a text/],
    [() => Response.json({ text: 7 }), /something else than a text/],
    [() => new Response("{"), /something else than a text/],
    [() => new Response(huge), /something else than a text/],
    [fails(401, `Incorrect API key provided: ${KEY}`), /refuses the key: check BRIDGE_STT_KEY/],
    [html(403), /refuses the key/],
    [html(404), /no such path or model: check BRIDGE_STT_URL/],
    [html(413), /too large for the transcription endpoint/],
    [fails(400, `Invalid file format ${KEY}`), /HTTP 400: Invalid file format \*\*\*/],
    [html(422), /HTTP 422 \(/],
  ];
  for (const [answer, expected] of cases) {
    server.answer(answer);
    const before = server.requests.length;
    const error = await assertRejects(() => hear(), ApiError);
    assertMatch(describe(error), expected);
    assert(!Deno.inspect(error).includes(KEY), Deno.inspect(error));
    assertEquals(server.requests.length, before + 1);
    const zh = reasonZh(describe(error));
    assert(zh !== describe(error), zh);
    assertEquals(chineseMisprint(zh.replace(/（(?:POST|：).*$/, "")), undefined, zh);
  }
});

Deno.test("nothing follows a redirect, so the key goes nowhere else", async () => {
  await using one = await world();
  await using other = transcriptionServer();
  for (const status of [301, 302, 307, 308]) {
    one.server.answer(() =>
      new Response(null, { status, headers: { location: `${other.url}/audio/transcriptions` } })
    );
    const error = await assertRejects(() => one.hear(), ApiError);
    assertMatch(
      describe(error),
      new RegExp(`sends on to ${new URL(other.url).host}: set BRIDGE_STT_URL`),
    );
  }
  assertEquals(other.requests, []);
});

Deno.test("a temporary error is tried again when the server says so, but not for hours", async () => {
  await using one = await world();
  const { server, hear } = one;
  const now = { "retry-after": "0" };
  server.answer(
    fails(429, "slow", now),
    fails(503, "busy", now),
    () => Response.json({ text: "late" }),
  );
  assertEquals(await hear(), "late");
  assertEquals(server.requests.length, 3);
  server.answer(fails(500, "broken", now));
  assertMatch(describe(await assertRejects(() => hear(), ApiError)), /HTTP 500: broken/);
  assertEquals(server.requests.length, 6);
  const tomorrow = new Date(Date.now() + 86_400_000).toUTCString();
  for (const wait of ["3600", tomorrow]) {
    server.answer(fails(429, "quota used up", { "retry-after": wait }));
    assertMatch(describe(await assertRejects(() => hear(), ApiError)), /HTTP 429: quota used up/);
  }
  assertEquals(server.requests.length, 8);
});

Deno.test("an endpoint that hangs or is gone ends with a sentence, and whoever waits can stop it", async () => {
  await using one = await world(200);
  const { server } = one;
  const held = Promise.withResolvers<Response>();
  server.answer(() => held.promise);
  const late = await assertRejects(() => one.hear(), NetworkError);
  assertMatch(describe(late), /does not answer: no answer in time/);
  const stopping = new AbortController();
  const stopped = one.hear(stopping.signal);
  stopping.abort(new Error("stopped"));
  await assertRejects(() => stopped, Error, "stopped");
  held.resolve(new Response());
  await server[Symbol.asyncDispose]();
  assertMatch(describe(await assertRejects(() => one.hear(), NetworkError)), /does not answer: /);
});

Deno.test("the endpoint is checked without a recording, which costs nothing", async () => {
  await using one = await world();
  const { server, endpoint } = one;
  server.answer(
    fails(400, "file is missing"),
    () => Response.json({ error: "no 'file' field in the request" }),
    fails(503, "starting"),
    fails(429, "slow down"),
  );
  assertEquals(await endpoint.check(signal), undefined);
  assertEquals(await endpoint.check(signal), undefined);
  assertMatch(await endpoint.check(signal) ?? "", /HTTP 503: starting/);
  assertMatch(await endpoint.check(signal) ?? "", /HTTP 429/);
  assertEquals(server.requests.map(({ file }) => file), Array(4).fill(undefined));
  for (const answer of [html(200), html(404), fails(401, "no"), html(302)]) {
    server.answer(answer);
    await assertRejects(() => endpoint.check(signal), ApiError);
  }
});
