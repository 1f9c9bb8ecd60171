/** What an account of this machine can do to the twin that has neither its secret nor its link. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { deadline } from "@std/async";
import { connect } from "./client.ts";
import { startTwin, type Twin } from "../../../lib/demo/feishu_twin/twin.ts";

/** Sends bytes as they are, and reads what comes until the connection ends, which it does soon. */
async function raw(twin: Twin, request: string): Promise<string> {
  using socket = await Deno.connect({ hostname: "127.0.0.1", port: twin.port });
  await socket.write(new TextEncoder().encode(request));
  let answer = "";
  const read = async () => {
    const part = new Uint8Array(4_096);
    for (;;) {
      const length = await socket.read(part).catch(() => null);
      if (length === null) return answer;
      answer += new TextDecoder().decode(part.subarray(0, length));
    }
  };
  return await deadline(read(), 10_000);
}

const UPGRADE = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const TARGETS = ["//[", "//[::1", "//", "/%", "/%ff", "/_twin/file/%", "/open-apis/im/v1/chats/%/x"]
  .concat([
    "*",
    "http://[",
    "http://evil.example/",
    "[",
    ":",
    "/ws/v2?ticket=%",
    "//x/_twin/events",
  ]);

Deno.test("no request line ends the twin, as a request or as an upgrade", async () => {
  await using twin = await startTwin();
  for (const target of TARGETS) {
    for (const method of ["GET", "POST", "OPTIONS", "CONNECT", "BREW"]) {
      for (const headers of ["Connection: close\r\n", UPGRADE]) {
        const host = `127.0.0.1:${twin.port}`;
        const answer = await raw(
          twin,
          `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\n${headers}\r\n`,
        );
        assertMatch(answer, /^(HTTP\/1\.1 4\d\d |$)/, `${method} ${target}`);
      }
    }
  }
  const response = await fetch(`${twin.url}/open-apis/bot/v3/info`);
  assertEquals(await response.json().then(({ code }) => code), 99991661);
});

Deno.test("a name that was made to point here (DNS rebinding) leads nowhere", async () => {
  await using twin = await startTwin();
  using _ = await connect(twin, {});
  const { id: app_id, secret: app_secret } = twin.app;
  const body = JSON.stringify({ app_id, app_secret });
  const ask = (host: string) =>
    raw(
      twin,
      `POST /open-apis/auth/v3/tenant_access_token/internal HTTP/1.1\r\nHost: ${host}\r\n` +
        `Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    );
  for (const host of ["evil.example", `evil.example:${twin.port}`, "127.0.0.1.evil.example", ""]) {
    assertMatch(await ask(host), /^HTTP\/1\.1 40[03] /, host);
    const upgrade = await raw(twin, `GET /ws/v2 HTTP/1.1\r\nHost: ${host}\r\n${UPGRADE}\r\n`);
    assertMatch(upgrade, /^HTTP\/1\.1 40[03] /, host);
  }
  assertMatch(await ask(`localhost:${twin.port}`), /^HTTP\/1\.1 200 /);
  assertEquals(twin.connections(), 1);
});

Deno.test("a stranger's long body is not kept, and a known one's is, also with a token that ended", async () => {
  await using twin = await startTwin();
  const url = `${twin.url}/open-apis/auth/v3/tenant_access_token/internal`;
  const ask = async (body: unknown) =>
    (await fetch(url, { method: "POST", body: JSON.stringify(body) })).json();
  const { id: app_id, secret: app_secret } = twin.app;
  assertEquals((await ask({ app_id, app_secret, x: "x".repeat(100_000) })).code, 10003);
  const { tenant_access_token: token } = await ask({ app_id, app_secret });
  const upload = async () => {
    const form = new FormData();
    form.append("image_type", "message");
    form.append("image", new Blob(["GIF89a\x01\0\x01\0", "x".repeat(300_000)]));
    const headers = { authorization: `Bearer ${token}` };
    const options = { method: "POST", headers, body: form };
    return await (await fetch(`${twin.url}/open-apis/im/v1/images`, options)).json();
  };
  assertEquals((await upload()).code, 0);
  twin.faults.revokeToken();
  assertEquals((await upload()).code, 99991663);
});

Deno.test("without the secret there is no token and no connection", async () => {
  await using twin = await startTwin();
  const post = async (path: string, body: unknown) =>
    (await fetch(twin.url + path, { method: "POST", body: JSON.stringify(body) })).json();
  const { id, secret } = twin.app;
  assert(secret.length >= 32);
  for (const guess of ["", "x", secret.slice(1), `${secret} `, null, [secret], { secret }]) {
    const asked = { app_id: id, app_secret: guess };
    const token = await post("/open-apis/auth/v3/tenant_access_token/internal", asked);
    assertEquals(token.tenant_access_token, undefined);
    const endpoint = await post("/callback/ws/endpoint", { AppID: id, AppSecret: guess });
    assertEquals(endpoint.data, null);
  }
});
