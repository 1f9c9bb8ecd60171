import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { whyNoPlace } from "../../../lib/bridge/places/why_no_place.ts";
import { tempDir } from "../../helpers.ts";

const { signal } = new AbortController();

/** Why nothing can run in a directory, with an opencode of the bridge's own unless it is somebody else's. */
const why = (directory: string, ownsAgent = true) =>
  whyNoPlace(directory, { signal, settings: { ownsAgent } });

Deno.test("a directory that is gone or became a file is none to run in", async () => {
  await using dir = await tempDir();
  assertEquals(await why(dir.path), undefined);
  const file = join(dir.path, "file");
  await Deno.writeTextFile(file, "");
  for (const path of [file, join(file, "below"), join(dir.path, "gone")]) {
    assertEquals(await why(path), "gone", path);
    assertEquals(await why(path, false), "gone", path);
  }
});

Deno.test("a directory that the bridge may not read is none for its own agent", async () => {
  await using dir = await tempDir();
  // Root may read everything, so the refusal is played.
  const { readDir } = Deno;
  const readDirRefused = () => {
    throw new Deno.errors.PermissionDenied("Permission denied (os error 13)");
  };
  Object.assign(Deno, { readDir: readDirRefused });
  try {
    assertEquals(await why(dir.path), "unreadable");
    assertEquals(await why(dir.path, false), undefined);
  } finally {
    Object.assign(Deno, { readDir });
  }
});
