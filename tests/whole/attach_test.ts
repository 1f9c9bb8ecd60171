import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import { RUN_FLAGS } from "../../lib/cli/program.ts";
import { onTerminal } from "../cli/on_terminal.ts";
import { World } from "./harness.ts";

const MAIN = fromFileUrl(new URL("../../main.ts", import.meta.url));

/** Runs `attach` with an opencode that says how it was called, and exits with 7. */
async function attach(world: World, args: readonly string[], hasTerminal = true) {
  const opencode = join(world.dir, "tui");
  await Deno.writeTextFile(
    opencode,
    '#!/bin/sh\necho "called: $*"\necho "password: $OPENCODE_SERVER_PASSWORD"\nexit 7\n',
    { mode: 0o755 },
  );
  const config = join(fromFileUrl(new URL("../../", import.meta.url)), "deno.json");
  const program = [
    ...[Deno.execPath(), "run", "--quiet", "--no-check", `--config=${config}`],
    `--lock=${join(world.dir, "deno.lock")}`,
    ...[...RUN_FLAGS, MAIN, "attach", ...args],
  ];
  const [command = "", ...rest] = hasTerminal ? onTerminal(program) : program;
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args: rest,
    cwd: world.project,
    clearEnv: true,
    env: { ...world.env({ OPENCODE_CMD: opencode }), TERM: "xterm" },
    stdin: "null",
  }).output();
  const text = new TextDecoder();
  return { code, said: `${text.decode(stdout)}${text.decode(stderr)}`.replaceAll("\r", "") };
}

Deno.test("attach opens the session of a chat in opencode's terminal UI, with its exit code", async () => {
  await using world = await World.create({ extras: true });
  const before = await attach(world, []);
  assertEquals(before.code, 1, before.said);
  assertMatch(before.said, /No opencode of this bridge runs/);
  await world.start();
  world.twin.say({ text: "[[say hello]]" });
  await world.sees(/^Done/);
  world.twin.say({ text: "/here" });
  const here = world.twin.plain(await world.sees(/terminal UI, on the bridge's computer/));
  const [, session = "", stateDir] = /attach (ses_\w+) --state-dir '(.*)'/.exec(here) ?? [];
  assertEquals(stateDir, world.stateDir);
  const { url, password } = await world.server();
  assert(!here.includes(password));
  const chat = world.twin.chat.id;
  const wanted = `called: attach ${url} --dir ${world.project} --session ${session}\n`;
  for (const args of [[session], [chat.slice(0, 8)], ["ALICE"], []]) {
    const { code, said } = await attach(world, args);
    assertEquals(code, 7, said);
    assertEquals(said, `${wanted}password: ${password}\n`);
  }
  const lost = await attach(world, ["ses_lost"]);
  assertMatch(lost.said, /does not have the session ses_lost any more/);
  const blind = await attach(world, [session], false);
  assertEquals([blind.code, blind.said.includes("needs a terminal")], [1, true], blind.said);
});
