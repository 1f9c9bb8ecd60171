import { Lexer, Marked, type Token, type TokenizerThis, type Tokens } from "marked";

/**
 * Bold text that begins or ends with punctuation next to Chinese text, without a space. CommonMark does
 * not parse it as bold, but Chinese writers mean it as bold.
 */
const BOLD = /^\*\*(?![\s*])((?:[^*`\n]|`[^`\n]*`)+)(?<!\s)\*\*(?!\*)/;
const CHINESE = /\p{Script=Han}/u;

const { defaults } = new Marked({
  extensions: [{
    name: "strong",
    level: "inline",
    tokenizer(this: TokenizerThis, source: string): Tokens.Strong | undefined {
      const [raw, text = ""] = BOLD.exec(source) ?? [];
      if (raw === undefined || !CHINESE.test(text + source.charAt(raw.length))) return undefined;
      return { type: "strong", raw, text, tokens: this.lexer.inlineTokens(text) };
    },
  }],
  // Feishu does not render HTML. Tags are shown as text, and the Markdown between them is rendered.
  tokenizer: { html: () => undefined },
});

/** Quotes and lists nested 50 deep, which could exhaust the time and the stack of the parser. */
const TOO_DEEP = /^(?:[ \t]*(?:>|(?:[-*+]|\d{1,9}[.)])(?=[ \t]))){50}/m;

/** Parses GitHub's Markdown, and bold text next to Chinese punctuation as its writer meant it. */
export function parseMarkdown(markdown: string): Token[] {
  return TOO_DEEP.test(markdown) ? plainText(markdown) : new Lexer(defaults).lex(markdown);
}

/** Parses only the blocks of a Markdown text. Their `raw` fields joined together are the text. */
export function parseBlocks(markdown: string): Token[] {
  return TOO_DEEP.test(markdown)
    ? plainText(markdown)
    : new Lexer(defaults).blockTokens(markdown, []);
}

function plainText(text: string): Token[] {
  return [{ type: "text", raw: text, text }];
}
