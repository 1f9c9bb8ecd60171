/** Fences of code in Markdown, read line by line. */

/** A fence that is open. */
export interface Fence {
  /** The marks of the quotes around it. */
  readonly quote: string;
  /** The column of its marks, in characters behind those of the quotes: its code is indented as far. */
  readonly indent: number;
  readonly marks: string;
  /** The language, and what else stands behind the marks. */
  readonly info: string;
}

/** A line that opens a fence, at any indentation, possibly behind the markers of quotes and lists. */
const OPENING =
  /^((?:[ \t]*>)*)([ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*)(`{3,}(?!.*`)|~{3,})[ \t]*(.*)$/;
const CLOSING = /^((?:[ \t]*>)*)([ \t]*)(`{3,}|~{3,})[ \t]*$/;
/** A closing fence is indented at most so much further than the opening one (CommonMark). */
const MOST_INDENT = 3;
/** The longest text behind the marks that is repeated where a fence is opened again. */
const LONGEST_INFO = 60;

/** The most characters that a line which opens a fence again has beside the marks. */
export const REOPENING: number = LONGEST_INFO + 10;

/** The fence that is open after a line. */
export function fenceAfter(open: Fence | undefined, line: string): Fence | undefined {
  if (open !== undefined) return closes(open, line) ? undefined : open;
  const [, quote = "", { length: indent } = "", marks, info = ""] = OPENING.exec(line) ?? [];
  return marks === undefined ? undefined : { quote, indent, marks, info: info.trimEnd() };
}

function closes({ quote, indent, marks }: Fence, line: string): boolean {
  // Where the quote ends, all that is in it ends.
  if (quote !== "" && !/^[ \t]*>/.test(line)) return true;
  const [, , { length: spaces } = "", found] = CLOSING.exec(line) ?? [];
  return found !== undefined && found.startsWith(marks) && spaces <= indent + MOST_INDENT;
}

/** The line that opens a fence again, at the margin. */
export function reopened({ quote, marks, info }: Fence): string {
  const space = quote === "" ? "" : " ";
  return `${quote.trimStart()}${space}${marks}${info.length > LONGEST_INFO ? "" : info}`;
}

/** The line that closes a fence where its list and quote still go on. */
export function closed({ quote, indent, marks }: Fence): string {
  return `${quote}${" ".repeat(quote === "" ? indent : Math.max(indent, 1))}${marks}`;
}

/** The number of blanks at the beginning of a line. */
export function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** The column at which the contents of a line begin, behind the markers of its lists. */
function contentIndent(line: string): number {
  return /^\s*(?:(?:[-*+]|\d{1,9}[.)])\s+)*/.exec(line)?.[0].length ?? 0;
}

/** The marks of the quotes that a line begins with, and what stands behind them. */
const QUOTED = /^((?:[ \t]*>)*)(.*)$/s;

/**
 * Moves what was inside a list item to the margin, or to that of the quote around it, where the item's own
 * line is missing. It follows the fences, in which a line may be indented less than the item.
 */
export class Outdent {
  #indent: number;
  /** The marks of the quotes around the item. */
  #quote: string;
  /** As many marks as those, since code behind them may begin with one. */
  readonly #quoted: RegExp;

  /**
   * @param indent How many blanks to remove; in a quote they are counted behind its marks, and one stays.
   * @param quote The marks of the quotes around the item.
   */
  constructor(indent: number, quote = "") {
    this.#indent = Math.max(indent - (quote === "" ? 0 : 1), 0);
    this.#quote = quote;
    const { length: depth } = quote.replaceAll(/[^>]/g, "");
    this.#quoted = new RegExp(`^((?:[ \\t]*>){0,${depth}})(.*)$`, "s");
  }

  /** What a line that is cut in two needs to go on, when it stands inside a list or quote. */
  static at(line: string, isBegin: boolean): Outdent {
    const [, quote = "", text = ""] = QUOTED.exec(line) ?? [];
    return new Outdent(isBegin ? indentOf(text) : contentIndent(text), quote);
  }

  /** A line without the item's indentation. */
  line(line: string, isCode: boolean): string {
    const [, quote = "", text = ""] = this.#quote === ""
      ? ["", "", line]
      : this.#quoted.exec(line) ?? [];
    if (this.#quote !== "" && quote === "" && line.trim() !== "") {
      // The quote has ended, and with it all that is in it, but not what is around it.
      this.#indent = indentOf(this.#quote);
      this.#quote = "";
    }
    const own = Math.max(indentOf(text) - (quote === "" ? 0 : 1), 0);
    // The item has ended; those that follow have their own lines.
    if (!isCode && text.trim() !== "") this.#indent = Math.min(this.#indent, own);
    return quote.trimStart() + text.slice(Math.min(this.#indent, own));
  }
}
