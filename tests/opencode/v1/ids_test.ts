import { assert, assertEquals, assertMatch } from "@std/assert";
import { messageId, partId } from "../../../lib/opencode/v1/ids.ts";

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
