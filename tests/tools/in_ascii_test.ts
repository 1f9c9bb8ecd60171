import { assert, assertEquals, assertThrows } from "@std/assert";
import { inAscii } from "../../tools/in_ascii.ts";

/** What a script's expression is, as a module of its own. */
async function valueOf(expression: string): Promise<unknown> {
  const script = encodeURIComponent(`export default ${expression}`);
  return (await import(`data:text/javascript,${script}`)).default;
}

for (
  const expression of [
    '"输入 😀"',
    "`回答 ${1 + 1} 条`",
    String.raw`"a：b😀".replace(/[：😀]/gu, "–")`,
    String.raw`/^[和及与與]+$/.test("和與")`,
    "String.raw`\\d[：:]${2}’\\u`",
    "((和) => 和 + 1)(1)",
  ]
) {
  Deno.test(`in ASCII, ${expression} is the same`, async () => {
    const ascii = inAscii(expression);
    assert(/^[\0-\x7f]*$/.test(ascii), ascii);
    assertEquals(await valueOf(ascii), await valueOf(expression));
  });
}

Deno.test("text that cannot be written in ASCII is refused", () => {
  assertThrows(() => inAscii("String.raw`${f(`a`)}：`"), SyntaxError, "braces");
});
