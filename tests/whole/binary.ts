/** What `deno task build` makes. Not among the other tests, because it has to be made first. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { fromFileUrl, join } from "@std/path";
import config from "../../deno.json" with { type: "json" };
import { tempDir } from "../helpers.ts";
import { startReleases } from "../cli/update/release_server.ts";
import { World } from "./harness.ts";

const DIST = fromFileUrl(new URL("../../dist", import.meta.url));
const BINARY = join(DIST, "feishu-opencode-bridge");
/** With nothing of the user's: no home, no PATH, and no place for temporary files. */
const BARE = { clearEnv: true, env: { TMPDIR: "/proc" }, cwd: "/" };

Deno.test("the binary tells its version and commit anywhere, with an empty environment", async () => {
  const { success, stdout, stderr } = await new Deno.Command(BINARY, {
    ...BARE,
    args: ["--version"],
  }).output();
  const text = new TextDecoder();
  assert(success, text.decode(stderr));
  const said = text.decode(stdout).trim();
  assert(said.startsWith(`feishu-opencode-bridge ${config.version}`), said);
  const { success: isCheckout } = await new Deno.Command("git", {
    args: ["rev-parse"],
    cwd: DIST,
    stderr: "null",
  }).output().catch(() => ({ success: false }));
  if (isCheckout) assertMatch(said, / \([0-9a-f]{7,}(-dirty)?\)$/);
});

Deno.test("the binary says what is missing when nothing but the language is set", async () => {
  const inEnglish = { ...BARE, env: { ...BARE.env, LC_ALL: "en" } };
  const { code, stderr } = await new Deno.Command(BINARY, inEnglish).output();
  assertEquals(code, 2);
  assertMatch(new TextDecoder().decode(stderr), /FEISHU_APP_ID and FEISHU_APP_SECRET are missing/);
});

Deno.test("the checksum beside the binary is its own", async () => {
  const bytes = await Deno.readFile(BINARY);
  const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  const written = await Deno.readTextFile(`${BINARY}.sha256`);
  assertEquals(written, `${sum}  feishu-opencode-bridge\n`);
});

Deno.test("built again in another place, it is the same file", async () => {
  const root = await Deno.realPath(join(DIST, ".."));
  await using dir = await tempDir();
  const copy = join(dir.path, "elsewhere");
  await Deno.mkdir(copy);
  // All of the sources, with what git knows of them.
  const copied = await new Deno.Command("sh", {
    args: ["-c", 'tar -C "$1" --exclude=./dist -cf - . | tar -C "$2" -xf -', "sh", root, copy],
  }).output();
  assert(copied.success);
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", "--no-config", join(copy, "tools/build.ts")],
    cwd: copy,
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  const name = "feishu-opencode-bridge.sha256";
  const again = await Deno.readTextFile(join(copy, "dist", name));
  assertEquals(again, await Deno.readTextFile(join(DIST, name)));
});

Deno.test("the binary answers, and after a kill -9 the next one completes the answer", async () => {
  await using world = await World.create();
  const first = await world.start();
  world.twin.say({ text: "[[write a.txt hello]]" });
  await world.sees(/^Done[^]*a\.txt/);
  world.twin.say({ text: "[[slow 30]]" });
  await world.sees(/^Working…[^]*1 2 3/);
  await first.kill("SIGKILL");
  await world.start();
  await world.sees(/^Done[^]*28 29 30/);
  assertEquals(world.modelRuns("[[slow 30]]"), 1);
});

Deno.test("a binary that does not get ready makes way for the one before, and the bridge goes on", async () => {
  await using world = await World.create();
  const program =
    '#!/bin/sh\n[ "$1" = --version ] && echo "feishu-opencode-bridge 9.0.0 (x)" && exit\n' +
    'echo "feishu-opencode-bridge: it is broken" >&2; exit 1\n';
  await using releases = await startReleases("9.0.0", program);
  const bin = join(world.dir, "bin", "feishu-opencode-bridge");
  await Deno.mkdir(join(world.dir, "bin"));
  await Deno.copyFile(BINARY, bin);
  const cli = async (...args: string[]) => {
    const { code, stdout, stderr } = await new Deno.Command(bin, {
      args,
      ...{ clearEnv: true, cwd: world.project, stdin: "null" },
      env: world.env({ BRIDGE_UPDATES: releases.url }),
    }).output();
    const text = new TextDecoder();
    return `${code} ${text.decode(stdout)}${text.decode(stderr)}`;
  };
  const before = await cli("--version");
  assertMatch(await cli("start"), /^0 bridge ready/);
  assertMatch(await cli("update", "--check"), /^3 version 9\.0\.0 is available/);
  assertMatch(
    await cli("update"),
    /^1 [^]*Version 9\.0\.0 did not get ready \(it is broken\): .* is back/,
  );
  assertEquals(await cli("--version"), before);
  world.twin.say({ text: "[[say still here]]" });
  await world.sees(/^Done\nstill here/);
  assertMatch(await cli("stop"), /^0 bridge stopped/);
});
