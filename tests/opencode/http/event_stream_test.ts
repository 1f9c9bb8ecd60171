import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { ApiError, describe, NetworkError } from "../../../lib/base/errors.ts";
import { EventStream } from "../../../lib/opencode/http/event_stream.ts";
import type { SessionEvent } from "../../../lib/opencode/transcript/event.ts";
import { readEvents } from "../../../lib/opencode/v1/event.ts";
import { type FakeServer, fakeServer } from "../fake_server.ts";
import { until } from "../../until.ts";

const CONNECTED = { type: "server.connected", properties: {} };
const idle = (sessionID: string) => ({ type: "session.idle", properties: { sessionID } });
const frame = (payload: unknown) => `data: ${JSON.stringify({ directory: "/p", payload })}\n\n`;
const encoder = new TextEncoder();

/** A connection that a test writes to and ends as it likes. */
class Connection {
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  readonly response = new Response(
    new ReadableStream<Uint8Array>({ start: (controller) => void (this.#controller = controller) }),
    { headers: { "content-type": "text/event-stream" } },
  );

  send(chunk: string | Uint8Array): void {
    this.#controller?.enqueue(typeof chunk === "string" ? encoder.encode(chunk) : chunk);
  }

  end(error?: Error): void {
    if (error) this.#controller?.error(error);
    else this.#controller?.close();
  }
}

/** A running stream that notes everything. */
class Probe implements AsyncDisposable {
  readonly events: SessionEvent[] = [];
  readonly errors: unknown[] = [];
  opened = 0;
  gaps = 0;
  readonly stream: EventStream;
  readonly #controller = new AbortController();
  readonly #done: Promise<void>;

  constructor(
    url: () => string,
    { silenceMs = 30_000, ...options }: { silenceMs?: number; openMs?: number } = {},
  ) {
    this.stream = new EventStream({
      source: () =>
        Promise.resolve({
          endpoint: { url: url(), password: "p" },
          path: "/global/event",
          silenceMs,
          read: readEvents,
        }),
      onEvent: (event) => this.events.push(event),
      onOpen: () => this.opened++,
      onGap: () => this.gaps++,
      onDown: (error) => this.errors.push(error),
      backoffMs: 5,
      ...options,
    });
    this.#done = this.stream.run(this.#controller.signal);
  }

  types(): string[] {
    return this.events.map((event) =>
      event.type === "status" ? `${event.status.type} ${event.sessionId}` : event.type
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#controller.abort();
    await this.#done;
  }
}

Deno.test("a stream opens with server.connected and delivers what we know", async () => {
  const connection = new Connection();
  await using server = fakeServer(() => connection.response);
  await using probe = new Probe(() => server.url);
  connection.send(frame(CONNECTED));
  await until("it is open", () => probe.opened === 1);
  const text = frame({ type: "plugin.added", properties: {} }) + "data: {oops\n\n" +
    frame({ type: "sync", syncEvent: {} }) + frame(idle("ses_ä"));
  // Chunks end anywhere, also within a character.
  const bytes = encoder.encode(text);
  for (let at = 0; at < bytes.length; at += 7) connection.send(bytes.subarray(at, at + 7));
  await until("the event is there", () => probe.events.length === 2);
  assertEquals(probe.types(), ["connected", "idle ses_ä"]);
  assert(probe.stream.open);
  assertEquals(server.requests[0]?.headers.get("authorization"), `Basic ${btoa("opencode:p")}`);
});

Deno.test("events before the stream really listens count as missed", async () => {
  const connection = new Connection();
  await using server = fakeServer(() => connection.response);
  await using probe = new Probe(() => server.url);
  connection.send(frame(CONNECTED));
  await until("it is open", () => probe.gaps === 1);
  await until("it is looked at again", () => probe.gaps === 2);
  assertEquals(probe.opened, 1);
});

Deno.test("a frame that is too large is skipped", async () => {
  const connection = new Connection();
  await using server = fakeServer(() => connection.response);
  await using probe = new Probe(() => server.url);
  connection.send(frame(CONNECTED) + `data: {"type":"session.idle","properties":{"pad":"`);
  for (let mb = 0; mb < 17; mb++) connection.send("x".repeat(1024 * 1024));
  connection.send(`","sessionID":"ses_large"}}\n\n` + frame(idle("ses_1")));
  await until("the event is there", () => probe.events.length === 2);
  assertEquals(probe.types(), ["connected", "idle ses_1"]);
});

Deno.test("as long as no stream opens, events count as missed again and again", async () => {
  await using server = fakeServer(() => new Response(null, { status: 503 }));
  await using probe = new Probe(() => server.url);
  await until("it has been looked at", () => probe.gaps >= 3);
  assertEquals(probe.opened, 0);
});

Deno.test("a stream that ends or breaks is opened again, and says so", async () => {
  const connections = Array.from({ length: 3 }, () => new Connection());
  await using server = fakeServer((index) => connections[index]?.response ?? new Response());
  await using probe = new Probe(() => server.url);
  const [first, second, third] = connections;
  first?.send(frame(CONNECTED));
  await until("it is open", () => probe.opened === 1);
  first?.end();
  second?.send(frame(CONNECTED));
  await until("it is open again", () => probe.opened === 2);
  second?.send(frame(idle("ses_1")) + 'data: {"dire');
  await until("the event is there", () => probe.events.length === 3);
  second?.end(new Error("cable cut"));
  third?.send(frame(CONNECTED));
  await until("it is open once more", () => probe.opened === 3);
  assertEquals(probe.errors.length, 2);
  for (const error of probe.errors) assertInstanceOf(error, NetworkError);
});

Deno.test("a stream that breaks whenever it is open is opened ever more rarely", async () => {
  await using server = fakeServer(() => {
    const connection = new Connection();
    connection.send(frame(CONNECTED));
    connection.end();
    return connection.response;
  });
  const began = performance.now();
  await using probe = new Probe(() => server.url);
  await until("it was open eight times", () => probe.opened === 8);
  // 5 ms, doubled six times, and a quarter less by chance.
  assert(performance.now() - began > 470, `${performance.now() - began} ms`);
});

Deno.test("a silent stream is dead, and a heartbeat keeps it alive", async () => {
  const connections = Array.from({ length: 9 }, () => new Connection());
  await using server = fakeServer((index) => connections[index]?.response ?? new Response());
  await using probe = new Probe(() => server.url, { silenceMs: 150 });
  const [first, second] = connections;
  first?.send(frame(CONNECTED));
  await until("it is open", () => probe.opened === 1);
  const begin = performance.now();
  const pulse = setInterval(() => first?.send(": still here\n"), 30);
  await until("time has passed", () => performance.now() - begin > 400);
  assertEquals(server.requests.length, 1);
  clearInterval(pulse);
  await until("it is given up", () => probe.errors.length === 1);
  second?.send(frame(CONNECTED));
  await until("it is open again", () => probe.opened === 2);
});

Deno.test("a server that accepts and says nothing is given up", async () => {
  const never = Promise.withResolvers<Response>();
  await using server = fakeServer(() => never.promise);
  await using probe = new Probe(() => server.url, { openMs: 50 });
  await until("it tried twice", () => probe.errors.length >= 2);
  assertEquals(describe(probe.errors[0]), "opencode did not answer in time");
  assertEquals(probe.opened, 0);
  never.resolve(new Response());
});

Deno.test("a refusal or a web page is reported and tried again", async () => {
  const connection = new Connection();
  await using server = fakeServer((index) => {
    if (index === 0) return new Response(null, { status: 401 });
    if (index === 1) {
      return Response.json({ name: "ConfigJsonError", data: { path: "/c" } }, { status: 400 });
    }
    if (index === 2) return new Response("<html>", { headers: { "content-type": "text/html" } });
    return connection.response;
  });
  await using probe = new Probe(() => server.url);
  connection.send(frame(CONNECTED));
  await until("it is open", () => probe.opened === 1);
  const codes = probe.errors.map((error) => error instanceof ApiError ? error.code : error);
  assertEquals(codes, [401, 400, 200]);
});

Deno.test("a stream follows its server to another port", async () => {
  let current: FakeServer | undefined;
  const begin = () => {
    const connection = new Connection();
    connection.send(frame(CONNECTED));
    current = fakeServer(() => connection.response);
    return { server: current, connection };
  };
  const old = begin();
  await using probe = new Probe(() => current?.url ?? "http://127.0.0.1:9");
  await until("it is open", () => probe.opened === 1);
  current = undefined;
  old.connection.end(new Error("killed"));
  await old.server[Symbol.asyncDispose]();
  await until("the server is missed", () => probe.errors.length >= 2);
  await using fresh = begin().server;
  await until("it is open again", () => probe.opened === 2);
  assertEquals(fresh.requests.length, 1);
});

Deno.test("an aborted stream ends its connection and resolves", async () => {
  const connection = new Connection();
  await using server = fakeServer(() => connection.response);
  {
    await using probe = new Probe(() => server.url);
    connection.send(frame(CONNECTED));
    await until("it is open", () => probe.opened === 1);
    assertEquals(probe.errors, []);
  }
  connection.send(frame(CONNECTED));
});

/** Resolves when what nobody holds any more has been collected. */
async function collected(): Promise<void> {
  const gone = new WeakRef({});
  let garbage: unknown[] = [];
  await until("memory was collected", () => {
    garbage = Array.from({ length: 100_000 }, (_, i) => ({ i, garbage: garbage.length }));
    return gone.deref() === undefined;
  });
}

Deno.test("a stream is watched and can be aborted also when memory was collected meanwhile", async () => {
  const connections = Array.from({ length: 9 }, () => new Connection());
  await using server = fakeServer((index) => connections[index]?.response ?? new Response());
  await using probe = new Probe(() => server.url, { silenceMs: 1_000 });
  const [first, second] = connections;
  first?.send(frame(CONNECTED));
  await until("it is open", () => probe.opened === 1);
  await collected();
  await until("it is given up", () => probe.errors.length === 1);
  second?.send(frame(CONNECTED));
  await until("it is open again", () => probe.opened === 2);
  await collected();
});
