/** A line of the log that shows a pairing code (`Pairing`). */
const CODE_LINE = /pairing code: (\d{4} \d{4}) \(send it to the bot within (\d+) min/;

/** The newest pairing code of a log's lines, and for how many minutes it counts from then on. */
export function pairingCode(
  lines: readonly string[],
): { readonly code: string; readonly minutes: number } | undefined {
  const [, code, minutes] = CODE_LINE.exec(lines.findLast((line) => CODE_LINE.test(line)) ?? "") ??
    [];
  return code === undefined ? undefined : { code, minutes: Number(minutes) };
}
