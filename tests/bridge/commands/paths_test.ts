import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { resolveDirectory } from "../../../lib/bridge/commands/paths.ts";
import { tempDir } from "../../helpers.ts";

/** A home directory with a project in it, for as long as the scope. */
async function home() {
  const dir = await tempDir();
  const path = await Deno.realPath(dir.path);
  await Deno.mkdir(join(path, "proj", "my lib"), { recursive: true });
  await Deno.writeTextFile(join(path, "file"), "");
  await Deno.symlink(join(path, "proj"), join(path, "link"));
  const before = Deno.env.get("HOME");
  Deno.env.set("HOME", path);
  return {
    path,
    async [Symbol.asyncDispose]() {
      if (before === undefined) Deno.env.delete("HOME");
      else Deno.env.set("HOME", before);
      await dir[Symbol.asyncDispose]();
    },
  };
}

Deno.test("a directory is found from the root, from home, and from where one is", async () => {
  await using me = await home();
  const cases: [string, string][] = [
    [join(me.path, "proj"), "proj"],
    ["~/proj", "proj"],
    ["proj", "proj"],
    ["./proj/../proj/", "proj"],
    ["proj/my lib", "proj/my lib"],
    ['"proj/my lib"', "proj/my lib"],
    ["'~/proj'", "proj"],
    ["`proj`", "proj"],
    ["link", "proj"],
  ];
  for (const [typed, expected] of cases) {
    const found = await resolveDirectory(typed, me.path);
    assertEquals(found, { directory: join(me.path, expected), isBroad: false }, typed);
  }
});

Deno.test("the home directory and the root are more than a project, also by another way", async () => {
  await using me = await home();
  await Deno.symlink(me.path, join(me.path, "proj", "home"));
  for (const typed of ["~", me.path, "proj/..", "proj/home", "/", "/tmp/.."]) {
    assertEquals((await resolveDirectory(typed, me.path))?.isBroad, true, typed);
  }
});

Deno.test("what is no directory is none", async () => {
  await using me = await home();
  for (const typed of ["file", "nothing", "~nobody", "file/sub", "proj\0x", '"proj']) {
    assertEquals(await resolveDirectory(typed, me.path), undefined, typed);
  }
});
