import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { ApiError, NetworkError, UsageError } from "../../../lib/base/errors.ts";
import { probeGeneration } from "../../../lib/opencode/server/generation.ts";
import { describeVersion } from "../../../lib/opencode/server/server_version.ts";
import { terminalTexts } from "../../../lib/texts/terminal_texts.ts";

type Paths = Readonly<Record<string, () => Response | Promise<Response>>>;

const page = () => new Response("<!doctype html>", { headers: { "content-type": "text/html" } });
const says = (body: unknown) => () => Response.json(body);
const text = (body: string, type: string) => () =>
  new Response(body, { headers: { "content-type": type } });
const redirect = (location: string) => () =>
  new Response(null, { status: 301, headers: { location } });
const status = (code: number) => () => new Response(null, { status: code });

/** A server that answers these paths, and everything else with `rest`. */
function serve(paths: Paths, rest: () => Response = page) {
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    return (paths[new URL(request.url).pathname] ?? rest)();
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const V1 = "/global/health";
const V2 = "/api/info";

Deno.test("a server's own paths tell its generation, not the form of its version", async () => {
  const cases: [Paths, string][] = [
    [{ [V1]: says({ healthy: true, version: "1.18.33" }) }, "1.18.33, V1"],
    // Its path of 2.x has JSON, too, but says no version (observed on 1.18.33).
    [{ [V1]: says({ version: "1.14.0" }), "/api/health": says({ healthy: true }) }, "1.14.0, V1"],
    [{ [V2]: says({ version: "2.0.26", pid: 7, urls: [], paths: {} }) }, "2.0.26, V2"],
    [{ [V2]: says({ version: "2.0.4" }), [V1]: status(404) }, "2.0.4, V2"],
    [{ [V2]: says({ version: "2.1.0-beta.1" }), [V1]: status(500) }, "2.1.0-beta.1, V2"],
    [{ [V1]: says({ version: "local" }) }, "local, V1"],
    [{ [V2]: says({ version: "local" }) }, "local, V2"],
    [{ [V1]: says({ version: "0.0.0-dev-202611290915" }) }, "0.0.0-dev-202611290915, V1"],
  ];
  for (const [paths, expected] of cases) {
    await using server = serve(paths);
    assertEquals(describeVersion(await probeGeneration(server)), expected);
  }
});

Deno.test("a server that cannot be used is refused at once, in one sentence that says what to do", async () => {
  const cases: [Paths, RegExp, (() => Response)?][] = [
    [{ [V1]: says({ version: "1.13.9" }) }, /1\.13\.9 is too old: update it to 1\.14.*opencode-ai/],
    [{ [V1]: says({ version: "0.15.31" }) }, /0\.15\.31 is too old/],
    [
      { [V2]: says({ version: "2.0.3" }) },
      /2\.0\.3 is too old: update it to 2\.0\.4.*@opencode\/cli/,
    ],
    [{ "/api/health": says({ version: "2.0.2" }) }, /2\.0\.2 is too old: update it to 2\.0\.4/],
    [{ "/api/health": says({ version: "local" }) }, /local is too old/, status(404)],
    [{ [V2]: says({ version: "3.0.0" }) }, /3\.0\.0 is newer than .* install opencode 2\.x/],
    [{ [V1]: says({ version: "2.1.0" }) }, /2\.1\.0 is newer than .* install opencode 1\.x/],
    [{}, /no opencode that this program knows \(it sent a web page\): correct OPENCODE_URL/],
    [{}, /\(it knows none of/, status(404)],
    [{ [V1]: text('{"version":', "application/json") }, /\(it did not say its version\)/],
    [{ [V2]: says({ version: 2 }) }, /\(it did not say its version\)/],
    [{ [V1]: says([]) }, /\(it did not say its version\)/],
    [{ [V1]: text('{"version":"1.18.33"}', "text/html") }, /\(it sent a web page\)/],
    [{}, /refuses our password: correct the user name and the password/, status(401)],
    [{ [V2]: status(401) }, /refuses our password/],
    [{ [V1]: status(403) }, /refuses our password/],
    [
      { [V1]: redirect("https://example.com/code/global/health?x=1") },
      / leads to https:\/\/example\.com\/code, .*: set OPENCODE_URL/,
    ],
    [{ [V1]: redirect("https://[") }, /\d leads, .*: set OPENCODE_URL/],
  ];
  for (const [paths, expected, rest] of cases) {
    await using server = serve(paths, rest);
    const began = performance.now();
    const error = await assertRejects(() => probeGeneration(server), UsageError);
    assertMatch(error.message, expected);
    assert(error.hasRemedy);
    assert(performance.now() - began < 2_000);
    const texts = terminalTexts("zh");
    const zh = await assertRejects(() => probeGeneration(server, { texts }), UsageError);
    assertMatch(zh.message, /\p{Script=Han}.*：请|\p{Script=Han}/u);
  }
});

Deno.test("what is wrong with a server that a bridge has started is wrong with OPENCODE_CMD", async () => {
  for (
    const [rest, expected] of [
      [status(401), /refuses the password that it was started with: set OPENCODE_CMD/],
      [page, /OPENCODE_CMD starts is no opencode .* \(it sent a web page\): set it/],
    ] as const
  ) {
    await using server = serve({}, rest);
    const probed = probeGeneration({ url: server.url, startedAt: 1 });
    assertMatch((await assertRejects(() => probed, UsageError)).message, expected);
  }
});

Deno.test("a server that starts still, or says nothing, may be asked again", async () => {
  // Version 2.x while it starts; one without its web page; one whose web page comes from elsewhere.
  for (const paths of [{}, { [V1]: status(404) }, { [V1]: page }, { [V2]: status(404) }]) {
    await using server = serve(paths, status(503));
    const error = await assertRejects(() => probeGeneration(server), ApiError, "HTTP 503");
    assert(error.retryable);
  }
  await assertRejects(() => probeGeneration({ url: "http://127.0.0.1:1" }), NetworkError);
  const release = Promise.withResolvers<Response>();
  await using server = serve({ [V1]: () => release.promise });
  await assertRejects(() => probeGeneration(server), NetworkError, "in time");
  release.resolve(page());
});

Deno.test("user name and password go with every request, whatever letters they have", async () => {
  const seen = new Set<string | null>();
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    seen.add(request.headers.get("authorization"));
    return Response.json({ version: "1.18.33" });
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  await probeGeneration({ url });
  await probeGeneration({ url, password: "x" });
  await probeGeneration({ url, user: "名", password: "密码" });
  const utf8 = new TextEncoder().encode("名:密码").toBase64();
  assertEquals([...seen], [null, `Basic ${btoa("opencode:x")}`, `Basic ${utf8}`]);
  await server.shutdown();
});
