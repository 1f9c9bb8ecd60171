/** `demo --once` sends one message, prints the answer, and exits. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "@std/path";
import { World } from "./harness.ts";

Deno.test("demo --once prints the whole answer and exits, also that of a command", async () => {
  await using world = await World.create();
  const cases: readonly (readonly [string, RegExp])[] = [
    // Longer than one message.
    ["[[long 150]]", /1\. Line [^]*Line \*\*150\*\*[^]*\n\[Done\]$/],
    ["/help", /`\/help <command>` shows this list/],
    ["/status", /\n- State: [^[\]]*$/],
    ["/undo", /^There is nothing to undo\.$/m],
  ];
  for (const [text, expected] of cases) {
    const demo = world.spawn(["demo", "--scripted", "--once", text]);
    assertEquals((await demo.status).code, 0, `${text}: ${demo.lines.join("\n")}`);
    const said = demo.lines.join("\n").trim();
    assertMatch(said, expected, text);
    assert(!said.includes("&#"), said);
  }
});

Deno.test("demo speaks the language of the terminal", async () => {
  await using world = await World.create();
  const env = { BRIDGE_LANG: undefined, LC_ALL: "zh_CN.UTF-8" };
  const demo = world.spawn(["demo", "--scripted", "--once", "/undo"], env);
  assertEquals((await demo.status).code, 0, demo.lines.join("\n"));
  assertMatch(demo.lines.join("\n"), /^没有可撤销的/m);
});

Deno.test("demo takes the options that it gives to its bridge, too", async () => {
  await using world = await World.create();
  const elsewhere = join(world.dir, "elsewhere");
  await Deno.mkdir(elsewhere);
  await Deno.writeTextFile(join(world.dir, "demo.env"), "BRIDGE_LANG=en\n");
  const options = {
    "--cwd": elsewhere,
    "--state-dir": join(world.dir, "demo-state"),
    "--env-file": join(world.dir, "demo.env"),
    "--log-level": "debug",
    "--log-format": "json",
  };
  const demo = world.spawn([
    ...["demo", "--scripted", "--once", "/cwd"],
    ...Object.entries(options).flat(),
  ]);
  assertEquals((await demo.status).code, 0, demo.lines.join("\n"));
  assert(demo.lines.join("\n").includes(elsewhere), demo.lines.join("\n"));
});

Deno.test("demo --once says how to answer what is asked, and Ctrl-C ends it with 130", async () => {
  await using world = await World.create();
  const rules = JSON.stringify({ permission: { edit: "ask" } });
  await Deno.writeTextFile(join(world.project, "opencode.json"), rules);
  for (const text of ["[[question]]", "[[write a.txt hello]]"]) {
    const demo = world.spawn(["demo", "--scripted", "--once", text]);
    assertEquals((await demo.status).code, 1, `${text}: ${demo.lines.join("\n")}`);
    assertMatch(demo.lines.join("\n"), /\[Waiting for you\][^]*Run demo without --once/, text);
  }
  const demo = world.spawn(["demo", "--scripted", "--once", "[[bash echo hi]] [[slow 200]]"]);
  // The tool's line ends when the answer follows it.
  await demo.line(/bash echo hi/);
  assertEquals((await demo.kill("SIGINT")).code, 130, demo.lines.join("\n"));
});
