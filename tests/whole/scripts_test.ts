/** Send, ask and chats as a script runs them. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { RUN_FLAGS } from "../../lib/cli/program.ts";
import { until } from "../until.ts";
import { World } from "./harness.ts";

const ROOT = fromFileUrl(new URL("../../", import.meta.url));
const BINARY = Deno.env.get("BRIDGE_BINARY");

/** Starts a command beside the bridge of a world. */
function script(world: World, args: readonly string[]) {
  const sources = [
    ...["run", "--quiet", "--no-lock", "--no-check", `--config=${join(ROOT, "deno.json")}`],
    ...[...RUN_FLAGS, join(ROOT, "main.ts")],
  ];
  const child = new Deno.Command(BINARY ? join(ROOT, BINARY) : Deno.execPath(), {
    args: [...BINARY ? [] : sources, ...args],
    ...{ cwd: world.project, clearEnv: true, env: world.env() },
    ...{ stdin: "null", stdout: "piped", stderr: "piped" },
  }).spawn();
  let err = "";
  const heard = child.stderr.pipeThrough(new TextDecoderStream())
    .pipeTo(new WritableStream({ write: (part) => void (err += part) }));
  const ended = Promise.all([new Response(child.stdout).text(), child.status, heard])
    .then(([out, { code }]) => ({ code, out, err }));
  return {
    ended,
    interrupt: () => child.kill("SIGINT"),
    says: (pattern: RegExp) => until(`it says ${pattern}`, () => pattern.test(err), 30_000),
  };
}

Deno.test("a script sends and asks, over a bridge that is killed, and once", async () => {
  await using world = await World.create({ extras: true });
  const { twin } = world;
  const rules = JSON.stringify({ permission: { bash: "ask" } });
  await Deno.writeTextFile(join(world.project, "opencode.json"), rules);
  const run = (...args: string[]) => script(world, args).ended;
  const down = await run("send", "--chat", "Alice", "hi");
  assertEquals([down.code, down.out], [3, ""]);
  assertMatch(down.err, /No bridge runs, so nothing was done/);
  const first = await world.start();
  twin.say({ text: "/help" });
  await world.sees(/`\/cancel`/);

  // Accepted, and not delivered before the bridge is killed.
  twin.faults.fail({ match: /^POST .*messages$/, status: 503, times: 1_000 });
  const sent = await run("send", "--chat", "Alice", "--id", "release", "released");
  assertEquals([sent.code, sent.out], [0, "accepted for Alice\n"], sent.err);
  // Asks back, while the bridge is killed and started again.
  const asking = script(world, ["ask", "--chat", "alice", "--id", "q", "[[bash echo yes > made]]"]);
  await first.line(/script: ask in/);
  await first.kill("SIGKILL");
  twin.faults.clear();
  await world.start();
  await world.sees(/^Permission: bash\n[^]*echo yes > made/);
  await asking.says(/The bridge has gone[^]*The agent asks in the chat: /);
  twin.say({ text: "y" });
  const asked = await asking.ended;
  assertEquals(asked.code, 0, asked.err);
  assert(asked.out.trim() !== "");
  const repeated = await Promise.all([
    run("ask", "--chat", "Alice", "--id", "q", "[[bash echo yes > made]]"),
    run("send", "--chat", "Alice", "--id", "release", "released"),
  ]);
  assertEquals(repeated.map(({ code }) => code), [0, 0]);
  assertEquals(repeated[0]?.out, asked.out);
  await world.settled();
  assertEquals(world.shown().filter((text) => text === "released").length, 1);
  assertEquals(world.modelRuns("echo yes > made"), 1);

  // A wait that ends early ends no turn.
  const waiting = script(world, ["ask", "--chat", "Alice", "--id", "long", "[[slow 8]] #1"]);
  await world.sees(/^Working…[^]*#1/);
  waiting.interrupt();
  const interrupted = await waiting.ended;
  assertEquals([interrupted.code, interrupted.out], [130, ""]);
  assertMatch(interrupted.err, /--id long/);
  await world.sees(/^Done[^]*#1/);
});
