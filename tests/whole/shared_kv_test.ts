/** A state on a server of KV Connect, which goes away and comes back. */
import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { startKvProcess } from "../kv_server/start_kv_process.ts";
import { World } from "./harness.ts";

Deno.test("a bridge on a shared KV waits for it, says so, and loses and repeats nothing", async () => {
  await using world = await World.create();
  await using server = await startKvProcess(join(world.dir, "kv.sqlite"));
  const env = { BRIDGE_KV: server.urls[0], DENO_KV_ACCESS_TOKEN: server.token };
  const bridge = await world.start([], env);
  world.twin.say({ text: "[[say first]]" });
  await world.sees(/^Done\n[^]*first/);
  await server.kill();
  world.twin.say({ text: "[[say second]]" });
  await world.sees(/^The shared KV cannot be reached \(/);
  await server.start();
  await world.sees(/^Done\n[^]*second/);
  await world.settled();
  assertEquals([world.modelRuns("[[say first]]"), world.modelRuns("[[say second]]")], [1, 1]);
  assertEquals(world.shown().filter((text) => /^Done\n/.test(text)).length, 2);
  assert(!await Deno.stat(join(world.stateDir, "state.db")).catch(() => undefined));
  // A stop does not wait for a KV that is away.
  await server.kill();
  const stopAt = performance.now();
  assertEquals((await bridge.kill("SIGTERM")).code, 0);
  assert(performance.now() - stopAt < 5_000);
});
