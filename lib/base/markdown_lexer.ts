import { Lexer, Marked, type Token, type TokenizerThis, type Tokens } from "marked";

/**
 * Bold text that begins or ends with punctuation beside Chinese without a space. CommonMark does not take
 * it for bold; whoever writes Chinese does.
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
  // Feishu knows no HTML. It is shown as it is, and the Markdown between the tags as Markdown.
  tokenizer: { html: () => undefined },
});

/** More quotes and lists in each other than anybody means; the parser's time and stack are not for them. */
const TOO_DEEP = /^(?:[ \t]*(?:>|(?:[-*+]|\d{1,9}[.)])(?=[ \t]))){50}/m;

/** Reads the Markdown that models write: GitHub's, as it is meant in Chinese too. */
export function parseMarkdown(markdown: string): Token[] {
  return TOO_DEEP.test(markdown) ? plainText(markdown) : new Lexer(defaults).lex(markdown);
}

/** The blocks of a Markdown text without what is inside of them; their `raw` together is the text. */
export function parseBlocks(markdown: string): Token[] {
  return TOO_DEEP.test(markdown)
    ? plainText(markdown)
    : new Lexer(defaults).blockTokens(markdown, []);
}

function plainText(text: string): Token[] {
  return [{ type: "text", raw: text, text }];
}
