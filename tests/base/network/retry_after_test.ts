import { assert, assertEquals } from "@std/assert";
import { parseRetryAfter } from "../../../lib/base/network/retry_after.ts";

Deno.test("a delay is read from seconds and from a date, and from nothing else", () => {
  assertEquals(["0", "2", "1.5", "Infinity"].map(parseRetryAfter), [0, 2_000, 1_500, Infinity]);
  const ms = parseRetryAfter(new Date(Date.now() + 60_000).toUTCString()) ?? NaN;
  assert(ms > 50_000 && ms <= 60_000, `${ms}`);
  assertEquals(parseRetryAfter("Sun, 06 Nov 1994 08:49:37 GMT"), 0);
  for (const text of [null, "", "-1", "soon"]) {
    assertEquals(parseRetryAfter(text), undefined);
  }
});
