/**
 * The model's Markdown, in the dialect that Feishu's cards and posts take: what they know and refuse is
 * on Feishu's pages of the rich-text component of card JSON 2.0.
 */
import type { MarkedToken, Token, Tokens } from "marked";
import { codeSpan, entity, inlineMarkdown, literal, withoutMentions } from "./inline_markdown.ts";
import { parseMarkdown } from "../../base/markdown_lexer.ts";
import { plainText } from "./plain_text.ts";

/** Tables in one card. Feishu refuses cards with more than five (measured by others), and promises fewer. */
export const TABLES = 3;

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
        return this.#apart(place, () => this.lines.push(...tableLines(token)));
      case "hr":
        return this.#apart(place, () => this.lines.push(`${place.prefix}---`));
      case "blockquote": {
        const inside = { prefix: `${place.prefix}> `, depth: 0 };
        return this.#apart(place, () => this.blocks(token.tokens, inside));
      }
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
    const language = LANGUAGES.find((names) => names.includes(name.toLowerCase()))?.[0];
    const caption = language === undefined ? info : info.slice(name.length).trim();
    if (/[./:=]/.test(caption)) this.#text(codeSpan(caption), place);
    this.#isMarker = false;
    this.#margin = place.depth;
    // A fence inside would end ours.
    const text = withoutMentions(code)
      .replaceAll(/(?<=^[^\S\n]*)`{3,}/gm, (marks) => "'".repeat(marks.length));
    this.lines.push(`\`\`\`${language ?? ""}`, text, "```");
  }

  /** Leaves the lists and quotes around what comes next. */
  #interrupt(place: Place): void {
    if (place.depth === 0) return;
    this.#gap(place);
    this.#isMarker = false;
    this.#margin = place.depth;
  }

  /** Writes what interrupts the lists around it. */
  #apart(place: Place, write: () => void): void {
    this.#interrupt(place);
    write();
    if (place.depth > 0) this.#gap(place);
  }

  #gap({ prefix }: Place): void {
    const blank = prefix.trimEnd();
    if (this.lines.length > 0 && this.lines.at(-1) !== blank) this.lines.push(blank);
  }
}

function tableLines({ header, align, rows }: Tokens.Table): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  // What is a bar now stands in code.
  const cell = ({ tokens }: Tokens.TableCell) =>
    inlineMarkdown(tokens).replaceAll("\n", " ").replaceAll("|", "\\|");
  const rules = align.map((side) =>
    side === "center" ? ":---:" : side === "right" ? "---:" : "---"
  );
  // A row of nothing but dashes would begin another table.
  const body = rows.map((row) => line(row.map(cell)))
    .map((row) => /^[|\s:-]+$/.test(row) ? row.replaceAll("-", "–") : row);
  return [line(header.map(cell)), line(rules), ...body];
}

function dropsText({ raw, header, rows }: Tokens.Table): boolean {
  const letters = (text: string) => text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  return letters(raw) > letters([header, ...rows].flat().map(({ text }) => text).join(""));
}

/** A line of text that does not begin like a heading, a list, a rule. */
function guard(line: string): string {
  return line
    .replace(/^(?:[-+](?=\s|$)|#(?=#{0,5}(?:\s|$))|-(?=[-\s]+$)|=(?==*$))/, entity)
    .replace(/(?<=^\d{1,9})[.)](?=\s|$)/, entity);
}

/** Languages that Feishu colours, by its names (its page of the rich-text component), each with other names for it. */
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
