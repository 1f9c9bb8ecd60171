import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { logFile } from "../../lib/base/log_file.ts";
import { tempDir } from "../helpers.ts";

Deno.test("a log file is private, made with its first line, and goes on with what is there", async () => {
  await using dir = await tempDir();
  const path = join(dir.path, "a.log");
  const write = logFile(path);
  assertEquals(await Array.fromAsync(Deno.readDir(dir.path)), []);
  write("one");
  logFile(path)("two 二");
  write("three");
  assertEquals(await Deno.readTextFile(path), "one\ntwo 二\nthree\n");
  assertEquals(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
});

Deno.test("a full log file makes room for another, and the oldest goes away", async () => {
  await using dir = await tempDir();
  const path = join(dir.path, "a.log");
  const write = logFile(path, 10);
  for (const line of ["1111", "2222", "3333", "44444444444444", "5555", "6666", "7777", "8888"]) {
    write(line);
  }
  const files = (await Array.fromAsync(Deno.readDir(dir.path))).map(({ name }) => name).sort();
  const texts = await Promise.all(files.map((name) => Deno.readTextFile(join(dir.path, name))));
  assertEquals(files, ["a.log", "a.log.1", "a.log.2", "a.log.3"]);
  assertEquals(texts, ["7777\n8888\n", "5555\n6666\n", "44444444444444\n", "3333\n"]);
});

Deno.test("a log file that cannot be written to harms nothing", async () => {
  await using dir = await tempDir();
  const write = logFile(join(dir.path, "later", "a.log"));
  write("lost");
  await Deno.mkdir(join(dir.path, "later"));
  write("kept");
  assert((await Deno.readTextFile(join(dir.path, "later", "a.log"))).endsWith("kept\n"));
});
