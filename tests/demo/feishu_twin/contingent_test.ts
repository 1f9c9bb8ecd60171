import { assertEquals } from "@std/assert";
import { startTwin } from "../../../lib/demo/feishu_twin/twin.ts";
import { restApi } from "./client.ts";

Deno.test("a used-up month refuses every call but tokens, until the next month in UTC+8", async () => {
  await using twin = await startTwin({ limits: { perMonth: 3 } });
  const call = await restApi(twin);
  const info = () => call("GET", "bot/v3/info");
  // A failed call does not count.
  assertEquals((await call("GET", "im/v1/messages/om_none")).code === 0, false);
  for (let i = 0; i < 3; i++) assertEquals((await info()).code, 0);
  assertEquals(twin.faults.countedCalls, 3);
  const { status, code } = await info();
  assertEquals([status, code], [429, 99991403]);
  const fresh = await restApi(twin);
  assertEquals((await fresh("GET", "bot/v3/info")).code, 99991403);
  twin.faults.leaveCalls(1);
  assertEquals([(await info()).code, (await info()).code], [0, 99991403]);
  const zoned = new Date(twin.clock.now() + 8 * 3_600_000);
  const next = Date.UTC(zoned.getUTCFullYear(), zoned.getUTCMonth() + 1) - 8 * 3_600_000;
  twin.clock.advance(next - 1_000 - twin.clock.now());
  const before = await restApi(twin);
  assertEquals((await before("GET", "bot/v3/info")).code, 99991403);
  twin.clock.advance(1_001);
  const after = await restApi(twin);
  assertEquals([(await after("GET", "bot/v3/info")).code, twin.faults.countedCalls], [0, 1]);
});
