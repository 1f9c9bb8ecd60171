import { assertEquals } from "@std/assert";
import { failedTests, failureReport, summary } from "../../tools/test.ts";

Deno.test("the tests that failed are found in what a run printed", () => {
  const output = [
    "./tests/a_test.ts => a row is sent once ... \u001b[32mok\u001b[0m (2ms)",
    "./tests/a_test.ts => a row is sent late ... \u001b[31mFAILED\u001b[0m (2s)",
    "  a step of a longer test ... FAILED (1ms)",
    "the agent asks ... ignored (0ms)",
    "FAILED | 1 passed | 2 failed (4s)",
  ].join("\n");
  assertEquals(failedTests(output), [
    "./tests/a_test.ts => a row is sent late",
    "a step of a longer test",
  ]);
});

Deno.test("why tests failed is what stands between the headings, or else the end", () => {
  const report = "a row is sent late => ./a_test.ts:1:6\nerror: Error: too late";
  const output = `a row ... FAILED (2s)\n\n ERRORS \n\n${report}\n\n FAILURES \n\na row\n`;
  assertEquals(failureReport(output), report);
  assertEquals(failureReport("\u001b[31merror\u001b[0m: no such file\n"), "error: no such file");
});

Deno.test("the last line counts the tests of all runs", () => {
  const good =
    "a test ... ok (1ms)\n\n\u001b[32mok\u001b[0m | 12 passed (3 steps) | 0 failed (4s)\n";
  const bad = "FAILED | 7 passed | 2 failed (1 step) | 1 ignored (1m2s)\nerror: Test failed\n";
  assertEquals(summary([good, good], 61_000), "ok | 24 passed | 0 failed (1m1s)");
  assertEquals(summary([good, bad], 2_000), "FAILED | 19 passed | 2 failed | 1 ignored (0m2s)");
});
