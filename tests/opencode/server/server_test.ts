import { assert, assertEquals, assertRejects } from "@std/assert";
import { deadline, delay } from "@std/async";
import { join } from "@std/path";
import { UsageError } from "../../../lib/base/errors.ts";
import {
  freePort,
  isAlive,
  newMark,
  signal,
  startTime,
} from "../../../lib/opencode/server/process.ts";
import { readRecord } from "../../../lib/opencode/server/running_server.ts";
import { OpencodeServer, type ServerOptions } from "../../../lib/opencode/server/server.ts";
import { spawnGuard } from "../../../lib/opencode/server/spawn_guard.ts";
import { until } from "../../until.ts";
import { ownProcess } from "../../own_process.ts";

const test = ownProcess(import.meta.url);

const silent = { error() {}, warn() {}, info() {}, debug() {} };

/** A state directory and a command that plays opencode: says that it listens, and answers health checks. */
async function scratch(version = "1.18.33") {
  const stateDir = await Deno.makeTempDir({ prefix: "server-" });
  const program = join(stateDir, "fake.ts");
  await Deno.writeTextFile(
    program,
    `if (Deno.args.includes("--version")) {
      console.log("${version}");
      Deno.exit();
    }
    const user = Deno.env.get("OPENCODE_SERVER_USERNAME") || "opencode";
    const password = Deno.env.get("OPENCODE_SERVER_PASSWORD");
    Deno.serve({
      hostname: "127.0.0.1",
      port: Number(Deno.args.at(-1)),
      onListen: ({ port }) => console.log("opencode server listening on http://127.0.0.1:" + port),
    }, (request) =>
      request.headers.get("authorization") === "Basic " + btoa(user + ":" + password)
        ? Response.json({ healthy: true, version: "${version}" })
        : new Response(null, { status: 401 }));`,
  );
  const command = join(stateDir, "opencode");
  await Deno.writeTextFile(
    command,
    `#!/bin/sh\nexec "${Deno.execPath()}" run --no-lock --no-config -A "${program}" "$@"\n`,
    { mode: 0o755 },
  );
  return {
    stateDir,
    server: (options: Partial<Pick<ServerOptions, "takeoverMs" | "log">> = {}) =>
      new OpencodeServer({ command, cwd: stateDir, stateDir, log: silent, ...options }),
    async record(): Promise<{ pid: number; url: string; mark: string }> {
      return JSON.parse(await Deno.readTextFile(join(stateDir, "opencode.json")));
    },
    async [Symbol.asyncDispose]() {
      await Deno.remove(stateDir, { recursive: true });
    },
  };
}

const soon = () => AbortSignal.timeout(20_000);

test("a server is started once for all who ask, and is gone after stop", async () => {
  await using world = await scratch();
  const server = world.server();
  const [one, two] = await Promise.all([server.endpoint(soon()), server.endpoint(soon())]);
  assertEquals(one, two);
  assertEquals(server.running?.version, "1.18.33");
  const { pid } = await world.record();
  const { mode } = await Deno.stat(join(world.stateDir, "opencode.json"));
  assertEquals((mode ?? 0) & 0o777, 0o600);
  await server.stop();
  assert(!isAlive(pid));
  await assertRejects(() => server.endpoint(soon()), UsageError);
});

test("a server that is killed while it starts is started once more", async () => {
  await using world = await scratch();
  const command = join(world.stateDir, "opencode");
  const script = await Deno.readTextFile(command);
  const suicide = `#!/bin/sh\n[ -e "$0.tried" ] || { touch "$0.tried"; kill -KILL $$; }\n`;
  await Deno.writeTextFile(command, script.replace("#!/bin/sh\n", suicide));
  const server = world.server();
  await server.endpoint(soon());
  assertEquals(server.running?.version, "1.18.33");
  await server.stop();
});

test("a server is written down before it starts, so that a crash at any moment leaves it known", async () => {
  await using world = await scratch();
  const command = join(world.stateDir, "opencode");
  const script = await Deno.readTextFile(command);
  const copy = `#!/bin/sh\ncp "${world.stateDir}/opencode.json" "${world.stateDir}/seen"\n`;
  await Deno.writeTextFile(command, script.replace("#!/bin/sh\n", copy));
  const server = world.server();
  await server.endpoint(soon());
  const { pid } = await world.record();
  assertEquals(JSON.parse(await Deno.readTextFile(join(world.stateDir, "seen"))).pid, pid);
  await server.stop();
});

test("a guard that is not told the password, because its bridge died, starts nothing and ends", async () => {
  await using world = await scratch();
  const { stateDir } = world;
  const guard = await spawnGuard({
    args: [
      ...["lease", "mark", "log"].map((name) => join(stateDir, name)),
      "5",
      "touch",
      "started",
    ],
    password: newMark(),
    mark: newMark(),
    cwd: stateDir,
    stateDir,
  });
  await guard.child.stdin.close();
  assertEquals((await guard.child.status).code, 1);
  await assertRejects(() => Deno.stat(join(stateDir, "started")), Deno.errors.NotFound);
});

test("a server that died is started again when it is needed", async () => {
  await using world = await scratch();
  const server = world.server();
  const first = await server.endpoint(soon());
  const { pid } = await world.record();
  signal(-pid, "SIGKILL");
  await until("its end was noticed", () => server.running?.version === undefined);
  const second = await server.endpoint(soon());
  assert(first.url !== second.url);
  await server.stop();
});

test("a server that dies soon after each start is started ever more rarely", async () => {
  await using world = await scratch();
  const starts: number[] = [];
  const info = (line: string) => {
    if (line.startsWith("starting opencode")) starts.push(performance.now());
  };
  const errors: string[] = [];
  const error = (line: string) => errors.push(line);
  const server = world.server({ log: { ...silent, info, error } });
  const waits: number[] = [];
  for (let died = 0; starts.length < 3;) {
    await server.endpoint(soon());
    if (died > 0) waits.push((starts.at(-1) ?? 0) - died);
    const { pid } = await world.record();
    signal(-pid, "SIGKILL");
    // It is asked for as soon as it is gone, before that was noticed.
    await until("it is gone", () => !isAlive(pid));
    died = performance.now();
  }
  const [first = 0, second = 0] = waits;
  // A second and two, each up to a quarter less by chance.
  assert(first > 700 && second > 1_450, waits.join());
  const told = () => errors.filter((line) => line.startsWith("opencode ended with code")).length;
  await until("each end is told", () => told() === 3);
  await server.stop();
});

test("a server that a crashed bridge left behind is taken over", async () => {
  await using world = await scratch();
  const crashed = world.server();
  const { url, password } = await crashed.endpoint(soon());
  const next = world.server();
  const taken = await next.endpoint(soon());
  assertEquals([taken.url, taken.password], [url, password]);
  await next.stop();
  await crashed.stop();
});

test("a server that answers late after a crash is taken over all the same", async () => {
  await using world = await scratch();
  const crashed = world.server();
  const { url } = await crashed.endpoint(soon());
  const { pid } = await world.record();
  signal(-pid, "SIGSTOP");
  const next = world.server();
  const taken = next.endpoint(soon());
  // Longer than one look takes.
  await delay(4_000);
  signal(-pid, "SIGCONT");
  assertEquals((await taken).url, url);
  await next.stop();
  await crashed.stop();
});

test("a server that does not answer any more is ended before a new one starts", async () => {
  await using world = await scratch();
  const crashed = world.server();
  await crashed.endpoint(soon());
  const { pid } = await world.record();
  // Stopped, not ended: it holds its port and says nothing.
  signal(-pid, "SIGSTOP");
  const next = world.server({ takeoverMs: 1_000 });
  const fresh = await next.endpoint(soon());
  assert((await world.record()).pid !== pid);
  assertEquals(fresh.url, (await world.record()).url);
  await next.stop();
  await crashed.stop();
});

test("a stop does not wait for a server that does not answer, and ends it", async () => {
  await using world = await scratch();
  const crashed = world.server();
  await crashed.endpoint(soon());
  const { pid } = await world.record();
  signal(-pid, "SIGSTOP");
  const next = world.server();
  const refused = assertRejects(() => next.endpoint(soon()));
  await deadline(next.stop(), 4_500);
  await refused;
  assert(!isAlive(pid));
  await crashed.stop();
});

test("a process that merely has the recorded id is left alone", async () => {
  await using world = await scratch();
  const bystander = new Deno.Command("sleep", { args: ["1000"] }).spawn();
  const record = {
    url: "http://127.0.0.1:1",
    password: crypto.randomUUID(),
    startTime: "12345",
    lease: join(world.stateDir, "lease-1"),
  };
  await Deno.writeTextFile(
    join(world.stateDir, "opencode.json"),
    JSON.stringify({ ...record, pid: bystander.pid }),
  );
  const server = world.server();
  await server.endpoint(soon());
  assert(isAlive(bystander.pid));
  await server.stop();
  bystander.kill("SIGKILL");
  await bystander.status;
});

test("a server that serves everybody is ended and refused", async () => {
  await using world = await scratch();
  const program = join(world.stateDir, "fake.ts");
  const text = await Deno.readTextFile(program);
  await Deno.writeTextFile(program, text.replace(/request\.headers[^?]*\?/, "request ?"));
  const server = world.server();
  const error = await assertRejects(() => server.endpoint(soon()), UsageError);
  assert(/serves everybody, without its password: update it/.test(error.message), error.message);
  assert(!isAlive((await world.record()).pid));
  await server.stop();
});

test("an opencode that leaves its password to its tools is used, with a warning", async () => {
  await using world = await scratch();
  const warnings: string[] = [];
  const server = world.server({ log: { ...silent, warn: (line) => warnings.push(line) } });
  await server.endpoint(soon());
  assertEquals(warnings.length, 1);
  assert(/leaves its password in the environment/.test(warnings[0] ?? ""), warnings[0]);
  await server.stop();
});

test("a server of version 1 of this program is taken over: its password is its mark", async () => {
  await using world = await scratch();
  const { stateDir } = world;
  const port = freePort();
  const lease = join(stateDir, `lease-${port}`);
  const files = [lease, `${lease}.mark`, join(stateDir, "opencode.log")];
  for (const file of files) await Deno.writeTextFile(file, "");
  const password = newMark();
  const { child: guard, begin } = await spawnGuard({
    args: [...files, "5", join(stateDir, "opencode"), "--port", String(port)],
    password,
    // Version 1 left the password in the environment.
    mark: password,
    cwd: stateDir,
    stateDir,
  });
  await begin();
  const { pid } = guard;
  const url = `http://127.0.0.1:${port}`;
  await Deno.writeTextFile(
    join(stateDir, "opencode.json"),
    JSON.stringify({ url, password, pid, startTime: await startTime(pid), lease }),
  );
  assertEquals((await readRecord(stateDir))?.mark, password);
  const next = world.server();
  assertEquals((await next.endpoint(soon())).url, url);
  await next.stop();
  assert((await guard.status).code === 0);
});

test("a user name of their own in the environment does not lock us out of our server", async () => {
  await using world = await scratch();
  Deno.env.set("OPENCODE_SERVER_USERNAME", "somebody");
  const server = world.server();
  try {
    await server.endpoint(soon());
  } finally {
    Deno.env.delete("OPENCODE_SERVER_USERNAME");
    await server.stop();
  }
});

test("an opencode that is too old is refused with what to do", async () => {
  await using world = await scratch("1.13.9");
  const server = world.server();
  const error = await assertRejects(() => server.endpoint(soon()), UsageError);
  assert(/1\.13\.9 is too old: update it to 1\.14/.test(error.message), error.message);
  await server.stop();
});
