import type { Figure } from "./figure.ts";

/** The figures as a table in Markdown, which can be read on a terminal too. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map(({ what, budget, measured, kept, how }) => [
    what,
    budget || "–",
    measured,
    kept === undefined ? "–" : kept ? "kept" : "OVER",
    how,
  ]);
  // The last column may be as long as it likes.
  return grid([["what", "budget", "measured", "", "how"], ...rows], 4);
}

/** Rows of cells as a table in Markdown; the first is the head, and only the first `even` columns are padded. */
export function grid(rows: readonly (readonly string[])[], even = Infinity): string {
  const [head = [], ...body] = rows;
  const widths = head.map((_, column) =>
    column < even ? Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)) : 3
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [head, widths.map((width) => "-".repeat(width)), ...body].map(line).join("\n");
}
