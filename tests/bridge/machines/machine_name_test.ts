import { assertEquals } from "@std/assert";
import { join } from "@std/path";
import { machineName } from "../../../lib/bridge/machines/machine_name.ts";
import { tempDir } from "../../helpers.ts";

Deno.test("a machine keeps its name when its host gets another, until one is set", async () => {
  await using dir = await tempDir();
  const file = join(dir.path, "machine-name");
  const first = await machineName("", dir.path);
  assertEquals(await Deno.readTextFile(file), first);
  // As if the host had had another name then.
  await Deno.writeTextFile(file, "laptop");
  assertEquals(await machineName("", dir.path), "laptop");
  assertEquals(await machineName("server", dir.path), "server");
  assertEquals(await machineName("", dir.path), "server");
});
