import { assertEquals } from "@std/assert";
import { outcomeOf } from "../../../lib/bridge/turn/outcome.ts";
import { read } from "../../../lib/opencode/transcript/reading.ts";
import { Transcript } from "../../../lib/opencode/transcript/transcript.ts";

Deno.test("a turn whose last message was not closed is done if the model had finished", () => {
  const reading = { ...read(new Transcript("ses_1", "msg_1")), accepted: true, started: true };
  const after = (
    ms: number,
    more: { finish?: string; error?: { name: string; message: string } },
  ) => outcomeOf({ ...reading, ...more }, false, ms);
  assertEquals(after(500, { finish: "stop" }), undefined);
  assertEquals(after(1_500, { finish: "stop" }), "done");
  assertEquals(after(1_500, { finish: "tool-calls" }), "interrupted");
  assertEquals(after(1_500, {}), "interrupted");
  assertEquals(after(1_500, { finish: "stop", error: { name: "e", message: "m" } }), "failed");
});
