import { assertEquals } from "@std/assert";
import { deadline } from "@std/async";
import { WholeRequests } from "../../../lib/bridge/turn/whole_requests.ts";
import { laterBy } from "../../later_by.ts";

const PARTIAL = {
  kind: "permission",
  id: "per_1",
  permission: "bash",
  patterns: ["*"],
  always: [],
  isPartial: true,
} as const;

Deno.test("a turn that is over leaves nothing with the signal that ends all work", () => {
  const { signal } = new AbortController();
  let listeners = 0;
  const { addEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    listeners++;
    addEventListener.apply(signal, args);
  };
  const requests = new WholeRequests({ onDue: () => {}, signal });
  assertEquals(requests.of([PARTIAL]), []);
  requests.stop();
  assertEquals(listeners, 0);
});

Deno.test("a request is held back no longer where the clock is set back meanwhile", async () => {
  const due = Promise.withResolvers<void>();
  const { signal } = new AbortController();
  const requests = new WholeRequests({ onDue: due.resolve, signal, partialMs: 10 });
  assertEquals(requests.of([PARTIAL]), []);
  using _back = laterBy(-3_600_000);
  await deadline(due.promise, 10_000);
  assertEquals(requests.of([PARTIAL]), [PARTIAL]);
  requests.stop();
});
