/** Who can call the bridge's tools. The real opencode is its client in tests/whole/sent_files_test.ts. */
import { assert, assertEquals } from "@std/assert";
import { MAX_DIRECTORIES } from "../../../lib/opencode/tools/mcp_address.ts";
import { type McpCall, McpServer } from "../../../lib/opencode/tools/mcp_server.ts";
import { knownSecrets } from "../../../lib/base/secrets/known_secrets.ts";
import { memoryLog } from "../../helpers.ts";

const TOOL = { name: "send_file", description: "Sends it", input: { type: "object" } };

/** A server with one tool, which fails for the path `bad`. */
function start() {
  const calls: McpCall[] = [];
  const log = memoryLog();
  const server = new McpServer({
    tools: [TOOL],
    instructions: "Send files.",
    call: (call) => {
      calls.push(call);
      if (call.input.path === "bad") return Promise.reject(new Error("secret details"));
      if (call.input.path === "no") return Promise.resolve({ text: "No.", isError: true });
      return Promise.resolve({ text: "Sent." });
    },
    log,
  });
  const { url, token } = server.addressOf("/work");
  const ask = async (body: unknown, init: RequestInit = {}, to = url) => {
    const response = await fetch(to, {
      method: "POST",
      body: typeof body === "string" ? body : JSON.stringify(body),
      ...init,
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        ...Object.fromEntries(new Headers(init.headers)),
      },
    });
    const text = await response.text();
    return { status: response.status, json: text === "" ? undefined : JSON.parse(text) };
  };
  const request = (method: string, params: unknown = {}) =>
    ask({ jsonrpc: "2.0", id: 1, method, params });
  const close = { [Symbol.asyncDispose]: () => server.close() };
  return { server, url, token, calls, log, ask, request, ...close };
}

Deno.test("it answers what a client of the protocol asks", async () => {
  await using world = start();
  const { request, ask, calls } = world;
  const { json } = await request("initialize", { protocolVersion: "2025-06-18" });
  assertEquals([json.id, json.result.protocolVersion, json.result.instructions], [
    ...[1, "2025-06-18", "Send files."],
  ]);
  const newer = await request("initialize", { protocolVersion: "2099-01-01" });
  assertEquals(newer.json.result.protocolVersion, "2025-11-25");
  const note = await ask({ jsonrpc: "2.0", method: "notifications/initialized" });
  assertEquals(note, { status: 202, json: undefined });
  assertEquals((await request("ping")).json.result, {});
  const { description, input: inputSchema } = TOOL;
  const listed = [{ name: "send_file", description, inputSchema }];
  assertEquals((await request("tools/list")).json.result, { tools: listed });
  const result = async (path: string) =>
    (await request("tools/call", { name: "send_file", arguments: { path } })).json.result;
  assertEquals(await result("a"), { content: [{ type: "text", text: "Sent." }], isError: false });
  assertEquals(await result("no"), { content: [{ type: "text", text: "No." }], isError: true });
  assertEquals(calls[0], { directory: "/work", tool: "send_file", input: { path: "a" } });
  const bad = await result("bad");
  assert(bad.isError && !JSON.stringify(bad).includes("secret details"));
  assertEquals((await request("tools/call", { name: "rm" })).json.error.code, -32602);
  assertEquals((await request("resources/list")).json.error.code, -32601);
});

Deno.test("nobody without the token of a directory gets in, and no page of a browser does", async () => {
  await using world = start();
  const { ask, url, server, calls } = world;
  const call = {
    ...{ jsonrpc: "2.0", id: 1, method: "tools/call" },
    params: { name: "send_file", arguments: { path: "a" } },
  };
  const status = async (headers: Record<string, string>) => (await ask(call, { headers })).status;
  assertEquals(await status({ authorization: "" }), 401);
  assertEquals(await status({ authorization: "Bearer " }), 401);
  assertEquals(await status({ authorization: `Basic ${world.token}` }), 401);
  assertEquals(await status({ authorization: `Bearer ${crypto.randomUUID()}` }), 401);
  assertEquals(await status({ origin: "http://127.0.0.1" }), 403);
  assertEquals(await status({ "content-type": "text/plain" }), 415);
  assertEquals((await ask(call, {}, url.replace("127.0.0.1", "localhost"))).status, 403);
  assertEquals((await ask(call, {}, `${url}/other`)).status, 404);
  assertEquals(calls, []);
  const other = server.addressOf("/other");
  assert(other.token !== world.token);
  assertEquals(await status({ authorization: `Bearer ${other.token}` }), 200);
  assertEquals(calls.map(({ directory }) => directory), ["/other"]);
  assertEquals(server.addressOf("/work").token, world.token);
  assertEquals(knownSecrets.hide(`curl ${world.token}`), "curl ***");
});

Deno.test("of very many directories the token of the oldest opens nothing, and is forgotten", async () => {
  await using world = start();
  const { server, ask, request, token } = world;
  for (let n = 1; n < MAX_DIRECTORIES; n++) server.addressOf(`/work/${n}`);
  server.addressOf("/work");
  const { token: second } = server.addressOf("/work/1");
  server.addressOf("/one/more");
  assertEquals((await request("ping")).status, 200);
  for (let n = 1; n < MAX_DIRECTORIES; n++) server.addressOf(`/others/${n}`);
  assertEquals((await request("ping")).status, 200, "it was used");
  for (let n = 0; n < MAX_DIRECTORIES; n++) server.addressOf(`/more/${n}`);
  const ping = { jsonrpc: "2.0", id: 1, method: "ping" };
  const headers = { authorization: `Bearer ${second}` };
  assertEquals([(await request("ping")).status, (await ask(ping, { headers })).status], [401, 401]);
  assertEquals(knownSecrets.has(token), false);
  const again = server.addressOf("/work");
  assert(again.token !== token && knownSecrets.has(again.token));
});

Deno.test("anything but a small request of the protocol is refused", async () => {
  await using world = start();
  const { ask, url } = world;
  const get = await ask("", { method: "GET", body: null });
  assertEquals(get.status, 405);
  assertEquals((await ask("", { method: "DELETE", body: null })).status, 405);
  assertEquals((await ask("{")).json.error.code, -32700);
  assertEquals((await ask([])).json.error.code, -32600);
  assertEquals((await ask({ id: 1, method: "ping" })).json.error.code, -32600);
  assertEquals((await ask(`"${"x".repeat(70_000)}"`)).status, 413);
  assertEquals(new URL(url).hostname, "127.0.0.1");
});
