import { assertEquals } from "@std/assert";
import { WholeRequests } from "../../../lib/bridge/turn/whole_requests.ts";

Deno.test("a turn that is over leaves nothing with the signal that ends all work", () => {
  const { signal } = new AbortController();
  let listeners = 0;
  const { addEventListener } = signal;
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    listeners++;
    addEventListener.apply(signal, args);
  };
  const requests = new WholeRequests({ onDue: () => {}, signal });
  const partial = {
    kind: "permission",
    id: "per_1",
    permission: "bash",
    patterns: ["*"],
    always: [],
    isPartial: true,
  } as const;
  assertEquals(requests.of([partial]), []);
  requests.stop();
  assertEquals(listeners, 0);
});
