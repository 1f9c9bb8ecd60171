import { assert, assertFalse } from "@std/assert";
import { join } from "@std/path";
import { takeClosedMark } from "../../../lib/store/kv/closed_mark.ts";
import { openStore } from "../../../lib/store/open_store.ts";
import { tempDir } from "../../helpers.ts";

Deno.test("a store that was closed is not read whole by the next start; one that was not, or was changed, is", async () => {
  await using dir = await tempDir();
  const file = join(dir.path, "state.db");
  const use = async () => {
    const { store } = await openStore(dir.path);
    await store.markAlive(1);
    return store;
  };
  await (await use())[Symbol.asyncDispose]();
  assert(await takeClosedMark(file));
  // A start that ends suddenly has taken it.
  assertFalse(await takeClosedMark(file));
  const store = await use();
  assertFalse(await takeClosedMark(file));
  await store[Symbol.asyncDispose]();
  const bytes = await Deno.readFile(file);
  await Deno.writeFile(file, bytes);
  assertFalse(await takeClosedMark(file), "written in the same instant, with the same size");
});
