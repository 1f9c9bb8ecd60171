import { type Fence, fenceAfter, indentOf } from "./fences.ts";

/** The most lines in an item or a quote that have not its indentation or mark; those after them stand on their own. */
const MAX_LAZY = 200;

const QUOTE = /^ {0,3}>/;
const ITEM = /^[ \t]*(?:[-*+]|\d{1,9}[.)])(?:[ \t]+|$)/;
const FENCE = /^[ \t]*(?:`{3}|~{3})/;
const TAG = /^ {0,3}</;
/** A heading ends an item and a quote. */
const HEADING = /^ {0,3}#{1,6}(?:\s|$)/;

/** Follows the lists and quotes of a Markdown text line by line, as far as lazy lines depend on them. */
class Container {
  /** The least indentation of a line that belongs to the item; in a quote no indentation is enough. */
  #indent: number | undefined;
  #isAfterBlank = false;
  readonly #isNested: boolean;
  /** A fence that is open outside lists and quotes. */
  #fence: Fence | undefined;

  /** @param isNested Whether the text is the contents of an item. */
  constructor(isNested: boolean) {
    this.#isNested = isNested;
  }

  /**
   * Reads a line. Returns whether it is part of an item or a quote only because the line before it is, or
   * one that `marked` reads on its own and then joins to those before it.
   */
  isLazy(line: string): boolean {
    if (this.#fence !== undefined) {
      this.#fence = fenceAfter(this.#fence, line);
      return false;
    }
    const isAfterBlank = this.#isAfterBlank;
    this.#isAfterBlank = line.trim() === "";
    if (this.#isAfterBlank) {
      if (this.#indent === Infinity) this.#indent = undefined;
      return false;
    }
    if (this.#indent !== undefined && indentOf(line) >= this.#indent) return false;
    return this.#outside(line, isAfterBlank);
  }

  /** Reads a line that has not the indentation of the item. */
  #outside(line: string, isAfterBlank: boolean): boolean {
    if (QUOTE.test(line)) {
      this.#indent = Infinity;
      return false;
    }
    const item = ITEM.exec(line);
    if (item !== null) {
      this.#indent = item[0].length;
      return false;
    }
    if (FENCE.test(line)) this.#fence = fenceAfter(undefined, line);
    const isOver = isAfterBlank || this.#fence !== undefined || HEADING.test(line);
    if (isOver) this.#indent = undefined;
    return this.#indent !== undefined || this.#isNested || TAG.test(line);
  }
}

/**
 * Cuts a Markdown text where more lines than anybody writes belong to an item or a quote without its
 * indentation or mark (CommonMark's lazy continuation): `marked` reads all of an item or quote again for
 * each of them. The same goes for lines of text inside an item, and for those that begin with a tag. The
 * pieces joined are the text.
 *
 * @param isNested Whether the text is the contents of an item.
 */
export function cutLazyLines(markdown: string, isNested: boolean): string[] {
  const pieces: string[] = [];
  let container = new Container(isNested);
  let lazy = 0;
  let from = 0;
  let at = 0;
  for (const line of markdown.split("\n")) {
    if (container.isLazy(line)) lazy++;
    if (lazy > MAX_LAZY) {
      pieces.push(markdown.slice(from, at));
      from = at;
      lazy = 0;
      container = new Container(isNested);
      container.isLazy(line);
    }
    at += line.length + 1;
  }
  return [...pieces, markdown.slice(from)];
}
