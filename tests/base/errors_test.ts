import { assert, assertEquals } from "@std/assert";
import { ApiError, describe, isGone, isRetryable, NetworkError } from "../../lib/base/errors.ts";

const refused = (code: number | string, retryable = false) =>
  new ApiError("opencode refused", { service: "opencode", method: "GET /x", code, retryable });

Deno.test("only a refusal with code 404 means that something is gone", () => {
  assertEquals([404, 400, "404"].map((code) => isGone(refused(code))), [true, false, false]);
  assertEquals(isGone(new NetworkError("no answer", { service: "feishu", method: "x" })), false);
  assertEquals(isGone(new Error("404")), false);
});

Deno.test("no answer and a retryable refusal are worth another attempt", () => {
  const lost = new NetworkError("no answer", { service: "feishu", method: "x" });
  const errors = [lost, refused(503, true), refused(400), new Error("bug")];
  assertEquals(errors.map(isRetryable), [true, true, false, false]);
});

Deno.test("a refusal is described with its call, its code and Feishu's log id", () => {
  assertEquals(describe(refused(400)), "opencode refused (GET /x: 400)");
  const call = { service: "feishu", method: "POST y", code: 230_001, retryable: false } as const;
  const error = new ApiError("Feishu refused", { ...call, logId: "L1" });
  assertEquals(describe(error), "Feishu refused (POST y: 230001, log id L1)");
  assertEquals([describe(new Error("")), describe("text")], ["Error", "text"]);
});

Deno.test("an error of the system is told without its number", async () => {
  const failures = [
    () => Deno.readTextFile("/nope"),
    () => Deno.readTextFile("/"),
    () => Deno.mkdir("/"),
  ];
  for (const failure of failures) {
    const error = await failure().then(() => undefined, (error) => error);
    assert(/os error \d/.test(error.message), error.message);
    assert(!/os error/.test(describe(error)), describe(error));
  }
});
