import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  ApiError,
  describe,
  isRetryable,
  NetworkError,
  retryAfter,
} from "../../../lib/base/errors.ts";
import { download, type HttpRequest, requestJson } from "../../../lib/feishu/rest/http.ts";
import { startTwin, type Twin } from "../../../lib/demo/feishu_twin/twin.ts";
import { tempDir } from "../../helpers.ts";

const token = "Bearer t-0123456789abcdef0123456789abcdef";

function ask(twin: Twin, more: Partial<HttpRequest> = {}) {
  const url = `${twin.url}/open-apis/auth/v3/tenant_access_token/internal`;
  const data = { app_id: twin.app.id, app_secret: twin.app.secret };
  return requestJson({ url, method: "POST", data, headers: { Authorization: token }, ...more });
}

async function refusal(twin: Twin): Promise<ApiError> {
  const error = await assertRejects(() => ask(twin), ApiError);
  assert(!JSON.stringify([describe(error), error.stack, error]).includes("0123456789abcdef"));
  return error;
}

Deno.test("an answer with code 0 is returned whole", async () => {
  await using twin = await startTwin();
  const answer = await ask(twin);
  assertEquals(answer["code"], 0);
  assertEquals(typeof answer["tenant_access_token"], "string");
});

Deno.test("parameters and body arrive as Feishu expects them", async () => {
  await using twin = await startTwin();
  const url = `${twin.url}/open-apis/im/v1/messages?receive_id_type=chat_id&page_size=7`;
  await requestJson({ url, method: "post", data: { text: "汉字" } }).catch(() => {});
  assertEquals(twin.requests[0]?.method, "POST");
  assertEquals(twin.requests[0]?.query, { receive_id_type: "chat_id", page_size: "7" });
  assertEquals(twin.requests[0]?.body, { text: "汉字" });
});

Deno.test("a request follows no redirect, as it may carry the app's secret", async () => {
  await using twin = await startTwin();
  const elsewhere = { location: `${twin.url}/open-apis/auth/v3/tenant_access_token/internal` };
  await using gateway = Deno.serve(
    { port: 0, onListen() {} },
    () => new Response(null, { status: 307, headers: elsewhere }),
  );
  const url = `http://127.0.0.1:${gateway.addr.port}/open-apis/x`;
  const error = await assertRejects(() => ask(twin, { url }), ApiError);
  assertEquals([error.code, error.retryable], [307, true]);
  assertEquals(twin.requests, []);
});

Deno.test("an HTML page of a gateway is a refusal that may pass, whatever its status", async () => {
  await using twin = await startTwin();
  for (const status of [200, 403, 404, 500]) {
    twin.faults.fail({ html: true, status });
    const { code, retryable, service } = await refusal(twin);
    assertEquals([code, retryable, service], [status, true, "feishu"]);
  }
});

Deno.test("a gateway that got no answer from Feishu leaves the outcome open, and may ask for time", async () => {
  await using twin = await startTwin();
  for (const status of [502, 503, 504]) {
    for (const page of [{ html: true }, { body: "{}" }]) {
      twin.faults.fail({ ...page, status, retryAfterS: 7 });
      const error = await assertRejects(() => ask(twin), NetworkError, `HTTP ${status}`);
      assertEquals([isRetryable(error), retryAfter(error)], [true, 7_000]);
    }
    // Feishu itself says no.
    twin.faults.fail({ status });
    assertEquals((await refusal(twin)).code, 2200);
  }
});

Deno.test("JSON that is not Feishu's is no success", async () => {
  await using twin = await startTwin();
  for (const body of ["{}", '{"status":"ok"}', '{"code":"0"}', "[]", "null", "0", '"0"', "", "{"]) {
    twin.faults.fail({ body, status: 200 });
    const { code, retryable } = await refusal(twin);
    assertEquals([code, retryable], [200, true], body);
  }
});

Deno.test("no server is left alone for longer than a minute, whatever it asks for", async () => {
  await using twin = await startTwin();
  for (const retryAfterS of [61, 86_400, Date.now() / 1000, 1e300, Infinity]) {
    twin.faults.fail({ status: 429, retryAfterS });
    assertEquals((await refusal(twin)).retryAfterMs, 60_000);
  }
});

Deno.test("429 carries the server's delay in milliseconds, a second if it names none", async () => {
  await using twin = await startTwin();
  twin.faults.fail({ status: 429, retryAfterS: 3 });
  const { code, retryable, retryAfterMs } = await refusal(twin);
  assertEquals([code, retryable, retryAfterMs], [99991400, true, 3000]);
  for (const limit of [{}, { html: true }, { retryAfterS: 0 }]) {
    twin.faults.fail({ status: 429, ...limit });
    assertEquals((await refusal(twin)).retryAfterMs, 1_000);
  }
});

Deno.test("a refusal says code, method, meaning and log id, and whether to try again", async () => {
  await using twin = await startTwin();
  const cases: [number, number, boolean][] = [
    [400, 230020, true],
    [400, 230002, false],
    [400, 230099, false],
    [500, 2200, true],
    [200, 11232, true],
    [200, 10014, false],
  ];
  for (const [status, code, retryable] of cases) {
    twin.faults.fail({ status, code, msg: "why it failed" });
    const error = await refusal(twin);
    assertEquals([error.code, error.retryable], [code, retryable], String(code));
    assertEquals(error.method, "POST auth/v3/tenant_access_token/internal");
    assert(error.message.includes("why it failed"));
    assert(describe(error).includes(`log id ${error.logId}`));
  }
});

Deno.test("a server that does not answer in time is a network error", async () => {
  await using twin = await startTwin();
  twin.faults.fail({ hang: true });
  const error = await assertRejects(() => ask(twin, { timeout: 50 }), NetworkError);
  assert(error.message.includes("no answer in time"), error.message);
});

Deno.test("an answer that breaks off, and a server that is not there, are network errors", async () => {
  const twin = await startTwin();
  twin.faults.fail({ loseAnswer: true });
  await assertRejects(() => ask(twin), NetworkError);
  await twin.close();
  const error = await assertRejects(() => ask(twin), NetworkError);
  assert(!describe(error).includes("0123456789abcdef"));
});

Deno.test("a refusal that breaks off is a network error, of a download too", async () => {
  using listener = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const serving = (async () => {
    for await (const connection of listener) {
      await connection.read(new Uint8Array(1024));
      const half = "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 100\r\n\r\nhalf of it";
      await connection.write(new TextEncoder().encode(half));
      connection.close();
    }
  })();
  const url = `http://127.0.0.1:${listener.addr.port}/file`;
  await assertRejects(() => requestJson({ url }), NetworkError);
  await assertRejects(() => download({ url }, "/nowhere"), NetworkError);
  listener.close();
  await serving;
});

Deno.test("what this machine's disk refuses of a download is told as that, not as trouble of the network", async () => {
  await using dir = await tempDir();
  await using server = Deno.serve({ port: 0, onListen() {} }, () => new Response("a file"));
  const url = `http://127.0.0.1:${server.addr.port}/file`;
  await assertRejects(() => download({ url }, `${dir.path}/none/file`), Deno.errors.NotFound);
  const unreadable = new Error("the disk cannot be read");
  const mayWrite = () => Promise.reject(unreadable);
  const error = await assertRejects(() => download({ url }, `${dir.path}/file`, { mayWrite }));
  assertEquals([error, isRetryable(error)], [unreadable, false]);
});

Deno.test({
  name: "a download for which the disk is full says so and leaves nothing",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    await using dir = await tempDir();
    await using server = Deno.serve({ port: 0, onListen() {} }, () => new Response("a file"));
    const url = `http://127.0.0.1:${server.addr.port}/file`;
    const path = `${dir.path}/full`;
    await Deno.symlink("/dev/full", path);
    const error = await assertRejects(() => download({ url }, path), Error, "No space left");
    assert(!isRetryable(error));
    assertEquals(await Array.fromAsync(Deno.readDir(dir.path)), []);
  },
});

Deno.test("an abort ends the request with the signal's reason", async () => {
  await using twin = await startTwin();
  twin.faults.fail({ hang: true });
  const stopping = new AbortController();
  const asking = ask(twin, { signal: stopping.signal });
  await twin.until(() => twin.requests.length === 1);
  const reason = new Error("stopping");
  stopping.abort(reason);
  assertEquals(await assertRejects(() => asking), reason);
});
