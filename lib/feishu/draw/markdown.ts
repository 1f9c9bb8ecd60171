/**
 * The model's Markdown in the dialect of Feishu's cards and posts. What they know and refuse is on
 * Feishu's page of the rich-text component of card JSON 2.0.
 */
import type { MarkedToken, Token, Tokens } from "marked";
import { parseMarkdown } from "../../base/markdown/markdown_lexer.ts";
import { fenced } from "../../base/text.ts";
import { codeSpan, inlineMarkdown } from "./inline_markdown.ts";
import { escaped, type Form, literal, withoutMentions } from "./literal.ts";
import { plainText } from "./plain_text.ts";

/** The most tables in one card. Feishu refuses more than five (measured by others) and promises fewer. */
export const MAX_TABLES = 3;

/**
 * Markdown that a card shows as it was meant. Nothing in it mentions anybody, embeds anything or adds
 * styles, and no text is lost. The time is proportional to the length.
 *
 * @param tables How many tables stay tables; the others become code.
 * @param form What it is for. A post has no headings: they become bold.
 */
export function toFeishu(
  markdown: string,
  tables: number = MAX_TABLES,
  form: Form = "card",
): string {
  const writer = new Writer(tables, form);
  writer.blocks(parseMarkdown(plainText(markdown)), { prefix: "", depth: 0 });
  return writer.lines.join("\n").trim();
}

/** Where a block stands. */
interface Position {
  /** The quote marks at the beginning of each of its lines. */
  readonly prefix: string;
  /** The number of lists around it. */
  readonly depth: number;
}

/**
 * Writes blocks line by line. Feishu knows code and tables only at the left margin, so they interrupt the
 * lists and quotes around them. It indents lists by four spaces a level.
 */
class Writer {
  readonly lines: string[] = [];
  readonly #inline: { readonly form: Form };
  /** How many more tables may stay tables. */
  #tables: number;
  /** The list depth that is written at the left margin, because something interrupted the lists. */
  #margin = 0;
  /** Whether the last line is the marker of a list item whose text has yet to come. */
  #isMarker = false;

  constructor(tables: number, form: Form) {
    this.#tables = tables;
    this.#inline = { form };
  }

  blocks(tokens: readonly Token[], position: Position): void {
    let before: string | undefined;
    for (const token of tokens as readonly MarkedToken[]) {
      if (token.type === "space" || token.type === "checkbox") continue;
      const isAlone = position.depth === 0 && before !== undefined;
      if (isAlone && !(token.type === "def" && before === "def")) this.#gap(position);
      // Otherwise the block would belong to the last item of the list.
      if (before === "list") this.#interrupt(position);
      this.#block(token, position);
      before = token.type;
    }
  }

  #block(token: MarkedToken, position: Position): void {
    switch (token.type) {
      case "heading":
        return this.#heading(token, position);
      case "code":
        return this.#code(token.text, token.lang ?? "", position);
      case "table":
        // The parser drops cells beyond the columns of the head.
        if (this.#tables <= 0 || dropsText(token)) {
          return this.#code(token.raw.trimEnd(), "", position);
        }
        this.#tables--;
        return this.#apart(position, () => this.#table(token));
      case "hr":
        return this.#apart(position, () => this.lines.push(`${position.prefix}---`));
      case "blockquote": {
        const inside = { prefix: `${position.prefix}> `, depth: 0 };
        return this.#apart(position, () => this.blocks(token.tokens, inside));
      }
      case "list":
        return this.#list(token, position);
      case "def":
        return this.#text(literal(token.raw.trimEnd(), this.#inline.form), position);
      default:
        return this.#text(this.#markdown("tokens" in token ? token.tokens : [token]), position);
    }
  }

  #list({ ordered, items }: Tokens.List, position: Position): void {
    const used = new Set<number>();
    let last = 0;
    for (const item of items) {
      const own = Number(/\d+/.exec(item.raw)?.[0] ?? 0);
      // The writer's numbers stay, unless they repeat: 10. 9. 8., but 1. 1. 1.
      last = used.has(own) ? last + 1 : own;
      used.add(last);
      this.#item(item, ordered ? `${last}.` : "-", position);
    }
  }

  #item(item: Tokens.ListItem, marker: string, { prefix, depth }: Position): void {
    this.#margin = Math.min(this.#margin, depth);
    const box = item.task ? item.checked ? " ☑" : " ☐" : "";
    this.lines.push(`${prefix}${" ".repeat(4 * (depth - this.#margin))}${marker}${box}`);
    this.#isMarker = true;
    this.blocks(item.tokens, { prefix, depth: depth + 1 });
    this.#isMarker = false;
  }

  #text(text: string, { prefix, depth }: Position): void {
    for (const raw of text.split("\n")) {
      const line = guard(raw.replace(/^[ \t]+|(?<! ) {2,}$/g, ""), this.#inline.form);
      if (this.#isMarker) {
        this.lines.push(`${this.lines.pop()} ${line}`);
      } else {
        const indent = " ".repeat(Math.max(4 * (depth - this.#margin) - 2, 0));
        this.lines.push(prefix + indent + line);
      }
      this.#isMarker = false;
    }
  }

  #heading({ tokens, depth }: Tokens.Heading, position: Position): void {
    const isBold = this.#inline.form === "post";
    const around = isBold ? ["strong"] : [];
    const text = inlineMarkdown(tokens, { ...this.#inline, around }).replaceAll("\n", " ").trim();
    if (isBold) return text === "" ? undefined : this.#text(`**${text}**`, position);
    if (position.depth > 0) return this.#text(text, position);
    // The largest headings fill a phone's screen, and posts show them larger still.
    if (text !== "") {
      this.lines.push(`${position.prefix}${"#".repeat(Math.min(depth + 2, 5))} ${text}`);
    }
  }

  #code(code: string, info: string, position: Position): void {
    const [name = ""] = info.split(/\s/);
    const language = LANGUAGES.find((names) => names.includes(name.toLowerCase()))?.[0];
    const caption = language === undefined ? info : info.slice(name.length).trim();
    if (/[./:=]/.test(caption)) this.#text(codeSpan(caption), position);
    this.#isMarker = false;
    this.#margin = position.depth;
    const text = withoutMentions(code);
    if (this.#inline.form === "card") {
      this.lines.push(fenced(text, language));
      return;
    }
    // No page of Feishu's says that a post knows longer fences, and one inside the code would end the code.
    const plain = text.replaceAll(/(?<=^[^\S\n]*)`{3,}/gm, (marks) => "'".repeat(marks.length));
    this.lines.push(fenced(plain, language));
  }

  #markdown(tokens: readonly Token[]): string {
    return inlineMarkdown(tokens, this.#inline);
  }

  #table({ header, align, rows }: Tokens.Table): void {
    const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
    // The bars that are left are inside code.
    const cell = ({ tokens }: Tokens.TableCell) =>
      this.#markdown(tokens).replaceAll("\n", " ").replaceAll("|", "\\|");
    const rules = align.map((side) =>
      side === "center" ? ":---:" : side === "right" ? "---:" : "---"
    );
    // A row of only dashes would begin another table.
    const body = rows.map((row) => line(row.map(cell)))
      .map((row) => /^[|\s:-]+$/.test(row) ? row.replaceAll("-", "–") : row);
    this.lines.push(line(header.map(cell)), line(rules), ...body);
  }

  /** Ends the lists around the next block. */
  #interrupt(position: Position): void {
    if (position.depth === 0) return;
    this.#gap(position);
    this.#isMarker = false;
    this.#margin = position.depth;
  }

  /** Writes a block that interrupts the lists around it. */
  #apart(position: Position, write: () => void): void {
    this.#interrupt(position);
    write();
    if (position.depth > 0) this.#gap(position);
  }

  #gap({ prefix }: Position): void {
    const blank = prefix.trimEnd();
    if (this.lines.length > 0 && this.lines.at(-1) !== blank) this.lines.push(blank);
  }
}

function dropsText({ raw, header, rows }: Tokens.Table): boolean {
  const letters = (text: string) => text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  return letters(raw) > letters([header, ...rows].flat().map(({ text }) => text).join(""));
}

/** Escapes what would make a line of text a heading, a list, a quote or a rule. */
function guard(line: string, form: Form): string {
  const sign = (one: string) => escaped(one, form);
  return line
    .replace(/^(?:[-+>](?=\s|$)|#(?=#{0,5}(?:\s|$))|-(?=[-\s]+$)|=(?==*$))/, sign)
    .replace(/(?<=^\d{1,9})[.)](?=\s|$)/, sign);
}

/**
 * The languages that Feishu highlights, by its names (its page of the rich-text component), each with its
 * other names.
 */
const LANGUAGES = `
abap ada apache apex assembly:asm,nasm bash:zsh c:h c_sharp:c#,cs,csharp cmake cobol
coffee_script:coffee,coffeescript cpp:c++,cc,cxx,hpp css d dart delphi:pascal diff:patch
django:jinja,jinja2 docker_file:docker,dockerfile erlang:erl fortran gherkin:cucumber,feature
go:golang graphql:gql groovy:gradle haskell:hs html:htm,svelte,vue htmlbars:handlebars,hbs http java
javascript:cjs,js,jsx,mjs,node json:json5,jsonc,jsonl julia:jl kotlin:kt,kts latex:tex
lisp:clojure,elisp lua makefile:make,mk markdown:md,mdx matlab nginx objective_c:objc,objective-c
opengl_shading_language:glsl perl:pl php powershell:ps1,pwsh prolog properties:conf,dotenv,env,ini
protobuf:proto python:py,py3,python3 r ruby:rb rust:rs sas scala scheme scss:less,sass
shell:console,fish,sh,shell-session sql:mysql,pgsql,postgresql,sqlite solidity:sol swift thrift toml
typescript:cts,mts,ts,tsx vbscript visual_basic:vb xml:svg,xsl yaml:yml`.trim().split(/\s+/).map((
  entry,
) => entry.split(/[:,]/));
