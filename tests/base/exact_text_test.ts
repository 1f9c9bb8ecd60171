import { assert, assertEquals } from "@std/assert";
import { exactLine, exactText } from "../../lib/base/exact_text.ts";

Deno.test("visible characters stay, in every script", () => {
  const seen =
    "rm -rf a\n\tif (a < b) { \\u001b } `~~~~` 中文，。 かな 한국어 עברית ไทย ✏️ 👍🏽 é e\u0301 ‹›";
  assertEquals(exactText(seen), seen);
});

Deno.test("characters that are invisible, or look like another one, become escapes", () => {
  const unseen = [
    ...["\0", "\x07", "\b", "\r", "\x1b", "\x7f", "\x85", "\x9b"],
    ...["\u00a0", "\u2003", "\u202f", "\u3000", "\u2028", "\u2029"],
    ...[
      "\u00ad",
      "\u034f",
      "\u061c",
      "\u115f",
      "\u1160",
      "\u17b4",
      "\u180e",
      "\u200b",
      "\u200d",
      "\u200e",
    ],
    ...[
      "\u202a",
      "\u202e",
      "\u2060",
      "\u2066",
      "\u2069",
      "\u2800",
      "\u3164",
      "\ufe0f",
      "\ufeff",
      "\uffa0",
    ],
    ...["\ufffe", "\ufdd0", "\ue000", "\u{1d159}", "\u{16fe4}", "\u{f0000}"],
    ...["\ud800", "\udfff", "\u{1d173}", "\u{e0001}", "\u{e0041}", "\u{e0100}"],
  ];
  for (const char of unseen) {
    const code = (char.codePointAt(0) ?? 0).toString(16);
    const escape = code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`;
    assertEquals(exactText(`a${char}b`), `a${escape}b`);
  }
});

Deno.test("a letter has three marks at most, the others stand as escapes", () => {
  assertEquals(exactText("e\u0301\u0302\u0303\u0304\u0305x"), "e\u0301\u0302\u0303\\u0304\\u0305x");
});

Deno.test("every character is seen or escaped, and a second time changes nothing", () => {
  for (let code = 0; code <= 0x10ffff; code++) {
    const char = String.fromCodePoint(code);
    const exact = exactText(char);
    if (exact === char) {
      assert(!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(char) || char === "\n" || char === "\t", exact);
    } else {
      assertEquals(exactText(exact), exact);
    }
  }
});

Deno.test("a line break becomes an escape", () => {
  assertEquals(exactLine("a\nb\tc\r\n"), String.raw`a\u000ab\u0009c\u000d\u000a`);
});
