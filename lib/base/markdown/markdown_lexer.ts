import { Lexer, Marked, type Token, type TokensList } from "marked";
import { type Fence, fenceAfter } from "./fences.ts";
import { parseInline } from "./inline_lexer.ts";
import { cutLazyLines } from "./lazy_lines.ts";

/** An underlined heading of one line. */
const UNDERLINED = /^[^\n]*\n {0,3}(?:=+|-+)[ \t]*(?:\n|$)/;

const { defaults } = new Marked({
  tokenizer: {
    // Feishu does not render HTML. Tags are shown as text, and the Markdown between them is rendered.
    html: () => undefined,
    // A footnote is no target of links.
    def: (source) => /^ {0,3}\[\^/.test(source) ? undefined : false,
    // In a list each line would be searched to the end of the list for the line below a heading.
    lheading(source) {
      return this.lexer.state.top || UNDERLINED.test(source) ? false : undefined;
    },
  },
});

/** Stands for a tab inside code while the blocks are parsed: `marked` makes spaces of tabs in lists. */
const TAB = "\ufdd0";

/** GitHub's Markdown as `marked` parses its blocks, with lines of our own. */
class MarkdownLexer extends Lexer {
  override blockTokens(source: string, tokens?: Token[], isClipped?: boolean): Token[];
  override blockTokens(source: string, tokens?: TokensList, isClipped?: boolean): TokensList;
  override blockTokens(source: string, tokens: Token[] = [], isClipped = false): Token[] {
    const [first = "", ...rest] = cutLazyLines(source, !this.state.top);
    super.blockTokens(first, tokens, isClipped);
    for (const piece of rest) {
      for (const token of super.blockTokens(piece, [])) tokens.push(token);
    }
    return tokens;
  }

  override inlineTokens(source: string, tokens: Token[] = []): Token[] {
    for (const token of parseInline(withTabs(source), this.tokens.links)) tokens.push(token);
    return tokens;
  }
}

/** Quotes and lists nested 50 deep, which could exhaust the time and the stack of the parser. */
const TOO_DEEP = /^(?:[ \t]*(?:>|(?:[-*+]|\d{1,9}[.)])(?=[ \t]))){50}/m;

/** Parses GitHub's Markdown, and emphasis beside Chinese, Japanese and Korean as its writer meant it. */
export function parseMarkdown(markdown: string): Token[] {
  if (TOO_DEEP.test(markdown)) return plainText(markdown);
  const tokens = new MarkdownLexer(defaults).lex(withoutTabs(markdown.replaceAll(TAB, "")));
  restoreTabs(tokens);
  return tokens;
}

/** Parses only the blocks of a Markdown text. Their `raw` fields joined together are the text. */
export function parseBlocks(markdown: string): Token[] {
  return TOO_DEEP.test(markdown)
    ? plainText(markdown)
    : new MarkdownLexer(defaults).blockTokens(markdown, []);
}

/** Replaces the tabs of fenced code, but for those that indent the list around it. */
function withoutTabs(markdown: string): string {
  if (!markdown.includes("\t")) return markdown;
  let open: Fence | undefined;
  const lines = markdown.split("\n").map((line) => {
    const indent = open?.indent ?? line.length;
    open = fenceAfter(open, line);
    return line.slice(0, indent) + line.slice(indent).replaceAll("\t", TAB);
  });
  return lines.join("\n");
}

function withTabs(text: string): string {
  return text.replaceAll(TAB, "\t");
}

function restoreTabs(tokens: readonly Token[]): void {
  for (const token of tokens) {
    token.raw = withTabs(token.raw);
    if (token.type === "code") token["text"] = withTabs(token["text"]);
    if ("items" in token) restoreTabs(token["items"]);
    if (token.type === "blockquote" || token.type === "list_item") {
      restoreTabs(token["tokens"] ?? []);
    }
  }
}

function plainText(text: string): Token[] {
  return [{ type: "text", raw: text, text }];
}
