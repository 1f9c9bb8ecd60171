import { assertEquals } from "@std/assert";
import { inSentOrder, type Ordered } from "../../../lib/bridge/turn/sent_order.ts";

Deno.test("turns that wait are resumed in the order in which they were sent", () => {
  const run = { sessionId: "s", directory: "/", userMessageId: "m", partId: "p", startedAt: 0 };
  const waits = (id: string, more: Partial<Ordered> = {}) => ({
    id,
    state: { kind: "queued" as const },
    ...more,
  });
  const turns = [
    { ...waits("runs", { sentAt: 9 }), state: { kind: "posted" as const, run } },
    waits("third", { sentAt: 3 }),
    waits("second", { sentAt: 2 }),
    waits("clicked"),
    waits("yesterday", { sentAt: 1, isConfirmed: true }),
    waits("fourth", { sentAt: 4 }),
  ];
  assertEquals(
    inSentOrder(turns).map(({ id }) => id),
    ["runs", "second", "third", "clicked", "yesterday", "fourth"],
  );
});
