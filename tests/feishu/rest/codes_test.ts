import { assertEquals } from "@std/assert";
import { codeMeaning, type Reaction } from "../../../lib/feishu/rest/codes.ts";

Deno.test("each refusal has the reaction that gets the message through", () => {
  const expected: Partial<Record<Reaction, number[]>> = {
    wait: [99991400, 230020, 11232, 11247, 230049],
    renew: [99991661, 99991663, 99991664, 99991668],
    resend: [230011, 230110, 231003, 230050, 230111, 230072, 230031, 230019],
    degrade: [230099, 230001, 230025, 230022, 230028],
    stop: [
      230002,
      230006,
      230013,
      230034,
      230035,
      230053,
      232009,
      99991672,
      99991679,
      10003,
      10014,
    ],
  };
  for (const [reaction, codes] of Object.entries(expected)) {
    for (const code of codes) assertEquals(codeMeaning(code).reaction, reaction, String(code));
  }
});

Deno.test("some codes have a meaning of their own at an endpoint", () => {
  const expected: [method: string, Reaction, number[]][] = [
    ["POST auth/v3/tenant_access_token/internal", "credentials", [
      10003,
      10012,
      10013,
      10014,
      10015,
    ]],
    ["PUT cardkit/v1/cards/1/elements/answer/content", "reopen", [200850, 300309]],
    ["PATCH cardkit/v1/cards/1/settings", "renumber", [300317]],
    ["POST cardkit/v1/cards/id_convert", "unavailable", [404, 99991672, 99991679]],
    ["GET im/v1/messages", "unavailable", [404]],
    ["GET im/v1/messages/om_1", "degrade", [404, 200850, 300317]],
    ["PATCH im/v1/messages/om_1", "stop", [10003, 99991672]],
    ["PUT cardkit/v1/cards/1", "wait", [99991400, 200810]],
  ];
  for (const [method, reaction, codes] of expected) {
    for (const code of codes) {
      assertEquals(codeMeaning(code, method).reaction, reaction, `${method}: ${code}`);
    }
  }
});

Deno.test("a limit holds for one chat or message, or for the whole app", () => {
  assertEquals([codeMeaning(230020).limits, codeMeaning(99991400).limits], ["target", undefined]);
});

Deno.test("an unknown code means that a simpler message may pass", () => {
  for (const code of [200621, 300301, 1, 987654321]) {
    assertEquals(codeMeaning(code).reaction, "degrade");
  }
  assertEquals(codeMeaning(200621).meaning, "card content refused");
});
