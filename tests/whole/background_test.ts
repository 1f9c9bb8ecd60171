/** `start`, `stop`, `status` and `logs`. */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { join } from "@std/path";
import { pairingCode } from "../../lib/cli/setup/pairing_code.ts";
import { isAlive, signal } from "../../lib/opencode/server/process.ts";
import { gone } from "../processes.ts";
import { World } from "./harness.ts";

/** Runs a command to its end: exit code and output. */
async function command(world: World, ...args: string[]): Promise<[number, string]> {
  const { status, lines } = world.spawn(args);
  return [(await status).code, lines.join("\n")];
}

/** Starts the bridge; on a busy machine it may be ready only after `start` has stopped waiting. */
async function begin(world: World, ...args: string[]): Promise<void> {
  const [code, said] = await command(world, "start", ...args);
  if (!/runs, but is not ready after 10 s/.test(said)) {
    assertEquals(code, 0, said);
    assertMatch(said, /^bridge ready \(pid \d+\)\ndirectory: \/.+\nlog: .*\/bridge\.log$/);
    return;
  }
  assertEquals(code, 1);
  const deadline = performance.now() + 60_000;
  while (/not ready yet/.test((await command(world, "status"))[1])) {
    assert(performance.now() < deadline, "it never became ready");
  }
}

/** The process id of the bridge in the background. */
async function pid(world: World): Promise<number> {
  return JSON.parse(await Deno.readTextFile(join(world.stateDir, "bridge.json"))).pid;
}

/** Ends what a failed test left running. */
function sweep(world: World): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      signal(await pid(world).catch(() => 2 ** 30), "SIGKILL");
      await command(world, "stop");
    },
  };
}

Deno.test("a bridge in the background answers, tells how it is, and ends with its opencode", async () => {
  await using world = await World.create();
  await using _ = sweep(world);
  assertEquals(await command(world, "status"), [3, "no bridge runs"]);
  assertEquals(await command(world, "stop"), [0, "no bridge runs"]);

  await begin(world);
  const first = await pid(world);
  world.twin.say({ text: "[[say hello]]" });
  await world.sees(/^Done\n[^]*hello/);

  const [again, refusal] = await command(world, "start");
  assertEquals(again, 1);
  assertMatch(refusal, new RegExp(`already runs \\(pid ${first}\\).*--force`));
  const [running, status] = await command(world, "status");
  assertEquals(running, 0);
  assertMatch(
    status,
    new RegExp(
      `pid ${first}\\)[^]*connected[^]*opencode: reachable \\(\\d[^]*Undelivered: 0[^]*Version: `,
    ),
  );
  const [, log] = await command(world, "logs");
  assertMatch(log, /bridge ready, waiting for Feishu messages/);
  assert(!log.includes(world.twin.app.secret));
  for (const name of ["bridge.log", "bridge.json"]) {
    const { mode } = await Deno.stat(join(world.stateDir, name));
    assertEquals((mode ?? 0) & 0o777, 0o600, name);
  }

  const { pid: server } = await world.server();
  await begin(world, "--force");
  assertNotEquals(await pid(world), first);
  await Promise.all([gone(first), gone(server)]);

  const began = performance.now();
  const second = await pid(world);
  const { pid: lastServer } = await world.server();
  assertEquals(await command(world, "stop"), [0, "bridge stopped"]);
  assert(performance.now() - began < 7_000);
  await Promise.all([gone(second, 500), gone(lastServer, 500)]);
});

Deno.test("a bridge that was killed or hangs is seen through, and ended with its opencode", async () => {
  await using world = await World.create();
  await using _ = sweep(world);
  await begin(world);
  const killed = await pid(world);
  const { pid: server } = await world.server();
  Deno.kill(killed, "SIGKILL");
  await gone(killed);
  assertEquals(await command(world, "status"), [3, "no bridge runs"]);
  assert(isAlive(server));
  // The next one takes its opencode over.
  await begin(world);
  assertEquals((await world.server()).pid, server);
  const hanging = await pid(world);
  Deno.kill(hanging, "SIGSTOP");
  assertEquals(await command(world, "stop"), [0, "bridge stopped"]);
  await Promise.all([gone(hanging), gone(server)]);

  await begin(world);
  const last = await pid(world);
  const { pid: left } = await world.server();
  Deno.kill(last, "SIGKILL");
  await gone(last);
  assertEquals(await command(world, "stop"), [
    0,
    "no bridge runs; the opencode that one left behind is stopped",
  ]);
  await gone(left);
  assertEquals(await command(world, "stop"), [0, "no bridge runs"]);
});

Deno.test("a bridge that cannot start says why", async () => {
  await using world = await World.create();
  await using _ = sweep(world);
  for (const format of ["text", "json"]) {
    const wrong = world.spawn(["start", "--log-format", format], {
      FEISHU_APP_SECRET: "not-the-secret",
      FEISHU_ALLOWED_USERS: "pair",
    });
    assertEquals((await wrong.status).code, 1);
    const [why = "", log = "", ...more] = wrong.lines;
    assertMatch(why, /^feishu-opencode-bridge: The bridge did not start: [^:]+FEISHU_APP_SECRET/);
    assertMatch(log, /^log: .*\/bridge\.log$/);
    assertEquals(more, []);
    assert(!/pairing|Z INFO|"level"/.test(why), why);
  }
  const missing = world.spawn(["start"], { FEISHU_APP_SECRET: undefined });
  assertEquals((await missing.status).code, 2);
  assertMatch(missing.lines.join("\n"), /FEISHU_APP_SECRET is missing/);
});

Deno.test("an opencode of somebody else that does not answer is said by start, the log and status", async () => {
  await using world = await World.create();
  await using _ = sweep(world);
  const silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const closed = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  closed.close();
  const urls = [
    `http://x:hunter2@127.0.0.1:${closed.addr.port}`,
    `http://127.0.0.1:${silent.addr.port}`,
  ];
  for (const OPENCODE_URL of urls) {
    const { host } = new URL(OPENCODE_URL);
    const started = world.spawn(["start"], { OPENCODE_URL });
    assertEquals((await started.status).code, 0, started.lines.join("\n"));
    const said = started.lines.join("\n");
    assertMatch(said, new RegExp(`^No opencode answers at ${host} \\(.+\\): start it`, "m"));
    const [, log] = await command(world, "logs");
    assertMatch(log, new RegExp(`WARN +No opencode answers at http://${host} \\(`));
    const [, status] = await command(world, "status");
    assertMatch(status, /^opencode: not reachable \(.+\)$/m);
    assertMatch(
      await world.status(),
      /opencode: does not answer \((Connection refused|it timed out)/,
    );
    assertMatch(said + status, /(\(Connection refused\)[^]*){2}|(\(it timed out\)[^]*){2}/);
    assert(!/hunter2/.test(said + log + status));
    await command(world, "stop");
  }
  silent.close();
});

Deno.test("while nobody is paired, start and status say where the code is, and no pipe gets it", async () => {
  await using world = await World.create();
  await using _ = sweep(world);
  const started = world.spawn(["start"], { FEISHU_ALLOWED_USERS: "pair" });
  const { code: exit } = await started.status;
  // Also while it is not ready yet, as on a busy machine.
  assertEquals(exit, /is not ready after/.test(started.lines.join("\n")) ? 1 : 0);
  const said = [...started.lines, (await command(world, "status"))[1]].join("\n");
  assertEquals(said.match(/^Nobody is paired yet: .*logs/gm)?.length, 2, said);
  assert(!/\d{4} \d{4}/.test(said), said);
  const code = pairingCode((await command(world, "logs"))[1].split("\n"));
  assertEquals([code?.code.length, code?.minutes], [9, 10]);
});
