import { deadline, delay } from "@std/async";
import { findBridge, keepRecord } from "../../lib/cli/bridge_record.ts";
import { tempDir } from "../helpers.ts";

Deno.test("a bridge that becomes ready while its record is written is in the record soon after", async () => {
  await using dir = await tempDir();
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  const health = async () => {
    resolve();
    await ready;
    return { up: true, since: 1, why: "", undelivered: 0, paired: [] };
  };
  await using _ = keepRecord(dir.path, { ready, health });
  const told = async () => {
    while (!(await findBridge(dir.path))?.ready) await delay(20);
  };
  await deadline(told(), 3_000);
});
