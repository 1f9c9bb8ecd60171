/**
 * What is new in lines that are shown again and again while they grow and change. Each line comes once, as
 * often as it is shown at a time: a terminal cannot take back what was written above.
 */
export class NewLines {
  /** How often each line was written. */
  readonly #written = new Map<string, number>();
  /** The last line that was written, which may still grow. */
  #last: string | undefined;

  /** The text to write next, so that all of these lines have been written. */
  add(lines: readonly string[]): string {
    let text = this.#grow(lines);
    const shown = new Map<string, number>();
    for (const [i, line] of lines.entries()) {
      if (line.trim() === "") continue;
      const count = (shown.get(line) ?? 0) + 1;
      shown.set(line, count);
      if (count <= (this.#written.get(line) ?? 0)) continue;
      // A blank line belongs to what it sets apart.
      const gap = i > 0 && lines[i - 1]?.trim() === "" ? "\n" : "";
      text += this.#last === undefined ? line : `\n${gap}${line}`;
      this.#written.set(line, count);
      this.#last = line;
    }
    return text;
  }

  /** What the last line has grown by. */
  #grow(lines: readonly string[]): string {
    const last = this.#last;
    if (last === undefined || lines.includes(last)) return "";
    const grown = lines.find((line) => line.startsWith(last) && !this.#written.has(line));
    if (grown === undefined) return "";
    this.#written.set(last, (this.#written.get(last) ?? 1) - 1);
    this.#written.set(grown, 1);
    this.#last = grown;
    return grown.slice(last.length);
  }
}
