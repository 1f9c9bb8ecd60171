const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60]/gu;

/** Rows as lines of a terminal, with their cells below each other. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const count = Math.max(0, ...rows.map(({ length }) => length));
  const widths = Array.from(
    { length: count },
    (_, i) => Math.max(0, ...rows.map((row) => widthOf(row[i] ?? ""))),
  );
  return rows.map((row) =>
    row.map((cell, i) => cell + " ".repeat((widths[i] ?? 0) - widthOf(cell))).join("  ").trimEnd()
  );
}

/** How many columns of a terminal a text takes: Chinese characters take two each. */
export function widthOf(text: string): number {
  return [...text].length + (text.match(WIDE)?.length ?? 0);
}
