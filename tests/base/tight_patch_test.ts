import { assert, assertEquals } from "@std/assert";
import { join } from "@std/path";
import { tightPatch } from "../../lib/base/tight_patch.ts";
import { tempDir } from "../helpers.ts";

/** Runs git in a directory. */
async function git(cwd: string, ...args: string[]) {
  const { stdout, stderr, code } = await new Deno.Command("git", {
    args,
    cwd,
    env: { GIT_CEILING_DIRECTORIES: cwd, GIT_CONFIG_GLOBAL: "/dev/null" },
  }).output();
  const text = new TextDecoder();
  return { out: text.decode(stdout), err: text.decode(stderr), code };
}

/** A generator of numbers that repeats itself. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
}

Deno.test("a tight patch changes what the whole one changes: git takes either", async () => {
  await using dir = await tempDir();
  const file = join(dir.path, "a.txt");
  for (let seed = 1; seed <= 25; seed++) {
    const below = random(seed);
    const word = () =>
      ["", "-x", "+y", " z", "@@ -1 +1 @@", "--- a", "\\ no", "好"][below(8)] ?? "";
    const before = Array.from({ length: below(60) }, word);
    const after = before.flatMap((line) => {
      const kind = below(14);
      return kind === 0 ? [] : kind === 1 ? [line, word()] : kind === 2 ? [word()] : [line];
    });
    const end = () => below(3) === 0 ? "" : "\n";
    const [old, next] = [before.join("\n") + end(), `${after.join("\n")}!${end()}`];
    await Deno.writeTextFile(file, old);
    await Deno.writeTextFile(join(dir.path, "b.txt"), next);
    const whole = await git(dir.path, "diff", "--no-index", "-U9999", "a.txt", "b.txt");
    const head = "--- a/a.txt\n+++ b/a.txt\n";
    const tight = tightPatch(whole.out.slice(whole.out.search(/^@@/m)));
    const patch = join(dir.path, "p.diff");
    await Deno.writeTextFile(patch, head + tight);
    const applied = await git(dir.path, "apply", "--whitespace=nowarn", patch);
    assertEquals([applied.code, applied.err], [0, ""], `seed ${seed}\n${tight}`);
    assertEquals(await Deno.readTextFile(file), next, `seed ${seed}\n${tight}`);
    const changed = (text: string) => text.split("\n").filter((line) => /^[+-]/.test(line));
    assertEquals(changed(tight), changed(whole.out.slice(whole.out.search(/^@@/m))));
  }
});

const lines = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => ` ${from + i}`).join("\n");
const WHOLE = `@@ -1,40 +1,41 @@\n${lines(1, 19)}\n-20\n+twenty\n${lines(21, 38)}\n+more\n${
  lines(39, 40)
}`;
const TIGHT = `@@ -17,7 +17,7 @@\n${lines(17, 19)}\n-20\n+twenty\n${
  lines(21, 23)
}\n@@ -36,5 +36,6 @@\n${lines(36, 38)}\n+more\n${lines(39, 40)}`;

Deno.test("three lines stay around a change, and no line that only repeats the name", () => {
  assertEquals(tightPatch(WHOLE), TIGHT);
  const rule = "=".repeat(67);
  const head = `Index: /p/a.ts\n${rule}\n--- /p/a.ts\n+++ /p/a.ts\n`;
  assertEquals(tightPatch(head + WHOLE, "/p/a.ts"), TIGHT);
  assertEquals(tightPatch(`Index: /p/a.ts\n${WHOLE}`, "/p/a.ts"), TIGHT);
  const timed = `Index: a\n${rule}\n--- a\t2026\n+++ a\t2026\n`;
  assertEquals(tightPatch(timed + WHOLE, "a"), TIGHT);
  // Which of several files it is stays.
  const other = head.replaceAll("/p/a.ts", "/p/b.ts");
  assertEquals(
    tightPatch(`${head}${WHOLE}\n${other}${WHOLE}`, "/p/a.ts"),
    `${TIGHT}\n--- /p/b.ts\n+++ /p/b.ts\n${TIGHT}`,
  );
});

Deno.test("nothing is left out of what is no unified diff, or only looks like one", () => {
  const odd = [
    "",
    "no diff",
    // More or fewer lines than its head says.
    "@@ -1,1 +1,1 @@\n-a",
    "@@ -1,1 +1,1 @@\nabc",
    "@@ -1,2 +1,1 @@\n-a\n+b\n+rm -rf /",
    "Index: a\nBinary files differ",
    "rename from a\nrename to b",
    "--- /p/a.ts\n+++ /etc/passwd\n@@ -0,0 +1 @@\n+x",
    "@@ -1,3 +1,3 @@\n a\n b\n c",
  ];
  for (const patch of odd) {
    const tight = tightPatch(patch, "/p/a.ts");
    const words = patch.split("\n").filter((line) => !/^(--- \/p\/a\.ts|@@.*)$/.test(line));
    for (const word of words) assert(tight.split("\n").includes(word), `${patch}\n→\n${tight}`);
  }
  const more = "@@ -1,1 +1,1 @@\n-a\n+b\n+rm -rf /\n-c";
  assertEquals(tightPatch(more), "@@ -1,1 +1,1 @@\n-a\n+b\n+rm -rf /\n-c");
});
