import { assertEquals } from "@std/assert";
import { NewLines } from "../../lib/demo/new_lines.ts";

/** What is written while these texts are shown one after the other. */
function written(...shown: string[]): string {
  const lines = new NewLines();
  return shown.map((text) => lines.add(text.split("\n"))).join("");
}

Deno.test("each line is written once, and as often as it is shown at a time", () => {
  const cases: [string[], string][] = [
    [[""], ""],
    [["a", "a", "a\nb"], "a\nb"],
    [["a", "note\na"], "a\nnote"],
    [["a\nb", "x\na\nb\n\nc"], "a\nb\nx\n\nc"],
    [["a\na"], "a\na"],
    [["a", "a\na", "a"], "a\na"],
    [["a", "", "a"], "a"],
    [["note 1\na", "note 2\na", "a"], "note 1\na\nnote 2"],
  ];
  for (const [shown, expected] of cases) assertEquals(written(...shown), expected);
});

Deno.test("a line that grows goes on where it ended", () => {
  assertEquals(
    written("L", "Let", "Let me", "note\nLet me see", "Let me see\nNext"),
    "Let me see\nnote\nNext",
  );
  // Only the last one on the terminal can.
  assertEquals(written("a\nb", "ax\nb"), "a\nb\nax");
  assertEquals(written("- a", "- a\n- ab"), "- a\n- ab");
});
