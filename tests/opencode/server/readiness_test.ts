import { assert } from "@std/assert";
import { lastLines } from "../../../lib/opencode/server/readiness.ts";
import { tempDir } from "../../helpers.ts";

Deno.test("no part of a secret is in the last lines of the server's log, wherever they are cut", async () => {
  await using dir = await tempDir();
  const key = "aB3dE5fG7hI9kL1mN3pQ5rS7tU9vW1xY3zA5";
  const file = `${dir.path}/log`;
  for (let behind = 440; behind < 500; behind++) {
    await Deno.writeTextFile(file, `failed: ghp_${key}${" x".repeat(250).slice(0, behind)}`);
    const line = await lastLines(file);
    assert(!line.includes(key.slice(-6)), line);
  }
});
