import { assert, assertEquals } from "@std/assert";
import { visible } from "../../lib/base/visible.ts";

const ESC = String.fromCharCode(0x1b);

Deno.test("what would control the terminal is written out: C0, DEL, C1, bidi, line separators", () => {
  assertEquals(visible(`${ESC}]0;pwned\u0007`), "\\u001b]0;pwned\\u0007");
  assertEquals(visible("a\rb\nc\td"), "a\\u000db\\u000ac\\u0009d");
  assertEquals(visible("a\rb\nc\td", "\n\t"), "a\\u000db\nc\td");
  assertEquals(visible("\u009b2J\u007f"), "\\u009b2J\\u007f");
  assertEquals(visible("\u202egnp.exe\u2066\u200f\u061c"), "\\u202egnp.exe\\u2066\\u200f\\u061c");
  assertEquals(visible("\u2028\u2029"), "\\u2028\\u2029");
});

Deno.test("ordinary text stays as it is, in every script, and JSON keeps its meaning", () => {
  for (const text of ["修改了密码", "naïve café", "👩‍👩‍👧 🇩🇪", "שלום مرحبا", "a\\u001b"]) {
    assertEquals(visible(text), text);
  }
  const value = { text: Array.from({ length: 0x2070 }, (_, n) => String.fromCharCode(n)).join("") };
  const json = visible(JSON.stringify(value));
  assert(!/[\p{Cc}\p{Bidi_Control}]/u.test(json));
  assertEquals(JSON.parse(json), value);
});
