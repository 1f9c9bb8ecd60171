import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { deadline } from "@std/async";
import { object } from "../../../lib/base/json.ts";
import { startTwin, type Twin } from "../../../lib/demo/feishu_twin/twin.ts";
import { connect, restApi, send } from "./client.ts";

const quick = {
  PingInterval: 1,
  ReconnectInterval: 1,
  ReconnectNonce: 0,
};

/** The `message_id`s of the messages that a handler was given. */
function collector() {
  const seen: string[] = [];
  const handler = (data: unknown) => {
    seen.push(String(object(object(data).message).message_id));
  };
  return { seen, handlers: { "im.message.receive_v1": handler } };
}

const ackOf = (twin: Twin, id: string, attempt = 1) =>
  twin.until(
    () => twin.acks.find((ack) => ack.messageId === id && ack.attempt === attempt),
    { what: `acknowledgement ${attempt} of ${id}` },
  );

Deno.test("an event that is acknowledged late comes again, on the ladder's steps", async () => {
  await using twin = await startTwin();
  const late = Promise.withResolvers<void>();
  const called = Promise.withResolvers<void>();
  let calls = 0;
  using _link = await connect(twin, {
    "im.message.receive_v1": () => {
      calls += 1;
      called.resolve();
      return calls === 1 ? late.promise : undefined;
    },
  });
  const id = twin.say({ text: "hello" });
  await deadline(called.promise, 5000);
  twin.clock.advance(3_000);
  twin.clock.advance(14_000);
  assertEquals(calls, 1);
  twin.clock.advance(1_000);
  await ackOf(twin, id, 2);
  assertEquals(calls, 2);
  late.resolve();
  const first = await ackOf(twin, id, 1);
  assertEquals(first.code, 200);
});

Deno.test("an event without a connection waits for the next step of the ladder", async () => {
  await using twin = await startTwin();
  const id = twin.say({ text: "hello" });
  const { seen, handlers } = collector();
  using _link = await connect(twin, handlers);
  assertEquals(seen, []);
  twin.clock.advance(15_000);
  await ackOf(twin, id, 2);
  assertEquals(seen, [id]);
});

Deno.test("an event whose ladder ended while nobody was connected does not come any more", async () => {
  await using twin = await startTwin({ ladderMs: [15_000, 300_000] });
  const gone = twin.say({ text: "days ago" });
  twin.clock.advance(50 * 3_600_000);
  const { seen, handlers } = collector();
  using _link = await connect(twin, handlers);
  twin.clock.advance(300_000);
  const id = twin.say({ text: "now" });
  await ackOf(twin, id);
  assertEquals(seen.filter((one) => one === gone), []);
});

Deno.test("a lost acknowledgement and an explicit redelivery bring the message again", async () => {
  await using twin = await startTwin({ ackMs: 50, ladderMs: [10] });
  const { seen, handlers } = collector();
  using _link = await connect(twin, handlers);
  twin.faults.loseAck();
  const id = twin.say({ text: "hello" });
  await ackOf(twin, id, 2);
  twin.redeliver(id);
  await ackOf(twin, id, 1);
  assertEquals(seen, [id, id, id]);
});

Deno.test("split frames arrive whole", async () => {
  await using twin = await startTwin();
  const texts: unknown[] = [];
  using _link = await connect(twin, {
    "im.message.receive_v1": (data) => void texts.push(object(object(data).message).content),
  });
  twin.faults.splitFrames(100);
  const text = "汉字".repeat(500);
  await ackOf(twin, twin.say({ text }));
  assertEquals(texts, [JSON.stringify({ text })]);
});

Deno.test("recalls, reactions, and unknown events are delivered; garbage does no harm", async () => {
  await using twin = await startTwin();
  const seen: unknown[] = [];
  const note = (data: unknown) => void seen.push(object(data).event_type);
  using _link = await connect(twin, {
    "im.message.receive_v1": note,
    "im.message.recalled_v1": note,
    "im.message.reaction.created_v1": note,
  });
  twin.deliverRaw(new Uint8Array([1, 2, 3]));
  twin.deliverEvent("im.chat.unknown_v9", { x: 1 });
  const id = twin.say({ text: "hello" });
  await ackOf(twin, id);
  twin.react(id, "THUMBSUP");
  twin.recall(id);
  await twin.until(() => seen.length === 3);
  assertEquals(new Set(seen).size, 3);
  assert(twin.message(id).recalled);
});

Deno.test("each event goes to one of several connections", async () => {
  await using twin = await startTwin();
  const one = collector();
  const two = collector();
  using _first = await connect(twin, one.handlers);
  using _second = await connect(twin, two.handlers);
  const ids = Array.from({ length: 30 }, (_, index) => twin.say({ text: String(index) }));
  await twin.until(() => twin.acks.length === ids.length);
  assert(one.seen.length > 0 && two.seen.length > 0);
  assertEquals([...one.seen, ...two.seen].sort(), ids.sort());
});

for (const fault of ["drop", "reset"] as const) {
  Deno.test(`the SDK comes back after ${fault}`, async () => {
    await using twin = await startTwin({ clientConfig: quick });
    const { seen, handlers } = collector();
    using _link = await connect(twin, handlers);
    twin.faults[fault]();
    await twin.until(() => twin.connections() === 0, { what: "the connection to go" });
    await twin.until(() => twin.connections() === 1, { what: "a new connection" });
    const id = twin.say({ text: "hello" });
    await ackOf(twin, id);
    assertEquals(seen, [id]);
  });
}

Deno.test("the SDK comes back after a half-open connection, in which the twin still believes", async () => {
  await using twin = await startTwin({ clientConfig: quick });
  const { seen, handlers } = collector();
  using _link = await connect(twin, handlers);
  twin.faults.halfOpen(true);
  await twin.until(() => twin.connections() === 2, { what: "a new connection" });
  twin.faults.clear();
  await twin.until(() => twin.connections() === 1, { what: "the old connection to go" });
  const id = twin.say({ text: "hello" });
  await ackOf(twin, id);
  assertEquals(seen, [id]);
});

Deno.test("refused connections: busy, HTTP error, no data, handshake, wrong secret", async () => {
  await using twin = await startTwin();
  const ask = async (secret = twin.app.secret) => {
    const response = await fetch(`${twin.url}/callback/ws/endpoint`, {
      method: "POST",
      body: JSON.stringify({ AppID: twin.app.id, AppSecret: secret }),
    });
    return { status: response.status, body: object(await response.json()) };
  };
  twin.faults.refuseConnections("busy");
  assertEquals((await ask()).body, { code: 1, msg: "system busy", data: {} });
  twin.faults.refuseConnections("http");
  assertEquals((await ask()).status, 503);
  twin.faults.refuseConnections("no-data");
  assertEquals((await ask()).body.data, null);
  twin.faults.refuseConnections("handshake");
  const { URL } = object((await ask()).body.data);
  const socket = new WebSocket(String(URL));
  await new Promise((resolve) => socket.onerror = resolve);
  assertEquals(twin.connections(), 0);
  twin.faults.clear();
  assertEquals((await ask("wrong")).body.code, 514);
});

Deno.test("a click without an answer in time fails for the user", async () => {
  await using twin = await startTwin({ ackMs: 20 });
  const never = Promise.withResolvers<void>();
  using _link = await connect(twin, { "card.action.trigger": () => never.promise });
  const messageId = twin.say({ text: "x" });
  assertEquals(await twin.click({ messageId, value: {} }), { code: undefined, error: 200341 });
  never.resolve();
});

Deno.test("REST faults: codes, HTML, lost answers, delays, refused cards, hangs", async () => {
  await using twin = await startTwin();
  const api = await restApi(twin);
  const text = () => send(api, twin, "text", { text: "hi" });
  twin.faults.fail({ match: /POST .*messages$/, status: 429, retryAfterS: 7 });
  const limited = await text();
  assertEquals([limited.status, limited.code], [429, 99991400]);
  assertEquals(limited.headers.get("x-ogw-ratelimit-reset"), "7");
  twin.faults.fail({ status: 503, html: true });
  await assertRejects(text, SyntaxError);
  twin.faults.fail({ loseAnswer: true });
  await assertRejects(text);
  assertEquals(twin.messages().length, 1);
  twin.faults.delay(30);
  const start = performance.now();
  assertEquals((await text()).code, 0);
  assert(performance.now() - start >= 25);
  twin.faults.delay(0);
  twin.faults.refuseCards({ inner: 200570, times: 1 });
  const card = { schema: "2.0", body: { elements: [] } };
  assertMatch((await send(api, twin, "interactive", card)).msg, /ErrCode: 200570/);
  assertEquals((await send(api, twin, "interactive", card)).code, 0);
  twin.faults.fail({ hang: true });
  const hanging = assertRejects(text);
  await twin.until(() => twin.requests.at(-1)?.status === 0);
  await twin.close();
  await hanging;
});

Deno.test("waiting in vain says what there is instead", async () => {
  await using twin = await startTwin();
  twin.say({ text: "something else" });
  const waiting = twin.until(() => twin.botMessages()[0], { timeoutMs: 20, what: "an answer" });
  const error = await assertRejects(() => waiting, Error);
  assertMatch(error.message, /in vain for an answer[\s\S]*something else/);
});
