import { assert, assertEquals, assertMatch, assertObjectMatch, assertRejects } from "@std/assert";
import { deadline, delay } from "@std/async";
import type { UsageError } from "../../../lib/base/errors.ts";
import { addressRequest, askAddress } from "../../../lib/feishu/connection/address.ts";
import {
  Connection,
  type ConnectionOptions,
  type EventHandler,
} from "../../../lib/feishu/connection/connection.ts";
import { reachable } from "../../../lib/feishu/connection/reachable.ts";
import { parseMessageEvent } from "../../../lib/feishu/connection/events.ts";
import { encodeFrame } from "../../../lib/demo/feishu_twin/frames.ts";
import { startTwin, type Twin } from "../../../lib/demo/feishu_twin/twin.ts";
import { credentials, memoryLog, Tally } from "../../helpers.ts";
import { keptPort } from "../../kept_port.ts";

/** A connection that runs until its scope ends, and the ids of the messages that reached it. */
function connect(
  twin: Twin,
  handlers: Record<string, EventHandler> = {},
  options: Partial<ConnectionOptions> = {},
) {
  const stopping = new AbortController();
  const log = memoryLog((line) => line.includes("connection lost") && failures.add());
  const seen: string[] = [];
  const ups = new Tally();
  const failures = new Tally();
  const receive: EventHandler = (event) => {
    seen.push(parseMessageEvent(event, undefined, 0)?.messageId ?? "?");
    return Promise.resolve();
  };
  const connection = new Connection({
    credentials: credentials(twin),
    handlers: { "im.message.receive_v1": receive, ...handlers },
    log,
    onUp: () => ups.add(),
    ...options,
  });
  const running = connection.run(stopping.signal);
  return {
    connection,
    log,
    seen,
    ups,
    failures,
    [Symbol.asyncDispose]: async () => {
      stopping.abort(new Error("the test is over"));
      await running;
    },
  };
}

const acksOf = (twin: Twin, id: string) => twin.acks.filter(({ messageId }) => messageId === id);

Deno.test("a message reaches its handler and is acknowledged", async () => {
  await using twin = await startTwin();
  await using client = connect(twin);
  await client.ups.reached(1);
  const id = twin.say({ text: "hello" });
  const ack = await twin.until(() => acksOf(twin, id)[0]);
  assertEquals([client.seen, ack.code, client.ups.count], [[id], 200, 1]);
  assert(client.connection.state.up);
});

Deno.test("the run ends when its connection has closed, or after a moment when the other end is silent", async () => {
  await using twin = await startTwin();
  for (const isSilent of [false, true]) {
    const client = connect(twin);
    await client.ups.reached(1);
    if (isSilent) twin.faults.halfOpen(true);
    const began = performance.now();
    await client[Symbol.asyncDispose]();
    const tookMs = performance.now() - began;
    assertEquals([tookMs > 400, tookMs < 2_000], [isSilent, true], `${tookMs} ms`);
  }
});

Deno.test("an app whose id has not the form that the SDK knows is connected", async () => {
  // The example of Feishu's page of tenant_access_token/internal.
  const app = { id: "cli_slkdjalasdkjasd", secret: "dskLLdkasdjlasdKK" };
  await using twin = await startTwin({ app });
  await using client = connect(twin);
  await client.ups.reached(1);
});

Deno.test("a server that sends no settings is connected to all the same", async () => {
  await using twin = await startTwin({ clientConfig: null });
  await using client = connect(twin);
  await client.ups.reached(1);
  const id = twin.say({ text: "hello" });
  assertEquals((await twin.until(() => acksOf(twin, id)[0])).code, 200);
});

Deno.test("an event is acknowledged only when its handler has written it down", async () => {
  await using twin = await startTwin();
  const written = Promise.withResolvers<void>();
  const called = Promise.withResolvers<void>();
  await using client = connect(twin, {
    "im.message.receive_v1": () => {
      called.resolve();
      return written.promise;
    },
    "other.event": () => Promise.resolve(),
  });
  await client.ups.reached(1);
  const id = twin.say({ text: "hello" });
  await called.promise;
  // Another event that was sent later has been acknowledged by now.
  twin.deliverEvent("other.event", {});
  await twin.until(() => twin.acks.find(({ eventType }) => eventType === "other.event"));
  assertEquals(acksOf(twin, id), []);
  written.resolve();
  assertEquals((await twin.until(() => acksOf(twin, id)[0])).code, 200);
});

Deno.test("an event whose handler fails is delivered again", async () => {
  await using twin = await startTwin({ ladderMs: [1, 1] });
  let calls = 0;
  await using client = connect(twin, {
    "im.message.receive_v1": () =>
      ++calls < 3 ? Promise.reject(new Error("disk full")) : Promise.resolve(),
  });
  await client.ups.reached(1);
  const id = twin.say({ text: "hello" });
  await twin.until(() => acksOf(twin, id).length === 3);
  assertEquals(acksOf(twin, id).map(({ code }) => code), [500, 500, 200]);
});

Deno.test("a click reaches its handler in either kind of frame, and the answer goes back", async () => {
  await using twin = await startTwin();
  const values: unknown[] = [];
  await using client = connect(twin, {
    "card.action.trigger": (event) => {
      values.push((event as { action: { value: unknown } }).action.value);
      return Promise.resolve({ toast: { type: "info", content: "taken" } });
    },
  });
  await client.ups.reached(1);
  const messageId = twin.say({ text: "not really a card" });
  for (const frameType of ["event", "card"] as const) {
    const result = await twin.click({ messageId, value: { from: frameType }, frameType });
    assertEquals([result.code, result.toast?.content], [200, "taken"]);
  }
  assertEquals(values, [{ from: "event" }, { from: "card" }]);
});

Deno.test("a click in its old form, without a header, reaches its handler", async () => {
  await using twin = await startTwin();
  const clicked = Promise.withResolvers<unknown>();
  await using client = connect(twin, {
    "card.action.trigger": (event) => Promise.resolve(clicked.resolve(event)),
  });
  await client.ups.reached(1);
  const callback = { open_id: "ou_alice", open_message_id: "om_1", action: { tag: "button" } };
  twin.deliverRaw(callback);
  assertObjectMatch(await deadline(clicked.promise, 10_000) as Record<string, unknown>, callback);
});

Deno.test("events in many frames are put together", async () => {
  await using twin = await startTwin();
  await using client = connect(twin);
  await client.ups.reached(1);
  twin.faults.splitFrames(37);
  const id = twin.say({ text: "汉字𝒰".repeat(300) });
  assertEquals((await twin.until(() => acksOf(twin, id)[0])).code, 200);
  assertEquals(client.seen, [id]);
});

Deno.test("an event whose frame does not say which part it is counts as whole", async () => {
  await using twin = await startTwin();
  const payload = new TextEncoder().encode(JSON.stringify({
    schema: "2.0",
    header: { event_type: "other.event" },
    event: {},
  }));
  const came = new Tally();
  await using client = connect(twin, { "other.event": () => Promise.resolve(came.add()) });
  await client.ups.reached(1);
  for (const more of [[], [{ key: "sum", value: "1" }]]) {
    const headers = [{ key: "type", value: "event" }, { key: "message_id", value: "m" }, ...more];
    twin.deliverRaw(encodeFrame({ SeqID: 0, LogID: 0, service: 1, method: 1, headers, payload }));
  }
  await came.reached(2);
});

Deno.test("garbage and unknown events do no harm", async () => {
  await using twin = await startTwin();
  await using client = connect(twin);
  await client.ups.reached(1);
  twin.deliverRaw(new Uint8Array([255, 0, 1, 2, 3]));
  twin.deliverRaw(new Uint8Array());
  twin.deliverRaw({});
  twin.deliverRaw({ schema: "2.0", header: null, event: [] });
  twin.deliverEvent("some.new.event_v9", { deep: { nothing: null } });
  twin.deliverEvent("im.message.receive_v1", null);
  const id = twin.say({ text: "still there?" });
  await twin.until(() => acksOf(twin, id)[0]);
  assertEquals(client.seen.at(-1), id);
  assertEquals([client.ups.count, twin.connections()], [1, 1]);
});

Deno.test("a connection that is closed or reset comes back, and takes messages again", async () => {
  await using twin = await startTwin();
  await using client = connect(twin);
  for (const [ups, end] of [[1, "drop"], [2, "reset"], [3, "drop"]] as const) {
    await client.ups.reached(ups);
    twin.faults[end]();
    await client.failures.reached(ups);
    assertEquals(client.connection.state.up, false);
  }
  await client.ups.reached(4);
  assertEquals([twin.connections(), client.connection.state.up], [1, true]);
  const id = twin.say({ text: "hello" });
  await twin.until(() => acksOf(twin, id)[0]);
  assertEquals(client.seen, [id]);
});

Deno.test("a half-open connection is noticed, also when pings are sent more often than they may take", async () => {
  await using twin = await startTwin({ clientConfig: { PingInterval: 3 } });
  await using client = connect(twin);
  await client.ups.reached(1);
  twin.faults.halfOpen(true);
  await client.failures.reached(1, 16_000);
});

for (
  const how of ["busy", "busy-or-secret", "full", "http", "no-data", "handshake"] as const
) {
  Deno.test(`a platform that refuses connections (${how}) is asked until it takes one`, async () => {
    await using twin = await startTwin();
    twin.faults.refuseConnections(how);
    await using client = connect(twin);
    await client.failures.reached(3);
    const { up, lastError } = client.connection.state;
    assertEquals([up, typeof lastError], [false, "string"]);
    if (how === "handshake") {
      assertMatch(lastError ?? "", /^Feishu refused: forbidden \(WebSocket handshake: 403\)$/);
    }
    twin.faults.refuseConnections(false);
    await client.ups.reached(1);
  });
}

Deno.test("an app of the other platform is told so, with what to set", async () => {
  await using twin = await startTwin();
  twin.faults.refuseConnections("wrong-domain");
  const refused = Promise.withResolvers<UsageError>();
  await using client = connect(twin, {}, { onRefused: refused.resolve });
  const { exitCode, message } = await refused.promise;
  assertEquals(exitCode, 1);
  for (const part of ["FEISHU_DOMAIN", "1000040351", twin.url, "https://open.larksuite.com"]) {
    assert(message.includes(part), message);
  }
  assert(!message.includes(twin.app.secret));
  await client.failures.reached(1);
});

Deno.test("other programs that hold all connections of the app are named", async () => {
  await using twin = await startTwin();
  twin.faults.refuseConnections("full");
  await using client = connect(twin);
  await client.failures.reached(1);
  assertMatch(client.connection.state.lastError ?? "", /other programs[^]*FEISHU_APP_ID/);
});

Deno.test("the other programs are named too where Feishu refuses only the handshake", async () => {
  await using twin = await startTwin();
  const others = await Promise.all(Array.from({ length: 50 }, async () => {
    const { data } = await askAddress(addressRequest(credentials(twin)), 10_000);
    return new WebSocket(data.URL);
  }));
  await twin.until(() => twin.connections() === others.length);
  await using client = connect(twin);
  await client.failures.reached(1);
  const why = client.connection.state.lastError ?? "";
  assertMatch(why, /other programs[^]*FEISHU_APP_ID.*\(WebSocket handshake: 1000040350\)/);
  const closed = others.map((one) => new Promise((resolve) => one.onclose = resolve));
  others.forEach((one) => one.close());
  await Promise.all(closed);
  await client.ups.reached(1);
});

/** Why there is no connection when the handshake has an answer. */
async function refusedWith(answer: () => Response): Promise<string> {
  await using twin = await startTwin();
  await using platform = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    ({ method, url }) => {
      if (method === "GET") return answer();
      const URL = url.replace("http", "ws");
      return Response.json({ code: 0, data: { URL } });
    },
  );
  const domain = `http://127.0.0.1:${platform.addr.port}`;
  await using client = connect(twin, {}, { credentials: { ...credentials(twin), domain } });
  await client.failures.reached(1);
  return client.connection.state.lastError ?? "";
}

Deno.test("an answer to the handshake that is not Feishu's is put down to what is on the way", async () => {
  const why = await refusedWith(() => new Response("blocked", { status: 403 }));
  assertMatch(why, /^the WebSocket to 127.0.0.1:\d+ does not open: a proxy or firewall/);
});

Deno.test("an address that takes longer than the first request for it is waited for", async () => {
  await using twin = await startTwin();
  const slowMs = 300;
  await using gateway = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {}, onError: () => new Response(null) },
    async (request) => {
      const url = twin.url + new URL(request.url).pathname;
      const { method, headers, body } = request;
      const answer = await (await fetch(url, { method, headers, body })).json();
      await delay(slowMs);
      return Response.json(answer);
    },
  );
  const domain = `http://127.0.0.1:${gateway.addr.port}`;
  const slow = { ...credentials(twin), domain };
  await using client = connect(twin, {}, { credentials: slow, addressMs: slowMs * 0.7 });
  await client.ups.reached(1);
  assertEquals(client.failures.count, 1);
});

Deno.test("a connection that was up for some seconds is tried again without a longer wait", async () => {
  await using twin = await startTwin();
  twin.faults.refuseConnections("busy");
  await using client = connect(twin, {}, { retry: { firstMs: 100, maxMs: 60_000 } });
  await client.failures.reached(3);
  twin.faults.refuseConnections(false);
  await client.ups.reached(1);
  const { since } = client.connection.state;
  while (Date.now() - since < 2_500) await delay(100);
  twin.faults.drop();
  await client.failures.reached(4);
  assertMatch(client.log.lines.findLast((line) => line.includes("lost")) ?? "", /in 0\.1 s$/);
});

Deno.test("a refusal of the handshake in Chinese is told in Chinese", async () => {
  // Its bytes, each as one character.
  const words = String.fromCharCode(...new TextEncoder().encode("应用未启用"));
  const headers = { "handshake-status": "403", "handshake-msg": words };
  const why = await refusedWith(() => new Response(null, { status: 403, headers }));
  assertEquals(why, "Feishu refused: 应用未启用 (WebSocket handshake: 403)");
});

Deno.test("a message that was sent while the connection was down arrives when it is up", async () => {
  await using twin = await startTwin({ ladderMs: [50, 200, 1000, 2000] });
  await using client = connect(twin);
  await client.ups.reached(1);
  twin.faults.reset();
  await client.failures.reached(1);
  const id = twin.say({ text: "anybody?" });
  await twin.until(() => acksOf(twin, id)[0]);
  assertEquals(client.seen, [id]);
});

Deno.test("an abort ends the connection at once, also while it cannot connect", async () => {
  await using twin = await startTwin();
  const began = performance.now();
  {
    await using client = connect(twin);
    await client.ups.reached(1);
  }
  await twin.until(() => twin.connections() === 0);
  twin.faults.refuseConnections("http");
  {
    await using client = connect(twin);
    await client.failures.reached(1);
  }
  assert(performance.now() - began < 5000);
});

Deno.test("the log tells neither secret nor the address of the connection", async () => {
  await using twin = await startTwin();
  await using client = connect(twin);
  await client.ups.reached(1);
  twin.faults.refuseConnections("busy");
  twin.faults.drop();
  await client.failures.reached(2);
  const lines = client.log.lines.join("\n");
  assert(!lines.includes(twin.app.secret) && !lines.includes("ticket="), lines);
});

Deno.test("the wait before the next attempt ends when the network is back", async () => {
  const port = keptPort();
  const first = await startTwin({ port });
  const { app } = first;
  await first.close();
  await using client = connect(first, {}, { retry: { firstMs: 3_600_000, maxMs: 3_600_000 } });
  await client.failures.reached(1);
  await using _twin = await startTwin({ app, port });
  await client.ups.reached(1);
});

Deno.test("a probe finds a server that is back, whatever earlier ones wait for", async () => {
  const port = keptPort();
  const silent = Deno.listen({ hostname: "127.0.0.1", port });
  const stopping = new AbortController();
  const found = reachable(`http://127.0.0.1:${port}`, stopping.signal);
  // The first probe is taken and never answered.
  const hanging = await silent.accept();
  silent.close();
  await using _server = await startTwin({ port });
  await deadline(found, 5_000);
  hanging.close();
});

Deno.test("a probe ends with its signal", async () => {
  const stopping = new AbortController();
  const never = reachable("http://127.0.0.1:1", stopping.signal);
  stopping.abort(new Error("the test is over"));
  await assertRejects(() => never, Error, "the test is over");
});
