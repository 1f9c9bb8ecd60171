import { assert, assertEquals } from "@std/assert";
import { thrift, type ThriftOptions } from "../../lib/feishu/thrift.ts";

const auto: ThriftOptions = {
  mode: "auto",
  hasQuickThrottle: false,
  isLimited: false,
  usedShare: 0,
};

Deno.test("auto is thrifty once calls are limited; a quick throttle is kept until then", () => {
  const cases: [Partial<ThriftOptions>, number][] = [
    [{}, 1],
    [{ hasQuickThrottle: true }, 0],
    [{ isLimited: true }, 2],
    [{ isLimited: true, hasQuickThrottle: true }, 2],
    [{ mode: "thrifty" }, 2],
    [{ mode: "thrifty", hasQuickThrottle: true }, 2],
    [{ mode: "lively" }, 0],
    [{ mode: "lively", isLimited: true, usedShare: 1 }, 0],
    [{ isLimited: true, usedShare: 0.5 }, 4],
  ];
  for (const [options, expected] of cases) {
    assertEquals(thrift({ ...auto, ...options }), expected, JSON.stringify(options));
  }
});

Deno.test("the fewer calls are left, the thriftier, with a bound", () => {
  const shares = Array.from({ length: 101 }, (_, i) => i / 100);
  const all = shares.map((usedShare) => thrift({ ...auto, isLimited: true, usedShare }));
  assert(all.every((value, i) => i === 0 || value >= (all[i - 1] ?? 0)));
  assertEquals([all[0], all[100]], [2, 20]);
});
