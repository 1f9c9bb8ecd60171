import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { findFile, resolveDirectory } from "../../../lib/bridge/commands/paths.ts";
import { texts } from "../../../lib/texts/texts.ts";
import { tempDir } from "../../helpers.ts";
import { ownProcess } from "../../own_process.ts";

const test = ownProcess(import.meta.url);

/** Anywhere is allowed. */
const anywhere = { stateDir: "/nowhere", roots: [] };

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

test("a directory is found from the root, from home, and from where one is", async () => {
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
    ["“proj/my lib”", "proj/my lib"],
    ["”proj/my lib”", "proj/my lib"],
    ["‘proj’", "proj"],
    ["「proj」", "proj"],
    ["link", "proj"],
  ];
  for (const [typed, expected] of cases) {
    const found = await resolveDirectory(typed, me.path, anywhere);
    assertEquals(found, { directory: join(me.path, expected), isBroad: false }, typed);
  }
});

test("the home directory and the root are more than a project, also by another way", async () => {
  await using me = await home();
  await Deno.symlink(me.path, join(me.path, "proj", "home"));
  for (const typed of ["~", me.path, "proj/..", "proj/home", "/", "/tmp/.."]) {
    const found = await resolveDirectory(typed, me.path, anywhere);
    assertEquals(typeof found === "object" && found.isBroad, true, typed);
  }
});

test("what is no directory is none", async () => {
  await using me = await home();
  for (const typed of ["file", "nothing", "~nobody", "file/sub", "proj\0x", '"proj']) {
    assertEquals(await resolveDirectory(typed, me.path, anywhere), "missing", typed);
  }
});

test("the bridge's own directory is neither entered nor sent from, by whatever way", async () => {
  await using me = await home();
  const stateDir = join(me.path, "proj", "state");
  await Deno.mkdir(join(stateDir, "files"), { recursive: true });
  await Deno.writeTextFile(join(stateDir, ".env"), "secret");
  await Deno.writeTextFile(join(stateDir, "files", "a.txt"), "a");
  await Deno.symlink(stateDir, join(me.path, "proj", "innocent"));
  await Deno.symlink(join(stateDir, ".env"), join(me.path, "proj", "a.txt"));
  const rules = { stateDir, roots: [] };
  for (
    const typed of [stateDir, "state", "state/files", "innocent", "innocent/files", "~/link/state"]
  ) {
    assertEquals(await resolveDirectory(typed, join(me.path, "proj"), rules), "private", typed);
  }
  const parent = await resolveDirectory("proj", me.path, rules);
  assertEquals(parent, { directory: join(me.path, "proj"), isBroad: false });
  const options = {
    ...{ maxBytes: 1000, stateDir: join(me.path, "link", "state"), roots: [] },
    texts: texts("en"),
  };
  for (
    const typed of ["state/.env", "state/files/a.txt", "innocent/.env", "a.txt", "./state/../a.txt"]
  ) {
    const sent = await findFile(typed, join(me.path, "proj"), options);
    assertEquals(sent, options.texts.stateIsPrivate, typed);
  }
  const link = join(me.path, "proj", "innocent");
  assertEquals(await findFile(".env", link, options), options.texts.stateIsPrivate);
  if (Deno.build.os !== "linux") return;
  // The kernel's own ways to any place.
  const root = "/proc/self/root";
  assertEquals(await resolveDirectory(root + stateDir, me.path, rules), "private");
  assertEquals(
    await findFile(`${root}${stateDir}/.env`, "/", options),
    options.texts.stateIsPrivate,
  );
});

test("a directory that was replaced by a link out of the roots sends nothing", async () => {
  await using me = await home();
  const proj = join(me.path, "proj");
  await Deno.mkdir(join(me.path, "other"));
  for (const dir of ["proj", "other"]) await Deno.writeTextFile(join(me.path, dir, "a.txt"), "a");
  const options = { maxBytes: 1000, stateDir: "/nowhere", roots: [proj], texts: texts("en") };
  await Deno.rename(join(proj, "my lib"), join(me.path, "moved"));
  await Deno.symlink(join(me.path, "other"), join(proj, "my lib"));
  assertEquals(typeof await findFile("a.txt", proj, options), "object");
  const directory = join(proj, "my lib");
  assertEquals(await findFile("a.txt", directory, options), texts("en").getOutside(directory));
});

test("with roots, a directory lies below one of them, by whatever way", async () => {
  await using me = await home();
  const rules = { stateDir: "/nowhere", roots: [join(me.path, "proj"), "/usr"] };
  await Deno.mkdir(join(me.path, "project2"));
  await Deno.symlink("/", join(me.path, "proj", "out"));
  for (const typed of ["proj", "link/my lib", "/usr/bin", "proj/../proj"]) {
    assertEquals(typeof await resolveDirectory(typed, me.path, rules), "object", typed);
  }
  for (const typed of ["~", "project2", "proj/..", "proj/out", "/", "/tmp"]) {
    assertEquals(await resolveDirectory(typed, me.path, rules), "outside", typed);
  }
});
