/** Which files are sent, and which are not, by whatever way. */
import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import type { FileRules } from "../../../lib/bridge/files_out/check_file.ts";
import { readFile } from "../../../lib/bridge/files_out/read_file.ts";
import { tempDir } from "../../helpers.ts";

/** A project, the bridge's own directory in it, a place for temporary files, and one that is none of these. */
async function places() {
  const dir = await tempDir();
  const at = (...names: string[]) => join(dir.path, ...names);
  for (const name of ["project/sub", "project/state", "other", "tmp/deep"]) {
    await Deno.mkdir(at(name), { recursive: true });
  }
  const files = {
    "project/a.txt": "a",
    "project/sub/b.txt": "b",
    "project/empty": "",
    "project/large": "x".repeat(101),
    "project/state/.env": "secret",
    "project/..hidden": "h",
    "project2": "p2",
    "other/secret": "s",
    "tmp/deep/shot.png": "t",
  };
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(at(name), text);
  const links: Record<string, string> = {
    "project/out": "other/secret",
    "project/up": "",
    "project/in": "project/sub",
    "project/own": "project/state",
    "project/gone": "project/nothing",
    "project/loop": "project/loop",
    "tmp/out": "other/secret",
    "link": "project",
  };
  for (const [name, target] of Object.entries(links)) await Deno.symlink(at(target), at(name));
  const rules: FileRules = {
    ...{ stateDir: at("project/state"), roots: [], maxBytes: 100, temporary: at("tmp") },
  };
  return { dir, at, rules };
}

Deno.test("only files of the directory and the user's temporary ones are sent", async () => {
  const { dir, at, rules } = await places();
  await using _dir = dir;
  await new Deno.Command("mkfifo", { args: [at("project/pipe")] }).output();
  const cases: [path: string, wanted: string][] = [
    ["a.txt", "= a"],
    ["./sub/../a.txt", "= a"],
    [at("project/sub/b.txt"), "= b"],
    ["in/b.txt", "= b"],
    [at("link/a.txt"), "= a"],
    ["..hidden", "= h"],
    [at("tmp/deep/shot.png"), "= t"],
    ["../tmp/deep/shot.png", "= t"],
    ["out", "outside"],
    ["../project2", "outside"],
    ["../other/secret", "outside"],
    [at("other/secret"), "outside"],
    ["up/other/secret", "outside"],
    [at("tmp/out"), "outside"],
    ["/etc/passwd", "outside"],
    ["/dev/zero", "outside"],
    ["/dev/null", "outside"],
    ["state/.env", "private"],
    ["own/.env", "private"],
    [at("project/state/.env"), "private"],
    ["gone", "missing"],
    ["loop", "missing"],
    ["nothing", "missing"],
    ["a.txt/", "missing"],
    ["a.txt/b", "missing"],
    ["pipe", "missing"],
    ["sub", "missing"],
    [".", "outside"],
    ["a\0.txt", "missing"],
    ["empty", "empty"],
    ["large", "too large"],
  ];
  if (Deno.build.os === "linux") {
    cases.push(
      ["/proc/self/environ", "outside"],
      [`/proc/self/root${at("other/secret")}`, "outside"],
      [`/proc/self/root${at("project/state/.env")}`, "private"],
    );
  }
  for (const [path, wanted] of cases) {
    const read = await readFile(path, at("project"), rules);
    const is = typeof read === "string" ? read : `= ${new TextDecoder().decode(read.bytes)}`;
    // What the system does not let us look at is no file to send either.
    assertEquals(/^\/(proc|dev)/.test(path) && is === "missing" ? wanted : is, wanted, path);
  }
});

Deno.test("what is in a temporary place of others, or below no root, is not sent", async () => {
  const { dir, at, rules } = await places();
  await using _dir = dir;
  const read = (path: string, more: Partial<FileRules>) =>
    readFile(path, at("project"), { ...rules, ...more });
  const shot = at("tmp/deep/shot.png");
  assertEquals(typeof await read(shot, {}), "object");
  const { temporary: _, ...directoryOnly } = rules;
  assertEquals(await readFile(shot, at("project"), directoryOnly), "outside");
  // Whoever owns the bridge's own directory is the user.
  if (Deno.uid() === 0) {
    await Deno.chown(shot, 12345, null);
    assertEquals(await read(shot, {}), "outside");
  }
  assertEquals(await read("a.txt", { roots: [at("other")] }), "outside");
  assertEquals(typeof await read("a.txt", { roots: [at("project")] }), "object");
});

Deno.test("a file that grows is sent as it was when it was opened", async () => {
  const { dir, at, rules } = await places();
  await using _dir = dir;
  const path = at("project/log");
  await Deno.writeTextFile(path, "begin");
  const [read] = await Promise.all([
    readFile("log", at("project"), rules),
    Deno.writeTextFile(path, "x".repeat(1000), { append: true }),
  ]);
  const size = typeof read === "string" ? read : read.bytes.length;
  assertEquals(size === 5 || size === "too large", true, String(size));
});

Deno.test("a file whose way is changed all the time is never one from elsewhere", async () => {
  const { dir, at, rules } = await places();
  await using _dir = dir;
  const target = at("project/turning");
  let isOver = false;
  const turn = async () => {
    for (let i = 0; !isOver; i++) {
      await Deno.remove(target).catch(() => {});
      if (i % 2 === 0) await Deno.symlink(at("other/secret"), target).catch(() => {});
      else await Deno.writeTextFile(target, "mine").catch(() => {});
    }
  };
  const turning = turn();
  for (let i = 0; i < 200; i++) {
    const read = await readFile("turning", at("project"), rules);
    if (typeof read === "object") assertEquals(new TextDecoder().decode(read.bytes), "mine");
  }
  isOver = true;
  await turning;
});
