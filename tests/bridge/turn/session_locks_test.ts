import { assert, assertEquals, assertRejects } from "@std/assert";
import { SessionLocks } from "../../../lib/bridge/turn/session_locks.ts";

const never = new AbortController().signal;

Deno.test("one turn at a time has a session, and others do not wait for it", async () => {
  const locks = new SessionLocks();
  assert(locks.tryTake("s", "a") && locks.tryTake("s", "a") && locks.tryTake("t", "b"));
  assert(!locks.tryTake("s", "b") && locks.isTaken("s", "b") && !locks.isTaken("s", "a"));
  const order: string[] = [];
  const waiting = ["b", "c"].map(async (turn) => {
    await locks.take("s", turn, never);
    order.push(turn);
    locks.free(turn);
  });
  locks.free("a");
  await Promise.all(waiting);
  assertEquals(order, ["b", "c"]);
});

Deno.test("a turn that is cancelled waits no longer for a session", async () => {
  const locks = new SessionLocks();
  locks.tryTake("s", "a");
  const cancelled = new AbortController();
  const taking = locks.take("s", "b", cancelled.signal);
  cancelled.abort(new Error("cancelled"));
  await assertRejects(() => taking, Error, "cancelled");
  locks.free("a");
  assert(locks.tryTake("s", "c"));
});
