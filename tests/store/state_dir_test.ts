import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "@std/path";
import { UsageError } from "../../lib/base/errors.ts";
import { lockStateDir } from "../../lib/store/state_dir.ts";
import { openStore } from "../../lib/store/open_store.ts";
import { tempDir } from "../helpers.ts";

async function modeOf(path: string): Promise<string> {
  return ((await Deno.stat(path)).mode ?? 0).toString(8).slice(-3);
}

Deno.test("the state directory and all its files are private, also when they were not", async () => {
  await using dir = await tempDir();
  const stateDir = join(dir.path, "deep", "state");
  await Deno.mkdir(stateDir, { recursive: true, mode: 0o755 });
  await Deno.writeTextFile(join(stateDir, "lock"), "", { mode: 0o644 });
  using _lock = await lockStateDir(stateDir);
  const { store } = await openStore(stateDir);
  await store.once("x", 1000);
  assertEquals(await modeOf(stateDir), "700");
  for await (const { name } of Deno.readDir(stateDir)) {
    assertEquals(await modeOf(join(stateDir, name)), "600", name);
  }
  await store[Symbol.asyncDispose]();
});

Deno.test("a second bridge in the same directory is refused until the first lets go", async () => {
  await using dir = await tempDir();
  const held = await lockStateDir(dir.path);
  const error = await assertRejects(() => lockStateDir(dir.path), UsageError, dir.path);
  assertEquals(error.exitCode, 1);
  assertStringIncludes(error.message, "BRIDGE_STATE_DIR");
  held[Symbol.dispose]();
  (await lockStateDir(dir.path))[Symbol.dispose]();
});

Deno.test("a directory that cannot be made is a mistake that says what to do", async () => {
  await using dir = await tempDir();
  const file = join(dir.path, "file");
  await Deno.writeTextFile(file, "");
  const error = await assertRejects(() => lockStateDir(join(file, "state")), UsageError);
  assertEquals(error.exitCode, 1);
  assertStringIncludes(error.message, "BRIDGE_STATE_DIR");
});

Deno.test("a holder that was killed leaves no lock behind", async () => {
  await using dir = await tempDir();
  const code = `
    import { lockStateDir } from ${
    JSON.stringify(new URL("../../lib/store/state_dir.ts", import.meta.url).href)
  };
    await lockStateDir(${JSON.stringify(dir.path)});
    console.log("held");
    setInterval(() => {}, 1000);`;
  const script = join(dir.path, "holder.ts");
  await Deno.writeTextFile(script, code);
  const config = new URL("../../deno.json", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-lock", "--no-check", "--config", config, script],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  assertEquals(new TextDecoder().decode(value), "held\n");
  await assertRejects(() => lockStateDir(dir.path), UsageError);
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
  (await lockStateDir(dir.path))[Symbol.dispose]();
});
