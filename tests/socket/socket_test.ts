/** Scripts and the bridge over a real socket. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { lstatSync } from "node:fs";
import { UsageError } from "../../lib/base/errors.ts";
import type { ScriptReply, ScriptRequest } from "../../lib/model/script.ts";
import { askSocket, SocketLost } from "../../lib/socket/ask_socket.ts";
import { type ScriptService, serveSocket } from "../../lib/socket/serve_socket.ts";
import { socketPath } from "../../lib/socket/socket_path.ts";
import { memoryLog, tempDir } from "../helpers.ts";
import { until } from "../until.ts";

const LIST: ScriptRequest = { kind: "chats" };
const NONE: ScriptReply = { kind: "chats", chats: [], missing: [] };
const nothing = () => {};
const { signal: never } = new AbortController();

/** A service on a socket in a scratch directory. */
async function startSocket(answer: ScriptService["answer"], requestMs = 30_000) {
  const dir = await tempDir();
  const stopping = new AbortController();
  const { signal } = stopping;
  const log = memoryLog();
  const serve = () =>
    serveSocket(dir.path, { service: { answer }, maxFileBytes: 1_000_000, log, signal, requestMs });
  // What a bridge that was killed has left.
  await Deno.writeTextFile(socketPath(dir.path), "");
  const served = serve();
  await until("only this user can reach it", () => {
    const found = lstatSync(socketPath(dir.path), { throwIfNoEntry: false });
    return found?.isSocket() === true && (found.mode & 0o777) === 0o600;
  });
  return {
    dir: dir.path,
    log,
    ask: (request: ScriptRequest, onReply: (reply: ScriptReply) => void = nothing) =>
      askSocket(dir.path, request, onReply, never),
    stop: async () => {
      stopping.abort();
      await served;
    },
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await served;
      await dir[Symbol.asyncDispose]();
    },
  };
}

/** Writes something to a socket that no client of ours writes, and reads what comes back. */
async function raw(dir: string, bytes: string): Promise<string> {
  using connection = await Deno.connect({ transport: "unix", path: socketPath(dir) });
  await connection.write(new TextEncoder().encode(bytes));
  return await new Response(connection.readable).text();
}

Deno.test("a script that stalls in the middle of its request is left, and nobody else", async () => {
  await using socket = await startSocket(() => Promise.resolve(NONE), 50);
  for (const bytes of [" ", '{"request":']) assertEquals(await raw(socket.dir, bytes), "");
  assertEquals(await socket.ask(LIST), NONE);
});

Deno.test("a request arrives with its file, and its replies in order, however large", async () => {
  const requests: ScriptRequest[] = [];
  const text = "答え ".repeat(1_000_000);
  await using socket = await startSocket((request, reply) => {
    requests.push(request);
    reply({ kind: "asked", title: "one" });
    reply({ kind: "asked", title: "two" });
    return Promise.resolve({ kind: "answer", outcome: "done", text });
  });
  const bytes = new Uint8Array(500_000).fill(10);
  const request = {
    ...{ kind: "send" as const, chat: "a", id: "1", text: "two\nlines\u0000" },
    file: { name: "f.bin", bytes },
  };
  const titles: string[] = [];
  const answer = await socket.ask(request, (reply) => {
    if (reply.kind === "asked") titles.push(reply.title);
  });
  const [got] = requests;
  assert(got?.kind === "send" && got.file !== undefined);
  assertEquals([got.text, got.file.name], [request.text, "f.bin"]);
  assertEquals(got.file.bytes.length, bytes.length);
  assert(got.file.bytes.every((byte) => byte === 10));
  assertEquals(titles, ["one", "two"]);
  assert(answer.kind === "answer" && answer.text === text);
});

Deno.test("a failure of the service is told, and holds up no other script", async () => {
  const hung = Promise.withResolvers<ScriptReply>();
  await using socket = await startSocket((request) =>
    request.kind === "ask"
      ? hung.promise
      : request.kind === "send"
      ? Promise.reject(new Error("no store"))
      : Promise.resolve(NONE)
  );
  const asking = socket.ask({ kind: "ask", chat: "a", id: "1", text: "hi" });
  assertEquals(await socket.ask({ kind: "send", chat: "a", id: "2", text: "hi" }), {
    ...{ kind: "refused", why: "failed", detail: "no store" },
  });
  assertEquals(await socket.ask(LIST), NONE);
  const big = { name: "f", bytes: new Uint8Array(1_000_001) };
  const refused = await socket.ask({ kind: "send", chat: "a", id: "3", text: "", file: big })
    .catch((error) => error);
  assert(refused instanceof SocketLost || refused.why === "failed");
  hung.resolve(NONE);
  assertEquals(await asking, NONE);
});

Deno.test("a script that goes ends the wait for it, and so does the bridge", async () => {
  const waits: Promise<void>[] = [];
  const begun = Promise.withResolvers<void>();
  await using socket = await startSocket((_request, _reply, signal) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    signal.addEventListener("abort", () => resolve());
    waits.push(promise);
    begun.resolve();
    return promise.then(() => NONE);
  });
  const leaving = new AbortController();
  const left = assertRejects(() => askSocket(socket.dir, LIST, nothing, leaving.signal));
  await begun.promise;
  leaving.abort();
  await left;
  await waits[0];
  const second = assertRejects(() => socket.ask(LIST), SocketLost);
  await until("the second one waits", () => waits.length === 2);
  await socket.stop();
  const lost = await second;
  assertEquals([lost instanceof SocketLost && lost.isSent, waits.length], [true, 2]);
  await assertRejects(() => Deno.lstat(socketPath(socket.dir)), Deno.errors.NotFound);
  const gone = await assertRejects(() => socket.ask(LIST), SocketLost);
  assertEquals(gone instanceof SocketLost && gone.isSent, false);
});

Deno.test("something that is no request is refused, and something that is no bridge is recognized", async () => {
  await using socket = await startSocket(() => Promise.resolve(NONE));
  for (const bytes of ["GET / HTTP/1.1\r\n\r\n", '{"request":{"kind":"dance"}}\n', "[]\n"]) {
    assertMatch(await raw(socket.dir, bytes), /"why":"failed"/);
  }
  assertEquals(
    await raw(socket.dir, '{"request":{"kind":"chats"}}\n'),
    `${JSON.stringify(NONE)}\n`,
  );
  await using other = await tempDir();
  const listener = Deno.listen({ transport: "unix", path: socketPath(other.path) });
  const answered = listener.accept().then(async (connection) => {
    await connection.write(new TextEncoder().encode("<html>502 Bad Gateway</html>\n"));
    connection.close();
  });
  await assertRejects(() => askSocket(other.path, LIST, nothing, never), UsageError, "is not this");
  await answered;
  listener.close();
});

Deno.test("a bridge does without a socket where none can be made, and says so once", async () => {
  await using dir = await tempDir();
  await Deno.mkdir(join(socketPath(dir.path), "taken"), { recursive: true });
  const warned = Promise.withResolvers<void>();
  const log = memoryLog((line) => line.includes("do not work for now") && warned.resolve());
  const stopping = new AbortController();
  const { signal } = stopping;
  const service = { answer: () => Promise.resolve(NONE) };
  const served = serveSocket(dir.path, { service, maxFileBytes: 1, log, signal });
  await warned.promise;
  stopping.abort();
  await served;
  assertEquals(log.lines.length, 1);
});

Deno.test("a path that is too long for a socket is told by both sides", async () => {
  const log = memoryLog();
  const stopping = new AbortController();
  const { signal } = stopping;
  const dir = join("/tmp", "d".repeat(100));
  const service = { answer: () => Promise.resolve(NONE) };
  const served = serveSocket(dir, { service, maxFileBytes: 1, log, signal });
  await assertRejects(() => askSocket(dir, LIST, nothing, never), UsageError, "choose a shorter");
  stopping.abort();
  await served;
  assertMatch(log.lines.join("\n"), /WARN .*choose a shorter BRIDGE_STATE_DIR/);
});
