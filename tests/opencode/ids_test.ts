import { assert, assertEquals, assertMatch } from "@std/assert";
import { messageId, partId, timeOfId } from "../../lib/opencode/ids.ts";

Deno.test("ids have opencode's form", () => {
  assertMatch(messageId(), /^msg_[0-9a-f]{12}[0-9A-Za-z]{14}$/);
  assertMatch(partId(), /^prt_[0-9a-f]{12}[0-9A-Za-z]{14}$/);
});

Deno.test("ids made within one millisecond are unique and ascend", () => {
  const ids = Array.from({ length: 20_000 }, () => messageId());
  assertEquals(new Set(ids.map((id) => id.slice(0, 16))).size, ids.length);
  assertEquals(ids, ids.toSorted());
});

Deno.test("an id tells its time as opencode's own do", () => {
  const before = Date.now();
  const time = BigInt(`0x${messageId().slice(4, 16)}`) / 4096n;
  // 48 bits hold 36 bits of milliseconds.
  const off = time - BigInt.asUintN(36, BigInt(before));
  assert(off >= 0n && off < 1000n, `off by ${off} ms`);
});

Deno.test("the time of opencode's own ids is read, also years later", () => {
  // From the recording of an aborted permission: the id of a step and when it was created.
  const [id, created] = ["msg_201feb44a001EgvU4szJgAt9SU", 1795329799242];
  for (const now of [created, created + 10_000, created - 10_000, created + 30_000_000_000]) {
    assertEquals(timeOfId(id, now), created);
  }
  const time = Date.now();
  assert(Math.abs((timeOfId(messageId()) ?? 0) - time) < 10_000);
  for (const other of ["per_1", "", "msg_nothexnothex"]) assertEquals(timeOfId(other), undefined);
});
