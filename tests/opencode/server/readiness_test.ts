import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { deadline } from "@std/async";
import { UsageError } from "../../../lib/base/errors.ts";
import { lastLines, ready } from "../../../lib/opencode/server/readiness.ts";
import { tempDir } from "../../helpers.ts";

Deno.test("no part of a secret is in the last lines of the server's log, wherever they are cut", async () => {
  await using dir = await tempDir();
  const key = "aB3dE5fG7hI9kL1mN3pQ5rS7tU9vW1xY3zA5";
  const file = `${dir.path}/log`;
  for (let behind = 440; behind < 500; behind++) {
    await Deno.writeTextFile(file, `failed: ghp_${key}${" x".repeat(250).slice(0, behind)}`);
    const line = await lastLines(file);
    assert(!line.includes(key.slice(-6)), line);
  }
});

Deno.test("what the server said last is told without its colours", async () => {
  await using dir = await tempDir();
  const file = `${dir.path}/log`;
  const esc = String.fromCharCode(27);
  await Deno.writeTextFile(file, `${esc}[91m${esc}[1mError: ${esc}[0mdatabase or disk is full\n`);
  assertEquals(await lastLines(file), "Error: database or disk is full");
});

/** A server whose log says that it listens, in the words of a generation. */
async function listening(says: string, answer: (path: string) => Response) {
  const dir = await tempDir();
  const logFile = `${dir.path}/log`;
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) =>
      request.headers.has("authorization")
        ? answer(new URL(request.url).pathname)
        : new Response(null, { status: 401 }),
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  await Deno.writeTextFile(logFile, `${says} ${url}\n`);
  return {
    ready: (timeoutMs: number, silentMs = 60_000) => {
      const exited = new Promise<number>(() => {});
      const endpoint = { url, password: "x" };
      const started = { endpoint, logFile, exited, timeoutMs, silentMs };
      return ready(started, new AbortController().signal);
    },
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await dir[Symbol.asyncDispose]();
    },
  };
}

const V1_LISTENS = "opencode server listening on";
const V2_LISTENS = "server listening on";
const page = () => new Response("<html>", { headers: { "content-type": "text/html" } });

Deno.test("a server is ready when it has answered, also after a while of 503", async () => {
  let asked = 0;
  await using server = await listening(V1_LISTENS, (path) => {
    if (asked++ < 4) return new Response(null, { status: 503 });
    return path === "/global/health" ? Response.json({ version: "1.18.33" }) : page();
  });
  assertEquals(await server.ready(20_000), { generation: 1, version: "1.18.33" });
});

Deno.test("an answer after the listening that will stay the same ends the wait at once", async () => {
  const old = () => Response.json({ version: "1.13.9" });
  const cases: [string, RegExp, (path: string) => Response][] = [
    [V2_LISTENS, /\(it sent a web page\)/, page],
    [V1_LISTENS, /refuses our password/, () => new Response(null, { status: 401 })],
    [V1_LISTENS, /1\.13\.9 is too old/, old],
  ];
  for (const [says, expected, answer] of cases) {
    await using server = await listening(says, answer);
    const error = await assertRejects(() => deadline(server.ready(60_000), 5_000), UsageError);
    assertMatch(error.message, expected);
  }
});

Deno.test("a server that does not come up is given up with the last reason", async () => {
  await using busy = await listening(V2_LISTENS, () => new Response(null, { status: 503 }));
  const error = await assertRejects(() => busy.ready(700), UsageError);
  assertMatch(error.message, /did not come up within 0\.7 s \(.*HTTP 503.*\): see /);
  await using silent = await listening("warming up on", page);
  const other = await assertRejects(() => silent.ready(300), UsageError);
  assertMatch(other.message, /\(it does not say that it listens\)/);
});

Deno.test("a server that says in other words that it listens, or nothing, is asked all the same", async () => {
  const health = () => Response.json({ version: "1.18.33" });
  const version = { generation: 1, version: "1.18.33" } as const;
  await using other = await listening("Server started, listening on", health);
  assertEquals(await other.ready(20_000), version);
  await using silent = await listening("warming up on", health);
  assertEquals(await silent.ready(20_000, 50), version);
});
