import { assertEquals } from "@std/assert";
import { nearest } from "../../lib/base/nearest.ts";

Deno.test("the nearest name differs by two letters at most, and by less than half of them", () => {
  const cases: [string, string | undefined][] = [
    ["stauts", "status"],
    ["statu", "status"],
    ["statuses", "status"],
    ["rnu", "run"],
    ["stop", "stop"],
    ["st", undefined],
    ["unrelated", undefined],
  ];
  for (const [word, name] of cases) {
    assertEquals(nearest(word, ["run", "stop", "status"]), name, word);
  }
});

Deno.test("of two near names the nearer one is meant, and of strange ones none", () => {
  assertEquals(nearest("stopp", ["step", "stop"]), "stop");
  assertEquals(nearest("model", ["modes", "model"]), "model");
  assertEquals(nearest("cat", ["cwd"]), undefined);
  assertEquals(nearest("abcdef", ["abxyef"]), "abxyef");
  assertEquals(nearest("abcdefgh", ["abxyzfgh"]), undefined);
  assertEquals(nearest("", ["cwd"]), undefined);
});
