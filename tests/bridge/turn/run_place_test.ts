import { assert, assertEquals } from "@std/assert";
import { usableSession } from "../../../lib/bridge/turn/run_place.ts";
import type { Wait } from "../../../lib/bridge/turn/wait.ts";
import { texts } from "../../../lib/texts/texts.ts";

const en = texts("en");
const { signal } = new AbortController();

/** What session is used that is so far ahead of the agent's clock, and what was waited for. */
async function use(leadMs: number): Promise<[string | undefined, ...string[]]> {
  const waits: string[] = [];
  const onWait = (wait: Wait | undefined) => void waits.push(wait?.note ?? "");
  const place = { directory: "/work", sessionId: "ses_1" };
  const lead = () => Promise.resolve(leadMs);
  const session = await usableSession(place, lead, { texts: en, onWait, signal });
  return [session, ...waits];
}

Deno.test("the agent's clock is waited for when it has been set back a little", async () => {
  const before = performance.now();
  assertEquals(await use(100), ["ses_1", en.clockBehind(100)]);
  assert(performance.now() - before >= 95);
});

Deno.test("a session is used at once that is not ahead, and never when it is more than a minute ahead", async () => {
  assertEquals(await use(0), ["ses_1"]);
  assertEquals(await use(-5_000), ["ses_1"]);
  assertEquals(await use(60_001), [undefined]);
});
