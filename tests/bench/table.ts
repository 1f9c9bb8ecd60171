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
  const all = [["what", "budget", "measured", "", "how"], ...rows];
  // The last column may be as long as it likes.
  const widths = [0, 1, 2, 3, -1].map((column) =>
    column < 0 ? 3 : Math.max(3, ...all.map((row) => row[column]?.length ?? 0))
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = all;
  return [head, widths.map((width) => "-".repeat(width)), ...body].map(line).join("\n");
}
