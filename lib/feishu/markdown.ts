/**
 * The model's Markdown, in the dialect that Feishu's cards and posts take: what they know and refuse is
 * on Feishu's pages of the rich-text component of card JSON 2.0.
 */
import type { MarkedToken, Token, Tokens } from "marked";
import { codeLanguage } from "./code_language.ts";
import { codeSpan, inlineMarkdown, literal, withoutMentions } from "./inline_markdown.ts";
import { parseMarkdown } from "./markdown_lexer.ts";
import { plainText } from "./plain_text.ts";

/** Tables in one card. Feishu refuses cards with more than five (measured by others), and promises fewer. */
const TABLES = 3;

/**
 * Markdown that a card shows as it was meant. Nothing in it mentions, embeds or styles anything on its
 * own, and no text is lost. Takes time in proportion to the length.
 *
 * @param tables How many tables stay tables; the others become code.
 */
export function toFeishu(markdown: string, tables: number = TABLES): string {
  const writer = new Writer(tables);
  writer.blocks(parseMarkdown(plainText(markdown)), { prefix: "", depth: 0 });
  return writer.lines.join("\n").trim();
}

/** Where a block stands. */
interface Place {
  /** What each of its lines begins with: the marks of quotes. */
  readonly prefix: string;
  /** In how many lists; 0 outside of them. */
  readonly depth: number;
}

/**
 * Writes blocks line by line. Feishu knows code and tables only at the left margin, and lists only four
 * spaces a level, so that the former interrupt the lists and quotes around them.
 */
class Writer {
  readonly lines: string[] = [];
  /** How many tables may come. */
  #tables: number;
  /** The depth that is at the left margin, since something interrupted the lists. */
  #margin = 0;
  /** The last line is the marker of a list item that is still alone. */
  #isMarker = false;

  constructor(tables: number) {
    this.#tables = tables;
  }

  blocks(tokens: readonly Token[], place: Place): void {
    let before: string | undefined;
    for (const token of tokens as readonly MarkedToken[]) {
      if (token.type === "space" || token.type === "checkbox") continue;
      const isAlone = place.depth === 0 && before !== undefined;
      if (isAlone && !(token.type === "def" && before === "def")) this.#gap(place);
      // It would go on in the last item of the list.
      if (before === "list") this.#interrupt(place);
      this.#block(token, place);
      before = token.type;
    }
  }

  #block(token: MarkedToken, place: Place): void {
    switch (token.type) {
      case "heading":
        return this.#heading(token, place);
      case "code":
        return this.#code(token.text, token.lang ?? "", place);
      case "table":
        // A row's cells beyond the columns of the head are no part of the table.
        if (this.#tables <= 0 || dropsText(token)) {
          return this.#code(token.raw.trimEnd(), "", place);
        }
        this.#tables--;
        return this.#table(token, place);
      case "hr":
        this.#interrupt(place);
        this.lines.push(`${place.prefix}---`);
        return this.#resume(place);
      case "blockquote":
        this.#interrupt(place);
        this.blocks(token.tokens, { prefix: `${place.prefix}> `, depth: 0 });
        return this.#resume(place);
      case "list":
        return this.#list(token, place);
      case "def":
        return this.#text(literal(token.raw.trimEnd()), place);
      default:
        return this.#text(inlineMarkdown("tokens" in token ? token.tokens : [token]), place);
    }
  }

  #list({ ordered, items }: Tokens.List, place: Place): void {
    let last: number | undefined;
    for (const item of items) {
      const own = Number(/\d+/.exec(item.raw)?.[0] ?? 0);
      last = last === undefined ? own : Math.max(own, last + 1);
      this.#item(item, ordered ? `${last}.` : "-", place);
    }
  }

  #item(item: Tokens.ListItem, marker: string, { prefix, depth }: Place): void {
    this.#margin = Math.min(this.#margin, depth);
    const box = item.task ? item.checked ? " ☑" : " ☐" : "";
    this.lines.push(`${prefix}${" ".repeat(4 * (depth - this.#margin))}${marker}${box}`);
    this.#isMarker = true;
    this.blocks(item.tokens, { prefix, depth: depth + 1 });
    this.#isMarker = false;
  }

  #text(text: string, { prefix, depth }: Place): void {
    for (const raw of text.split("\n")) {
      const line = guard(raw.replace(/^[ \t]+/, ""));
      if (this.#isMarker) {
        this.lines.push(`${this.lines.pop()} ${line}`);
      } else {
        const indent = " ".repeat(Math.max(4 * (depth - this.#margin) - 2, 0));
        this.lines.push(prefix + indent + line);
      }
      this.#isMarker = false;
    }
  }

  #heading({ tokens, depth }: Tokens.Heading, place: Place): void {
    const text = inlineMarkdown(tokens).replaceAll("\n", " ");
    if (place.depth > 0) return this.#text(text, place);
    // The largest ones fill a phone, and a post shows them larger still.
    if (text !== "") {
      this.lines.push(`${place.prefix}${"#".repeat(Math.min(depth + 2, 5))} ${text}`);
    }
  }

  #code(code: string, info: string, place: Place): void {
    const [name = ""] = info.split(/\s/);
    const language = codeLanguage(name);
    const caption = language === undefined ? info : info.slice(name.length).trim();
    if (/[./:=]/.test(caption)) this.#text(codeSpan(caption), place);
    this.#isMarker = false;
    this.#margin = place.depth;
    // A fence inside would end ours.
    const lines = withoutMentions(code).split("\n").map((line) =>
      line.replace(
        /^(\s*)(`{3,})/,
        (_, indent: string, marks: string) => indent + "'".repeat(marks.length),
      )
    );
    this.lines.push(`\`\`\`${language ?? ""}`, ...lines, "```");
  }

  #table({ header, align, rows }: Tokens.Table, place: Place): void {
    this.#interrupt(place);
    const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
    const row = (cells: readonly Tokens.TableCell[]) =>
      line(cells.map(({ tokens }) =>
        // What is a bar now stands in code.
        inlineMarkdown(tokens).replaceAll("\n", " ").replaceAll("|", "\\|")
      ));
    const rules = align.map((side) =>
      side === "center" ? ":---:" : side === "right" ? "---:" : "---"
    );
    // A row of nothing but dashes would begin another table.
    const body = rows.map(row).map((line) =>
      /^[|\s:-]+$/.test(line) ? line.replaceAll("-", "–") : line
    );
    this.lines.push(row(header), line(rules), ...body);
    this.#resume(place);
  }

  /** Leaves the lists and quotes around what comes next. */
  #interrupt(place: Place): void {
    if (place.depth === 0) return;
    this.#gap(place);
    this.#isMarker = false;
    this.#margin = place.depth;
  }

  /** Ends what interrupted them. */
  #resume(place: Place): void {
    if (place.depth > 0) this.#gap(place);
  }

  #gap({ prefix }: Place): void {
    const blank = prefix.trimEnd();
    if (this.lines.length > 0 && this.lines.at(-1) !== blank) this.lines.push(blank);
  }
}

function dropsText({ raw, header, rows }: Tokens.Table): boolean {
  const letters = (text: string) => text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  return letters(raw) > letters([header, ...rows].flat().map(({ text }) => text).join(""));
}

/** A line of text that does not begin like a heading, a list, a rule. */
function guard(line: string): string {
  return line
    .replace(
      /^(?:[-+](?=\s|$)|#(?=#{0,5}(?:\s|$))|-(?=[-\s]+$)|=(?==*$))/,
      (mark) => `&#${mark.charCodeAt(0)};`,
    )
    .replace(
      /^(\d{1,9})([.)])(?=\s|$)/,
      (_, number: string, mark: string) => `${number}&#${mark.charCodeAt(0)};`,
    );
}
