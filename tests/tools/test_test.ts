import { assertEquals } from "@std/assert";
import { failedTests } from "../../tools/test.ts";

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
