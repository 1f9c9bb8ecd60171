import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { dirname, join } from "@std/path";
import { NetworkError, UsageError } from "../../lib/base/errors.ts";
import { connectOpencode } from "../../lib/opencode/connect.ts";
import { tempDir } from "../helpers.ts";
import { keptPort } from "../kept_port.ts";
import { ownProcess } from "../own_process.ts";
import { until } from "../until.ts";
import { fakeServer, json } from "./fake_server.ts";

const test = ownProcess(import.meta.url);

/** Somebody's server that takes one user, and what was warned of. */
function somebodys(user: string, path: string, version: string) {
  const warnings: string[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const wanted = `Basic ${btoa(`${user}:p@ss word`)}`;
    if (request.headers.get("authorization") !== wanted) return new Response(null, { status: 401 });
    return new URL(request.url).pathname === path
      ? Response.json({ version })
      : new Response("<html>", { headers: { "content-type": "text/html" } });
  });
  const host = `127.0.0.1:${server.addr.port}`;
  return {
    host,
    warnings,
    connect: (userinfo: string) =>
      connectOpencode({
        url: `http://${userinfo}${host}/`,
        command: "opencode",
        cwd: "/",
        stateDir: "/nonexistent",
        log: { error() {}, warn: (line) => warnings.push(line), info() {}, debug() {} },
      }),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const soon = () => AbortSignal.timeout(10_000);

test("somebody's server is asked with the user name and the password of its URL", async () => {
  await using server = somebodys("alice", "/global/health", "1.18.33");
  const opencode = server.connect("alice:p%40ss%20word@");
  assertEquals(opencode.name, server.host);
  await opencode.reach(soon());
  assertEquals([opencode.name, opencode.away], [`${server.host}, 1.18.33, V1`, ""]);
  await using usual = somebodys("opencode", "/global/health", "1.18.33");
  await usual.connect(":p%40ss%20word@").reach(soon());
  assertEquals([server.warnings, usual.warnings], [[], []]);
});

test("somebody's server may be below a path of a gateway", async () => {
  const asked: string[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    asked.push(pathname);
    return pathname.startsWith("/code/")
      ? Response.json({ id: "ses_1", directory: "/p", version: "1.18.33" })
      : new Response(null, { status: 404 });
  });
  for (const path of ["/code", "/code/"]) {
    const { agent, reach } = connectOpencode({
      url: `http://127.0.0.1:${server.addr.port}${path}`,
      ...{ command: "opencode", cwd: "/", stateDir: "/nonexistent" },
      log: { error() {}, warn() {}, info() {}, debug() {} },
    });
    await reach(soon());
    assertEquals(await agent.createSession("/p", soon()), "ses_1");
    const stopping = new AbortController();
    const running = agent.run(stopping.signal);
    await until("it is asked for events", () => asked.includes("/code/global/event"));
    stopping.abort();
    await running;
    asked.length = 0;
  }
  await server.shutdown();
});

test("that no events come in is told once", async () => {
  let streams = 0;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    if (new URL(request.url).pathname === "/global/event") streams++;
    return Response.json({ version: "1.18.33" });
  });
  const warnings: string[] = [];
  const { agent } = connectOpencode({
    url: `http://127.0.0.1:${server.addr.port}`,
    ...{ command: "opencode", cwd: "/", stateDir: "/nonexistent" },
    log: { error() {}, warn: (line) => warnings.push(line), info() {}, debug() {} },
  });
  const stopping = new AbortController();
  const running = agent.run(stopping.signal);
  await until("it was tried again", () => streams > 2);
  assertEquals(warnings.length, 1);
  assertMatch(warnings.join(), /^opencode's events do not come/);
  stopping.abort();
  await running;
  await server.shutdown();
  // That there is no server at all is told elsewhere.
  const { agent: alone } = connectOpencode({
    ...{ url: "http://127.0.0.1:1", command: "opencode", cwd: "/", stateDir: "/nonexistent" },
    log: { error() {}, warn: (line) => warnings.push(line), info() {}, debug() {} },
  });
  const ended = new AbortController();
  const trying = alone.run(ended.signal);
  await until("it was tried", () => alone.trouble !== "");
  assertEquals(warnings.length, 1);
  ended.abort();
  await trying;
});

test("opencode's own variables say what the URL does not", async () => {
  await using server = somebodys("bob", "/global/health", "1.18.33");
  Deno.env.set("OPENCODE_SERVER_USERNAME", "bob");
  Deno.env.set("OPENCODE_SERVER_PASSWORD", "p@ss word");
  try {
    await server.connect("").reach(soon());
  } finally {
    Deno.env.delete("OPENCODE_SERVER_USERNAME");
    Deno.env.delete("OPENCODE_SERVER_PASSWORD");
  }
  assertEquals(server.warnings, []);
});

test("somebody's server that cannot be used ends the start at once; one that is away warns", async () => {
  const began = performance.now();
  await using server = somebodys("opencode", "/api/info", "2.0.3");
  for (
    const [userinfo, why] of [
      ["", "refuses our password"],
      ["opencode:p%40ss%20word@", "2.0.3 is too old: update it to 2.0.4"],
    ] as const
  ) {
    await assertRejects(() => server.connect(userinfo).reach(soon()), UsageError, why);
  }
  assertEquals(Math.floor((performance.now() - began) / 3_000), 0);
  const { warnings, host } = server;
  const away = connectOpencode({
    url: "http://127.0.0.1:1",
    command: "opencode",
    cwd: "/",
    stateDir: "/nonexistent",
    log: { error() {}, warn: (line) => warnings.push(line), info() {}, debug() {} },
  });
  await away.reach(soon());
  assertMatch(warnings.join(), /^No opencode answers at http:\/\/127\.0\.0\.1:1 /);
  assertEquals(away.name, "127.0.0.1:1", host);
});

test("opencode's background service is found wherever it listens, also after it was started again", async () => {
  await using dir = await tempDir();
  const file = join(dir.path, "opencode", "service.json");
  await Deno.mkdir(dirname(file));
  const services: Deno.HttpServer<Deno.NetAddr>[] = [];
  /** Starts the service at another address with another password, and registers it. */
  const start = async (password: string) => {
    const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
      const isIn = request.headers.get("authorization") === `Basic ${btoa(`opencode:${password}`)}`;
      if (!isIn) return new Response(null, { status: 401 });
      const { pathname } = new URL(request.url);
      if (pathname === "/api/info") return Response.json({ version: "2.0.26" });
      if (request.method === "GET") return new Response(null, { status: 404 });
      return Response.json({ data: { id: `ses_${password}`, location: { directory: "/p" } } });
    });
    services.push(server);
    const url = `http://0.0.0.0:${server.addr.port}/`;
    await Deno.writeTextFile(file, JSON.stringify({ id: "x", version: "2.0.26", url, password }));
  };
  Deno.env.set("XDG_STATE_HOME", dir.path);
  try {
    const warnings: string[] = [];
    const { agent, reach, ...opencode } = connectOpencode({
      url: "service",
      command: "opencode",
      cwd: "/",
      stateDir: "/nonexistent",
      log: { error() {}, warn: (line) => warnings.push(line), info() {}, debug() {} },
    });
    const create = () => agent.createSession("/p", soon());
    await reach(soon());
    assertMatch(
      warnings.join(),
      /background service does not answer \(.*no .*service\.json\): start/,
    );
    await assertRejects(create, NetworkError, "does not run");
    await Deno.writeTextFile(file, '{"url":"ftp://x","pass');
    await assertRejects(create, NetworkError, "does not run");
    await start("one");
    assertEquals(await create(), "ses_one");
    assertEquals(opencode.server, undefined);
    await services[0]?.shutdown();
    await start("two");
    assertEquals(await create(), "ses_two");
    await services[1]?.shutdown();
  } finally {
    Deno.env.delete("XDG_STATE_HOME");
  }
});

test("the server says which adapter is used, also when it is replaced by one of another generation", async () => {
  const made: string[] = [];
  const session = { id: "ses_1", directory: "/p", location: { directory: "/p" } };
  const serve = (port: number, version: string, path: string, answer: unknown) =>
    Deno.serve({ port, hostname: "127.0.0.1", onListen() {} }, (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === path) return Response.json({ version });
      if (request.method === "GET") {
        return new Response("<html>", { headers: { "content-type": "text/html" } });
      }
      made.push(pathname);
      return Response.json(answer);
    });
  const port = keptPort();
  const first = serve(port, "1.18.33", "/global/health", session);
  const { agent } = connectOpencode({
    url: `http://127.0.0.1:${port}`,
    command: "opencode",
    cwd: "/",
    stateDir: "/nonexistent",
    log: { error() {}, warn() {}, info() {}, debug() {} },
  });
  const create = () => agent.createSession("/p", soon());
  await create();
  await first.shutdown();
  await assertRejects(create, NetworkError);
  const second = serve(port, "2.0.26", "/api/info", { data: session });
  await create();
  await create();
  assertEquals(made, ["/session", "/api/session", "/api/session"]);
  await second.shutdown();
});

for (
  const [what, answer] of [
    ["a refusal", () => new Response(null, { status: 401 })],
    ["a page", () => new Response("<html>", { headers: { "content-type": "text/html" } })],
    ["something else", () => Response.json({ detail: "starting" })],
  ] as const
) {
  test(`${what} in the place of somebody's server while it is started again is waited for`, async () => {
    // How often it is answered, from which request on.
    const strange = { from: 0, times: 0 };
    let requests = 0;
    await using server = fakeServer(() => {
      const n = requests++ - strange.from;
      if (n >= 0 && n < strange.times) return answer();
      return json({ id: "ses_1", directory: "/p", version: "1.18.33" });
    });
    const { agent, reach } = connectOpencode({
      ...{ url: server.url, command: "opencode", cwd: "/", stateDir: "/nonexistent" },
      log: { error() {}, warn() {}, info() {}, debug() {} },
    });
    await reach(soon());
    // The request itself, and all that it takes to see that this is no opencode.
    Object.assign(strange, { from: requests, times: 3 });
    assertEquals(await agent.createSession("/p", soon()), "ses_1");
    Object.assign(strange, { from: requests, times: Infinity });
    await assertRejects(() => agent.createSession("/p", soon()), NetworkError, "OPENCODE_URL");
  });
}
