import { assert, assertEquals } from "@std/assert";
import { deadline, delay } from "@std/async";
import { join } from "@std/path";
import { GUARD } from "../../../lib/opencode/server/guard.ts";
import { isAlive, signal } from "../../../lib/opencode/server/process.ts";
import { gone } from "../../processes.ts";

/** Starts a guard with short rounds over a command that starts a tool in a session of its own. */
async function startGuard(roundS: number) {
  const dir = await Deno.makeTempDir({ prefix: "guard-" });
  const lease = join(dir, "lease");
  for (const name of ["lease", "mark"]) await Deno.writeTextFile(join(dir, name), "");
  const server =
    `setsid sh -c 'echo $$ >"${dir}/tool"; exec sleep 1000' & echo $$ >"${dir}/server"; wait`;
  const guard = new Deno.Command("sh", {
    args: [
      ...["-c", GUARD, "guard", lease, join(dir, "mark"), join(dir, "log"), String(roundS)],
      ...["sh", "-c", server],
    ],
    stdin: "piped",
    stdout: "null",
    stderr: "null",
    detached: true,
  }).spawn();
  const stdin = guard.stdin.getWriter();
  await stdin.write(new TextEncoder().encode("a password\n"));
  await stdin.close();
  const pid = async (name: string): Promise<number> => {
    for (;;) {
      const text = await Deno.readTextFile(join(dir, name)).catch(() => "");
      if (text.trim() !== "") return Number(text);
      await delay(10);
    }
  };
  return {
    guard,
    lease,
    server: await deadline(pid("server"), 5_000),
    tool: await deadline(pid("tool"), 5_000),
    async [Symbol.asyncDispose]() {
      signal(-guard.pid, "SIGKILL");
      await guard.status;
      await Deno.remove(dir, { recursive: true });
    },
  };
}

Deno.test("the guard ends the server and its tools when nobody renews the lease", async () => {
  await using world = await startGuard(0.1);
  await gone(world.server, 10_000);
  await gone(world.tool);
  assertEquals((await world.guard.status).code, 0);
});

Deno.test("the guard keeps the server as long as the lease is renewed", async () => {
  await using world = await startGuard(0.1);
  // Thrice the time in which an unrenewed lease would end it.
  for (let i = 0; i < 36; i++) {
    await Deno.utime(world.lease, new Date(), new Date());
    await delay(100);
  }
  assert(isAlive(world.server));
});

Deno.test("the guard ends the server and its tools at once on SIGTERM", async () => {
  await using world = await startGuard(60);
  signal(world.guard.pid, "SIGTERM");
  await gone(world.server);
  await gone(world.tool);
  await deadline(world.guard.status, 4_000);
});

Deno.test("a server whose guard was killed ends within a round, with its tools", async () => {
  await using world = await startGuard(0.5);
  // Nobody else is there to do it: the bridge was killed, too.
  signal(world.guard.pid, "SIGKILL");
  await gone(world.server);
  await gone(world.tool);
});

Deno.test("the guard ends with the server's exit code", async () => {
  await using world = await startGuard(60);
  signal(world.server, "SIGKILL");
  assertEquals((await deadline(world.guard.status, 4_000)).code, 137);
  signal(world.tool, "SIGKILL");
});

Deno.test("the guard starts no server when nobody says its password", async () => {
  const dir = await Deno.makeTempDir({ prefix: "guard-" });
  const guard = new Deno.Command("sh", {
    args: [
      ...["-c", GUARD, "guard", join(dir, "lease"), join(dir, "mark"), join(dir, "log"), "60"],
      ...["touch", join(dir, "started")],
    ],
    stdin: "null",
  }).spawn();
  assertEquals((await deadline(guard.status, 4_000)).code, 1);
  assertEquals(await Array.fromAsync(Deno.readDir(dir)), []);
  await Deno.remove(dir, { recursive: true });
});
