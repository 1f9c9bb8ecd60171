import { assertEquals, assertRejects } from "@std/assert";
import { join } from "@std/path";
import { replaceFile } from "../../lib/base/replace_file.ts";
import { tempDir } from "../helpers.ts";

async function names(dir: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(dir), ({ name }) => name)).toSorted();
}

Deno.test("a file is replaced in one step, private, and nothing else is left", async () => {
  await using dir = await tempDir();
  const file = join(dir.path, "file");
  await Deno.writeTextFile(file, "old", { mode: 0o644 });
  await replaceFile(file, "new");
  assertEquals(await Deno.readTextFile(file), "new");
  assertEquals(((await Deno.stat(file)).mode ?? 0) & 0o777, 0o600);
  assertEquals(await names(dir.path), ["file"]);
});

Deno.test("links that somebody put in its way are not followed", async () => {
  await using dir = await tempDir();
  const victim = join(dir.path, "victim");
  await Deno.writeTextFile(victim, "mine");
  const file = join(dir.path, "file");
  await Deno.symlink(victim, file);
  await Deno.symlink(victim, `${file}.new`);
  await replaceFile(file, "secret");
  assertEquals(await Deno.readTextFile(victim), "mine");
  assertEquals((await Deno.lstat(file)).isFile, true);
  assertEquals(await Deno.readTextFile(file), "secret");
});

Deno.test("a write that fails leaves the old file, and no other", async () => {
  await using dir = await tempDir();
  const place = join(dir.path, "place");
  await Deno.mkdir(join(place, "full"), { recursive: true });
  await assertRejects(() => replaceFile(place, "text"));
  assertEquals(await names(dir.path), ["place"]);
});

Deno.test("a file is replaced whose name is as long as the file system allows", async () => {
  await using dir = await tempDir();
  const path = join(dir.path, "长".repeat(85));
  await replaceFile(path, "one");
  await replaceFile(path, new Uint8Array([0, 255]));
  assertEquals(await Deno.readFile(path), new Uint8Array([0, 255]));
});
